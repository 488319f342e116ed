package swap

import (
	"context"
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"
	"time"

	"github.com/rubyforgood/hectl/internal/config"
	"github.com/rubyforgood/hectl/internal/console"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/pgtools"
	"github.com/rubyforgood/hectl/restore/target"
)

// Commands are the programs that hectl.yml lists under after_restore, such as
// migrations. They run in the temp database.
type Commands struct {
	Words      [][]string
	Limit      time.Duration // time limit of each command
	Dir        string        // folder of hectl.yml, where the commands run
	KeepFailed bool          // --keep-failed: keep the temp database if a command failed
}

// Lines returns the commands as command lines.
func (c Commands) Lines() (lines []string) {
	for _, words := range c.Words {
		lines = append(lines, config.CommandLine(words))
	}
	return lines
}

// CommandError reports that a command of after_restore failed.
type CommandError struct{ error }

func (e *CommandError) Unwrap() error { return e.error }

// Run runs the commands in the temp database, one after the other.
func (c Commands) Run(ctx context.Context, s *target.Session, p *Plan) error {
	if len(c.Words) == 0 {
		return nil
	}
	before, err := openDatabase(ctx, s.DB, p.Temp)
	if err != nil {
		return err
	}
	bar := s.Out.Progress("after_restore", console.Steps, int64(len(c.Words)))
	defer bar.Done()
	for _, words := range c.Words {
		line := config.CommandLine(words)
		s.Out.Say("running %s", line)
		done := bar.Job(line)
		err := c.runOne(ctx, s, p, words)
		done()
		if err != nil {
			return &CommandError{err}
		}
		bar.Add(1)
	}
	// A process that a command left running must not change the database later.
	if _, err := s.DB.TerminateSessions(ctx, p.Temp); err != nil {
		return err
	}
	after, err := openDatabase(ctx, s.DB, p.Temp)
	if err == nil && after != before {
		err = &CommandError{fmt.Errorf("after_restore: a command dropped or re-created %s, made it a template, or made it refuse connections", p.Temp)}
	}
	return err
}

// openDatabase returns the OID of a database that accepts connections and is not a
// template, 0 if there is none.
func openDatabase(ctx context.Context, admin *pgtools.DB, name string) (oid uint32, err error) {
	err = admin.QueryRow(ctx, "SELECT coalesce((SELECT oid FROM pg_catalog.pg_database WHERE datname = $1 AND datallowconn AND NOT datistemplate), 0)::oid", name).Scan(&oid)
	if err != nil {
		return 0, fmt.Errorf("check %s: %w", name, err)
	}
	return oid, nil
}

// runOne runs one command and prints its output.
func (c Commands) runOne(ctx context.Context, s *target.Session, p *Plan, words []string) error {
	env := s.Conn.WithDatabase(p.Temp).CommandEnviron(os.Environ())
	// A running Spring server would keep its old environment, and so use the target.
	env = append(env, "RAILS_ENV=development", "DISABLE_SPRING=1")
	var last lastLines
	use := countUse(ctx, s.DB, p)
	err := pgtools.Command{Words: words, Dir: c.Dir, Env: env, Limit: c.Limit, Line: func(line string) {
		line = plainLine(line)
		last.add(line)
		s.Out.Say("%s", strings.TrimRight("  "+line, " "))
	}}.Run(ctx)
	if err != nil {
		return explainCommand(fmt.Errorf("after_restore: %s: %w", config.CommandLine(words), err), last)
	}
	if use.strayed(ctx, s.DB, p) {
		s.Warn("%s connected to %s and not to %s: its changes are in the database that this restore replaces; make it read DATABASE_URL or PGDATABASE",
			config.CommandLine(words), p.Target, p.Temp)
	}
	return nil
}

// explainCommand adds a command's last lines of output to its error.
func explainCommand(err error, last lastLines) error {
	if len(last) > 0 {
		err = fmt.Errorf("%w; its last output: %s", err, strings.Join(last, "; "))
	}
	if _, ok := errors.AsType[*pgtools.TimeoutError](err); ok {
		return fault.Wrap(fault.Failed, "raise after_restore_timeout in hectl.yml to give it more time", err)
	}
	return err
}

