package pgtools

import (
	"crypto/tls"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgconn/ctxwatch"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/libpq"
)

// pgxConfig converts c to pgx's settings.
func (c Conn) pgxConfig(appName string) (*pgx.ConnConfig, error) {
	if c.settings == nil {
		return nil, errors.New("connect: no connection settings")
	}
	cfg, err := c.parsePgx()
	if err != nil {
		return nil, err
	}
	c.limitTLS(cfg)
	cfg.DialFunc = c.dialer().DialContext
	cfg.RuntimeParams = map[string]string{"client_encoding": "UTF8", "application_name": appName}
	if options := c.get("options"); options != "" {
		cfg.RuntimeParams["options"] = options
	}
	// No statement runs often enough for a cache, and cached plans would get in the way of
	// a connection that changes tables.
	cfg.DefaultQueryExecMode = pgx.QueryExecModeDescribeExec
	// Canceling ends the statement on the server too, not only in the client.
	cfg.BuildContextWatcherHandler = func(conn *pgconn.PgConn) ctxwatch.Handler {
		return &pgconn.CancelRequestContextWatcherHandler{Conn: conn, DeadlineDelay: 10 * time.Second}
	}
	return cfg, nil
}

// parsePgx passes the parameters of c to pgx's parser, because pgx accepts no other
// configuration.
func (c Conn) parsePgx() (*pgx.ConnConfig, error) {
	p := c.pgxParams()
	if os.Getenv("PGSERVICE") != "" {
		empty, err := emptyService()
		if err != nil {
			return nil, fmt.Errorf("connect: %w", err)
		}
		defer func() { _ = os.Remove(empty) }()
		p["service"], p["servicefile"] = "none", empty
	}
	var conninfo strings.Builder
	for key, value := range p {
		fmt.Fprintf(&conninfo, "%s=%s ", key, QuoteConninfo(value))
	}
	cfg, err := pgx.ParseConfig(conninfo.String())
	if err != nil {
		// A ParseConfigError quotes the conninfo; its cause does not.
		var parse *pgconn.ParseConfigError
		if errors.As(err, &parse) && parse.Unwrap() != nil {
			err = parse.Unwrap()
		} else {
			err = errors.New("pgx refuses the settings")
		}
		return nil, fault.New(fault.Usage, "", "connect to %v: %w", c, err)
	}
	return cfg, nil
}

// pgxParams returns the parameters that pgx's parser knows. It sets all of them, because
// the parser would fill gaps from the environment and the home directory.
func (c Conn) pgxParams() Params {
	p := Params{
		"sslmode":              "prefer",
		"sslcert":              c.homeFile("postgresql.crt"),
		"sslkey":               c.homeFile("postgresql.key"),
		"sslrootcert":          c.homeFile("root.crt"),
		"sslcertmode":          "allow",
		"sslsni":               "1",
		"sslpassword":          "",
		"sslnegotiation":       "",
		"target_session_attrs": "any",
		"channel_binding":      "prefer",
		"require_auth":         "",
		"min_protocol_version": "",
		"max_protocol_version": "",
		"password":             c.password(),
		"passfile":             os.DevNull,
	}
	if p["sslcert"] == "" || p["sslkey"] == "" {
		p["sslcert"], p["sslkey"] = "", ""
	}
	for key, value := range c.settings().params {
		if k, _ := libpq.Lookup(key); k.Use == libpq.Both && key != "passfile" && key != "password" {
			p[key] = value
		}
	}
	return p
}

// homeFile returns the path of one of libpq's default files, or "" if it does not exist.
func (c Conn) homeFile(name string) string {
	if c.settings().home == "" {
		return ""
	}
	path := filepath.Join(c.settings().home, ".postgresql", name)
	if _, err := os.Stat(path); err != nil {
		return ""
	}
	return path
}

// emptyService writes a service file with an empty service "none". pgx always reads the
// service in PGSERVICE, even if Resolve did not use it, and fails if the service does not
// exist.
func emptyService() (path string, err error) {
	f, err := os.CreateTemp("", "hectl-service-")
	if err != nil {
		return "", err
	}
	_, err = f.WriteString("[none]\n")
	return f.Name(), errors.Join(err, f.Close())
}

// limitTLS applies ssl_min_protocol_version and ssl_max_protocol_version, which pgx does
// not support.
func (c Conn) limitTLS(cfg *pgx.ConnConfig) {
	lowest, highest := tlsVersion(c.get("ssl_min_protocol_version")), tlsVersion(c.get("ssl_max_protocol_version"))
	limit := func(t *tls.Config) {
		if t == nil {
			return
		}
		if lowest != 0 {
			t.MinVersion = lowest
		}
		if highest != 0 {
			t.MaxVersion = highest
		}
	}
	limit(cfg.TLSConfig)
	for _, f := range cfg.Fallbacks {
		limit(f.TLSConfig)
	}
}

func tlsVersionNames() []string { return []string{"TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"} }

// tlsVersion returns Go's number for a TLS version, or 0 for the default.
func tlsVersion(name string) uint16 {
	for i, n := range tlsVersionNames() {
		if n == name {
			return uint16(tls.VersionTLS10 + i)
		}
	}
	return 0
}
