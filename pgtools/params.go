package pgtools

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/libpq"
)

// Params are connection parameters by libpq keyword, as the user gave them. Resolve turns
// them into a Conn. Printing them masks the password.
type Params map[string]string

// ParseParams reads a connection string in one of libpq's three forms: a URI
// (postgres:// or postgresql://), a conninfo ("host=localhost dbname=app"), or the name
// of a database. The empty string has no parameters.
//
// The rules are libpq's (conninfo_uri_parse and conninfo_parse in fe-connect.c), with
// three differences. ParseParams refuses several hosts, hostaddr, and parameters that
// would put a secret into an argument list. It refuses a name that looks like a broken
// URI. Its errors never quote the string, because any part of it could be the password.
func ParseParams(s string) (Params, error) {
	s = strings.TrimSpace(s)
	if strings.ContainsRune(s, 0) {
		return nil, fault.New(fault.Usage, "", "connection string: it contains a NUL byte")
	}
	var (
		p   Params
		err error
	)
	switch rest, isURI := cutScheme(s); {
	case isURI:
		p, err = parseURI(rest)
	case hasScheme(s):
		err = fault.New(fault.Usage, "begin a connection URI with postgres:// or postgresql://",
			"connection string: its scheme is not PostgreSQL's")
	case strings.Contains(s, "="):
		p, err = parseConninfo(s)
	case s == "":
		return Params{}, nil
	case strings.ContainsAny(s, "@:/"):
		err = fault.New(fault.Usage, "write postgres://user@host/database, or dbname='…' for a database with such a name",
			"connection string: it is neither a URI nor a conninfo string, and contains a character (@, : or /) that is rare in database names")
	default:
		return Params{"dbname": s}, nil
	}
	if err != nil {
		return nil, err
	}
	return p, p.check("connection string")
}

func cutScheme(s string) (rest string, ok bool) {
	if rest, ok = strings.CutPrefix(s, "postgresql://"); ok {
		return rest, true
	}
	return strings.CutPrefix(s, "postgres://")
}

// hasScheme reports whether s begins like a URI of any scheme.
func hasScheme(s string) bool {
	scheme, _, ok := strings.Cut(s, "://")
	return ok && !strings.ContainsAny(scheme, " =/@")
}

// check refuses unsupported parameters. where names their origin in messages.
func (p Params) check(where string) error {
	for _, k := range libpq.Keywords() {
		v, ok := p[k.Name]
		if !ok {
			continue
		}
		if k.Use == libpq.Refused && v != "" {
			return fault.New(fault.Usage, "", "%s: %s cannot be used: %s", where, k.Name, k.Why)
		}
		if strings.ContainsRune(v, 0) {
			return fault.New(fault.Usage, "", "%s: the %s contains a NUL byte", where, k.Name)
		}
	}
	if strings.Contains(p["host"], ",") || strings.Contains(p["port"], ",") {
		return fault.New(fault.Usage, "name one server", "%s: several hosts or ports are not supported", where)
	}
	if strings.Contains(p["host"], "@") {
		return fault.New(fault.Usage, encodeHint, "%s: the host contains an @", where)
	}
	if err := p.checkMangled(where); err != nil {
		return err
	}
	return checkValues(p, where)
}

var (
	// swallowed matches a separator of a different notation, and the keyword after it.
	swallowed = regexp.MustCompile(`[;&?]\s*\w+\s*=`)
	// login matches user:PASSWORD@host.
	login = regexp.MustCompile(`:.*@`)
)

// checkMangled refuses a value that seems to contain a password, because a character was
// not encoded or a separator is unknown to libpq. hectl would print and log such values and
// write them to schedules.
func (p Params) checkMangled(where string) error {
	for _, k := range libpq.Keywords() {
		v := p[k.Name]
		switch k.Name {
		case "password", "sslpassword":
			continue
		case "options":
			if fault.Redact(v) == v {
				continue
			}
		case "host", "user", "dbname":
			if !strings.Contains(v, "://") && !login.MatchString(v) && !swallowed.MatchString(v) && fault.Redact(v) == v {
				continue
			}
		default:
			if !swallowed.MatchString(v) && fault.Redact(v) == v {
				continue
			}
		}
		return fault.New(fault.Usage, "give the password as password=… or in the password file; "+encodeHint,
			"%s: %s contains what looks like a password or another setting", where, k.Name)
	}
	return nil
}

const encodeHint = "write @ : / ? # and % in a user name or password as %40 %3A %2F %3F %23 %25"

// Format prints p with a masked password, for every verb.
func (p Params) Format(f fmt.State, _ rune) {
	shown := make(map[string]string, len(p))
	for k, v := range p {
		if k == "password" || k == "sslpassword" {
			v = "xxxxx"
		}
		shown[k] = v
	}
	_, _ = fmt.Fprint(f, shown)
}

// checkValues refuses values that pgx or libpq would refuse. Unlike their errors, its
// errors do not quote the value, which in a broken URI may be part of the password.
func checkValues(p Params, where string) error {
	bad := func(key, want string) error {
		return fault.New(fault.Usage, "", "%s: %s is not %s", where, key, want)
	}
	if s := p["port"]; s != "" {
		if n, err := strconv.ParseUint(s, 10, 16); err != nil || n == 0 {
			return fault.New(fault.Usage, encodeHint, "%s: port is not a number from 1 to 65535", where)
		}
	}
	if s := p["connect_timeout"]; s != "" {
		if n, err := strconv.Atoi(s); err != nil || n < 0 {
			return bad("connect_timeout", "a number of seconds")
		}
	}
	for _, key := range []string{"keepalives", "keepalives_idle", "keepalives_interval", "keepalives_count", "tcp_user_timeout"} {
		if s := p[key]; s != "" {
			if _, err := strconv.ParseInt(strings.TrimSpace(s), 10, 32); err != nil {
				return bad(key, "a number")
			}
		}
	}
	for _, c := range []struct {
		key    string
		values []string
	}{
		{"sslmode", []string{"disable", "allow", "prefer", "require", "verify-ca", "verify-full"}},
		{"sslnegotiation", []string{"postgres", "direct"}},
		{"sslcertmode", []string{"disable", "allow", "require"}},
		{"channel_binding", []string{"disable", "prefer", "require"}},
		{"target_session_attrs", []string{"any", "read-write", "read-only", "primary", "standby", "prefer-standby"}},
		{"ssl_min_protocol_version", tlsVersionNames()},
		{"ssl_max_protocol_version", tlsVersionNames()},
		{"min_protocol_version", []string{"3.0", "3.2", "latest"}},
		{"max_protocol_version", []string{"3.0", "3.2", "latest"}},
		// pgx does not support GSSAPI encryption.
		{"gssencmode", []string{"disable", "prefer"}},
	} {
		if s := p[c.key]; s != "" && !slices.Contains(c.values, s) {
			return bad(c.key, "one of "+strings.Join(c.values, ", "))
		}
	}
	return nil
}