// colors matches a terminal's color codes.
var colors = regexp.MustCompile("\x1b\\[[0-9;]*[mK]")

// plainLine returns a line of a command's output as a terminal finally shows it,
// without colors and passwords.
func plainLine(line string) string {
	line = colors.ReplaceAllString(strings.TrimRight(line, "\r"), "")
	return fault.Redact(line[strings.LastIndex(line, "\r")+1:])
}

// lastLines are the last lines that a command printed.
type lastLines []string

func (l *lastLines) add(line string) {
	const kept = 3
	if line = strings.TrimSpace(line); line != "" {
		*l = append((*l)[max(0, len(*l)-kept+1):], line)
	}
}

// connections counts the clients that had connected to the temp database and to the
// target before a command started.
type connections struct {
	known        bool
	since        time.Time // time of the count, by the server's clock
	temp, target int64
}

// countUse counts the connections so far. Servers before version 15 report connections
// late or not at all; the result is then unknown.
func countUse(ctx context.Context, admin *pgtools.DB, p *Plan) connections {
	var u connections
	if !p.Exists || admin.ServerVersion().Major < 15 {
		return u
	}
	err := admin.QueryRow(ctx, `
		SELECT pg_catalog.clock_timestamp(),
		       coalesce((SELECT sessions FROM pg_catalog.pg_stat_database WHERE datname = $1), 0),
		       coalesce((SELECT sessions FROM pg_catalog.pg_stat_database WHERE datname = $2), 0)`, p.Temp, p.Target).Scan(&u.since, &u.temp, &u.target)
	u.known = err == nil
	return u
}

// strayed reports whether clients have since connected to the target but none to the temp
// database. A session is counted when it ends, before it leaves pg_stat_activity, so
// every session appears in at least one of the two.
func (u connections) strayed(ctx context.Context, admin *pgtools.DB, p *Plan) bool {
	if !u.known {
		return false
	}
	var temp, target bool
	err := admin.QueryRow(ctx, `
		WITH live AS (
			SELECT datname FROM pg_catalog.pg_stat_activity
			WHERE datname IN ($1, $2) AND backend_type = 'client backend' AND backend_start >= $3)
		SELECT EXISTS (SELECT FROM live WHERE datname = $1) OR EXISTS (SELECT FROM pg_catalog.pg_stat_database WHERE datname = $1 AND sessions > $4),
		       EXISTS (SELECT FROM live WHERE datname = $2) OR EXISTS (SELECT FROM pg_catalog.pg_stat_database WHERE datname = $2 AND sessions > $5)`,
		p.Temp, p.Target, u.since, u.temp, u.target).Scan(&temp, &target)
	return err == nil && target && !temp
}

// Keeps reports whether --keep-failed keeps the temp database after err.
func (c Commands) Keeps(ctx context.Context) bool { return c.KeepFailed && ctx.Err() == nil }

// Explain adds to the error of SQL or a command from hectl.yml that the target is
// unchanged, and where the temp database is if it is kept.
func (c Commands) Explain(ctx context.Context, s *target.Session, p *Plan, err error) error {
	if p.Exists {
		err = fmt.Errorf("%s is unchanged: %w", p.Target, err)
	}
	_, command := errors.AsType[*CommandError](err)
	switch {
	case c.Keeps(ctx):
		err = fault.Wrap(fault.CodeOf(err), fmt.Sprintf("the next fetch removes it; to remove it now: %s", s.Again("purge")), err)
		return fault.Wrap(fault.CodeOf(err), fmt.Sprintf("the restored database is kept as %s; to inspect it: %s", p.Temp,
			pgtools.PsqlLineIn(s.Conn, p.Temp, s.Conn.User(), nil)), err)
	case ctx.Err() != nil:
		return err
	case command:
		return fault.Wrap(fault.CodeOf(err), "use --keep-failed to keep the restored database for inspection, or --no-after-restore to fetch without the commands", err)
	}
	return fault.Wrap(fault.CodeOf(err), "use --keep-failed to keep the restored database for inspection", err)
}
