package restore

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/rubyforgood/hectl/internal/command"
	"github.com/rubyforgood/hectl/internal/config"
	"github.com/rubyforgood/hectl/internal/console"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/pgtools"
)

// afterRestore is what hectl.yml runs in the temp database when all rows are in and
// masked: SQL files, then programs such as migrations.
type afterRestore struct {
	sql      []script
	commands [][]string
	limit    time.Duration // of each command
	dir      string        // of hectl.yml, where commands run
}

func afterFlags() []cli.Flag {
	return []cli.Flag{
		&cli.BoolFlag{Category: command.Database, Name: "no-after-restore", Usage: "do not run the commands that hectl.yml lists under after_restore"},
		&cli.BoolFlag{Category: command.Database, Name: "keep-failed", Usage: "keep the restored database when after or after_restore in hectl.yml fails, to look at it"},
	}
}

// prepareAfter reads what hectl.yml runs after a restore, and checks that it can.
func prepareAfter(settings *config.Sources, c *cli.Context) (a afterRestore, err error) {
	a.dir = settings.Dir()
	if a.sql, err = readScripts("after", settings.Path(), settings.After()); err != nil {
		return a, err
	}
	if err := settings.ConfirmAfter(); err != nil {
		return a, err
	}
	if c.Bool("no-after-restore") {
		return a, nil
	}
	if a.commands, a.limit, err = settings.AfterRestore(); err != nil {
		return a, err
	}
	if err := settings.ConfirmCommands(); err != nil {
		return a, err
	}
	for _, words := range a.commands {
		if _, err := (pgtools.Command{Words: words, Dir: a.dir}).Program(); err != nil {
			return a, fault.New(fault.Usage, "--no-after-restore fetches without it",
				"after_restore in %s: %s: %s", settings.Path(), config.CommandLine(words), strings.TrimPrefix(err.Error(), "exec: "))
		}
	}
	return a, nil
}

// maxScript is how many bytes an SQL file may have: it is kept in memory.
const maxScript = 64 << 20

// readScripts reads SQL files. key is what names them in the file at path.
func readScripts(key, path string, files []string) (scripts []script, err error) {
	var problems []string
	for _, file := range files {
		sql, err := config.ReadFile(file, maxScript)
		if err != nil {
			problems = append(problems, err.Error())
			continue
		}
		if failed, ok := errors.AsType[*pgtools.ScriptError](pgtools.CheckScript(string(sql))); ok {
			problems = append(problems, fmt.Sprintf("%s:%d: %v", file, failed.Line, failed))
		}
		scripts = append(scripts, script{file, string(sql)})
	}
	if len(problems) > 0 {
		return nil, fault.New(fault.Usage, "a path that does not begin with / counts from the folder of hectl.yml", "%s in %s: %s", key, path, strings.Join(problems, "; "))
	}
	return scripts, nil
}

// lines are the commands as a person would type them.
func (a afterRestore) lines() (lines []string) {
	for _, words := range a.commands {
		lines = append(lines, config.CommandLine(words))
	}
	return lines
}

