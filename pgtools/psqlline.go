package pgtools

import (
	"slices"
	"strconv"
	"strings"

	"github.com/rubyforgood/hectl/internal/fault"
)

// PsqlLine returns a shell command that runs statements on the server of conn as a role,
// with these psql options.
func PsqlLine(conn Conn, role string, options []string, statements ...string) string {
	return PsqlLineIn(conn, "postgres", role, options, statements...)
}

// SuperuserLine returns a shell command that runs a statement as the superuser of the
// server of conn. On this machine, the command uses the server's socket and account: over
// TCP, Debian's superuser has no password.
func SuperuserLine(conn Conn, superuser, statement string) string {
	words := conn.superuser("psql")
	if len(words) < 3 || words[0] != "sudo" || words[2] != superuser {
		return PsqlLine(conn, superuser, nil, statement)
	}
	return strings.Join(append(words, "-c", fault.ShellQuote(statement)), " ")
}

// PsqlLineIn is like PsqlLine, for statements that must run in a database.
func PsqlLineIn(conn Conn, database, role string, options []string, statements ...string) string {
	words := slices.Concat([]string{"psql"}, options, []string{"-h", fault.ShellQuote(conn.Host()), "-p", strconv.Itoa(conn.Port()), "-U", fault.ShellQuote(role), "-d", fault.ShellQuote(database)})
	for _, s := range statements {
		words = append(words, "-c", fault.ShellQuote(s))
	}
	return strings.Join(words, " ")
}
