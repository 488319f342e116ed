package pgtools

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"slices"
	"strings"
	"syscall"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/rubyforgood/hectl/internal/fault"
)

// connectError returns the error for a failed connection. pgx may have tried with and
// without TLS; the error describes the attempt that got further.
func connectError(ctx context.Context, c Conn, err error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("connect to %v: %w", c, context.Cause(ctx))
	}
	if pg := furthest(err); pg != nil {
		return serverRefusal(c, pg)
	}
	code, hint, text := networkFailure(c, err)
	return c.told(withHints(code, hint, &connectionError{fmt.Sprintf("connect to %v: %s", c, text), err}))
}

// A connectionError shows hectl's own text and wraps pgx's error.
type connectionError struct {
	text  string
	cause error
}

func (e *connectionError) Error() string { return e.text }
func (e *connectionError) Unwrap() error { return e.cause }

// furthest returns the server's most informative error in err's tree. An error about
// pg_hba.conf often concerns only the attempt without TLS.
func furthest(err error) *pgconn.PgError {
	var best *pgconn.PgError
	for err := range fault.All(err) {
		if pg, ok := err.(*pgconn.PgError); ok && (best == nil || best.Code == stateInvalidAuth) { //nolint:errorlint // one of the tree
			best = pg
		}
	}
	return best
}

// serverRefusal returns the error for a connection that the server refused. Messages are
// in the server's language, so serverRefusal relies on the SQLSTATE and on the C function
// that raised the error.
func serverRefusal(c Conn, pg *pgconn.PgError) error {
	code, hint := fault.Failed, pg.Hint
	text := pg.Message
	if pooled := poolerHint(pg.Code, pg.Message); pooled != "" {
		return fault.Wrap(code, pooled, &connectionError{fmt.Sprintf("connect to %v: %s", c, text), pg})
	}
	switch pg.Code {
	case stateInvalidPassword:
		code, hint = fault.Denied, c.wrongPassword()
		if c.hasToken() {
			hint = tokenHint(c)
		} else if c.password() == "" {
			text, hint = "the server asks for a password, and none is set", c.missingPassword()
		}
	case stateInvalidAuth:
		code = fault.Denied
		switch {
		case pg.Routine == "ClientAuthentication" && pg.Line != 0 && strings.Contains(pg.Message, "pg_hba.conf"):
			hint = "add a line for this user, database and address to pg_hba.conf; if its lines require TLS, set sslmode=require"
		case c.hasToken():
			hint = tokenHint(c)
		case pg.Routine == "InitializeSessionUserId":
			hint = c.missingRole()
		case c.IsSocket():
			hint = c.otherPeer()
		}
	case stateNoDatabase:
		hint = "create it, or name another database" + c.inBrackets("dbname")
	case stateNoPrivilege:
		code, hint = fault.Denied, "grant the role CONNECT on the database"
	case stateTooManyConnections:
		hint = tooManyHint
	case stateCannotConnectNow:
		hint = "try again in a moment: the server is starting up or shutting down"
	}
	err := withHints(code, hint, &connectionError{fmt.Sprintf("connect to %v: %s", c, text), pg})
	switch pg.Code {
	case stateInvalidPassword, stateInvalidAuth, stateNoDatabase:
		return c.told(err)
	}
	return err
}

const tooManyHint = "close other sessions, raise the limit, or use fewer jobs (-j): a restore uses up to two sessions per job, plus two"

// tooMany reports whether an English message says that the server, the role or the
// database has too many sessions.
func tooMany(message string) bool {
	return slices.ContainsFunc([]string{"too many clients already", "too many connections for ", "remaining connection slots are reserved"},
		func(text string) bool { return strings.Contains(message, text) })
}

// tokenHint returns a hint that names what RDS requires besides a token.
func tokenHint(c Conn) string {
	return fmt.Sprintf("run \"GRANT rds_iam TO %s\" on the source, and grant the AWS credentials rds-db:connect on this role", Quote(c.User()))
}

// passfileLine returns the line for the password file, without the password.
func (c Conn) passfileLine() string {
	host := c.Host()
	if c.IsSocket() {
		host = "localhost"
	}
	escape := strings.NewReplacer(`\`, `\\`, `:`, `\:`).Replace
	return strings.Join([]string{escape(host), c.get("port"), escape(c.Database()), escape(c.User()), "PASSWORD"}, ":")
}

// networkFailure describes a failure below the PostgreSQL protocol.
func networkFailure(c Conn, err error) (code fault.Code, hint, text string) {
	where := fmt.Sprintf("%s, port %d", c.Host(), c.Port())
	var (
		dns       *net.DNSError
		hostname  x509.HostnameError
		authority x509.UnknownAuthorityError
		cert      *tls.CertificateVerificationError
		netErr    net.Error
	)
	switch {
	case errors.Is(err, syscall.ECONNREFUSED), errors.Is(err, fs.ErrNotExist):
		text = "nothing listens there"
		if c.IsSocket() {
			text = "no server's socket is there"
		}
		return fault.Failed, c.startAdvice(where), text
	case errors.Is(err, fs.ErrPermission):
		return fault.Denied, "connect to localhost: this user cannot open the socket's folder", "permission denied"
	case errors.As(err, &dns):
		return fault.Failed, "check the spelling, and whether the VPN is up", "host not found"
	case errors.As(err, &hostname):
		return fault.Failed, "connect with the host name in the certificate, or use sslmode=verify-ca", "the server's certificate is for another name: " + hostname.Error()
	case errors.As(err, &authority), errors.As(err, &cert):
		return fault.Failed, "set sslrootcert to the file with the authority's certificate (for RDS: global-bundle.pem)", "the server's certificate cannot be verified"
	case pgconn.Timeout(err), errors.As(err, &netErr) && netErr.Timeout():
		return fault.Failed, "check that the server is reachable from here (VPN, security group, firewall), or raise connect_timeout", "no answer within " + c.get("connect_timeout") + " seconds"
	case c.NeedsTLS() && strings.Contains(err.Error(), "server refused TLS connection"): // otherwise pgx also tried without TLS
		return fault.Failed, "set sslmode=prefer if a connection without TLS is acceptable", "the server does not support TLS"
	case broke(err):
		return fault.Failed, "check the server's log, and try again: it may be starting or shutting down, or a proxy may have no server to connect to", "the server ended the connection"
	}
	return fault.Failed, "", lastCause(err).Error()
}

// lastCause returns the innermost error, whose text has no prefix.
func lastCause(err error) error {
	for last := range fault.All(err) {
		err = last
	}
	return err
}