// key is the same for the same SQL, "" for none. Commands are not in it: they run
// again on what comes from a snapshot.
func (a afterRestore) key() string {
	if len(a.sql) == 0 {
		return ""
	}
	sum := sha256.New()
	for _, s := range a.sql {
		_, _ = fmt.Fprintf(sum, "%q\n", s.sql) // a hash never fails
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// commandError says that a command of after_restore failed.
type commandError struct{ error }

func (e *commandError) Unwrap() error { return e.error }

// runCommands runs the commands in the temp database, one after the other.
func (r *run) runCommands(ctx context.Context, admin *pgtools.DB, p plan) error {
	if len(r.after.commands) == 0 {
		return nil
	}
	before, err := openDatabase(ctx, admin, p.Temp)
	if err != nil {
		return err
	}
	bar := r.out.Progress("after_restore", console.Steps, int64(len(r.after.commands)))
	defer bar.Done()
	for _, words := range r.after.commands {
		line := config.CommandLine(words)
		r.out.Say("running %s", line)
		done := bar.Job(line)
		err := r.runCommand(ctx, admin, p, words)
		done()
		if err != nil {
			return &commandError{err}
		}
		bar.Add(1)
	}
	// What a command left behind must not change the database any more.
	if _, err := admin.TerminateSessions(ctx, p.Temp); err != nil {
		return err
	}
	after, err := openDatabase(ctx, admin, p.Temp)
	if err == nil && after != before {
		err = &commandError{fmt.Errorf("after_restore: a command dropped %s, created it again, made it a template or closed it to connections", p.Temp)}
	}
	return err
}

// openDatabase returns the oid of a database that is no template and takes connections,
// 0 when there is none.
func openDatabase(ctx context.Context, admin *pgtools.DB, name string) (oid uint32, err error) {
	err = admin.QueryRow(ctx, "SELECT coalesce((SELECT oid FROM pg_catalog.pg_database WHERE datname = $1 AND datallowconn AND NOT datistemplate), 0)::oid", name).Scan(&oid)
	if err != nil {
		return 0, fmt.Errorf("look at %s: %w", name, err)
	}
	return oid, nil
}

// runCommand runs one command, and passes on what it prints.
func (r *run) runCommand(ctx context.Context, admin *pgtools.DB, p plan, words []string) error {
	env := r.target.WithDatabase(p.Temp).CommandEnviron(os.Environ())
	// A running spring server would go on in the environment that it was started in,
	// which is that of the target.
	env = append(env, "RAILS_ENV=development", "DISABLE_SPRING=1")
	var last lastLines
	use := startUse(ctx, admin, p)
	err := pgtools.Command{Words: words, Dir: r.after.dir, Env: env, Limit: r.after.limit, Line: func(line string) {
		line = plainLine(line)
		last.add(line)
		r.out.Say("%s", strings.TrimRight("  "+line, " "))
	}}.Run(ctx)
	if err != nil {
		return explainCommand(fmt.Errorf("after_restore: %s: %w", config.CommandLine(words), err), last)
	}
	if use.strayed(ctx, admin, p) {
		r.warn("%s connected to %s and not to %s: what it changed is in the database that this restore replaces; let it read DATABASE_URL, or PGDATABASE",
			config.CommandLine(words), p.Target, p.Temp)
	}
	return nil
}

// explainCommand adds to the failure of a command what it said last.
func explainCommand(err error, last lastLines) error {
	if len(last) > 0 {
		err = fmt.Errorf("%w; it said last: %s", err, strings.Join(last, "; "))
	}
	if _, ok := errors.AsType[*pgtools.TimeoutError](err); ok {
		return fault.Wrap(fault.Failed, "after_restore_timeout in hectl.yml gives it more time", err)
	}
	return err
}

// colours match a terminal's codes for them.
var colours = regexp.MustCompile("\x1b\\[[0-9;]*[mK]")

// plainLine is a line of a command's output as a terminal shows it in the end.
func plainLine(line string) string {
	line = colours.ReplaceAllString(strings.TrimRight(line, "\r"), "")
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

// use is how often clients had connected to the temp database and the target when a
// command began.
type use struct {
	known        bool
	since        time.Time // by the server's clock
	temp, target int64
}

// startUse counts. Servers before 15 know it late or not at all: then nothing is
// concluded.
func startUse(ctx context.Context, admin *pgtools.DB, p plan) use {
	var u use
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

// strayed reports whether clients have connected to the target since, and none to the
// temp database. A session is counted when it ends, before it leaves
// pg_stat_activity, so each is in one or the other.
func (u use) strayed(ctx context.Context, admin *pgtools.DB, p plan) bool {
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

// keeps reports whether --keep-failed keeps the temp database after err.
func (r *run) keeps(ctx context.Context) bool { return r.keepFailed && ctx.Err() == nil }

// notRun explains that what hectl.yml runs after a restore has failed, and where the
// temp database is if it is kept.
func (r *run) notRun(ctx context.Context, p plan, err error) error {
	if p.Exists {
		err = fmt.Errorf("%s is as it was: %w", p.Target, err)
	}
	_, command := errors.AsType[*commandError](err)
	switch {
	case r.keeps(ctx):
		err = fault.Wrap(fault.CodeOf(err), fmt.Sprintf("the next fetch removes it; to remove it now: %s", r.again("purge")), err)
		return fault.Wrap(fault.CodeOf(err), fmt.Sprintf("the restored database is kept as %s; to look at it: %s", p.Temp,
			psqlLineIn(r.target, p.Temp, r.target.User(), nil)), err)
	case ctx.Err() != nil:
		return err
	case command:
		return fault.Wrap(fault.CodeOf(err), "use --keep-failed to keep the database on which it failed, or --no-after-restore to fetch without the commands", err)
	}
	return fault.Wrap(fault.CodeOf(err), "use --keep-failed to keep the database on which it failed", err)
}
