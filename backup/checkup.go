package backup

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/urfave/cli/v2"

	"github.com/rubyforgood/hectl/dump/catalog"
	"github.com/rubyforgood/hectl/internal/command"
	"github.com/rubyforgood/hectl/internal/config"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/finding"
	"github.com/rubyforgood/hectl/internal/s3store"
	"github.com/rubyforgood/hectl/pgtools"
)

// Line is the command line of a backup, read but not run.
type Line struct {
	Flags config.Flags
	Err   error // what the backup would say of its options and settings; nil if nothing

	opt *createOptions // nil with Err
}

// ReadLine reads the options of a backup. Settings come from env, as they do in the
// backup; nothing is connected to.
func ReadLine(ctx context.Context, env *command.Env, args []string) *Line {
	line := &Line{Flags: config.Flags{}}
	cmd := createCommand(env)
	cmd.Before, cmd.CustomHelpTemplate = nil, "" // it sets up the console, and notifies
	cmd.Action = func(c *cli.Context) (err error) {
		line.Flags = command.Given(c)
		if err := command.NoArgs(c); err != nil {
			return err
		}
		line.opt, err = newCreateOptions(env, c)
		return err
	}
	app := &cli.App{
		Commands: []*cli.Command{cmd}, HideHelp: true, Writer: io.Discard, ErrWriter: io.Discard,
		ExitErrHandler: func(*cli.Context, error) {},
	}
	line.Err = app.RunContext(ctx, append([]string{"hectl", cmd.Name}, args...))
	return line
}

// CheckJob looks at a job as cron or systemd would start it: whether its hectl is
// there, and may be seen. path is the job's PATH.
func CheckJob(f *finding.List, about string, j ScheduledJob, line *Line, path string) {
	program := j.Program
	if !filepath.IsAbs(program) {
		program = lookPath(path, program)
	}
	switch info, err := os.Stat(program); {
	case program == "":
		f.Error(about, "write its whole path, such as /usr/local/bin/hectl", "%s is not in the PATH of the job, %s", j.Program, path)
	case err != nil || info.IsDir() || info.Mode()&0o111 == 0:
		f.Error(about, "install hectl there, or write the line anew: hectl schedule", "there is no program %s", program)
	case j.HidesHome && !seen(program):
		f.Error(about, "move it to /usr/local/bin, then: hectl schedule --install --force", "systemd hides %s from the service", program)
	default:
		f.OK(about, "runs %s", program)
	}
	if j.Unit && j.Account == "" && line.opt != nil && line.opt.source.IsSocket() {
		f.Warn(about, "hectl schedule --install --force", "the service has a user of systemd's own, which peer authentication on the source's socket refuses")
	}
}

// lookPath finds a program in the folders of a PATH, "" where none has it.
func lookPath(path, program string) string {
	for _, dir := range filepath.SplitList(path) {
		file := filepath.Join(dir, program)
		if info, err := os.Stat(file); err == nil && !info.IsDir() && info.Mode()&0o111 != 0 {
			return file
		}
	}
	return ""
}

// CheckSource looks at the source as a backup does before it begins. It takes no
// lock. line is that of the backup, nil for one without options.
func CheckSource(ctx context.Context, f *finding.List, env *command.Env, c pgtools.Conn, tools *pgtools.Tools, line *Line) {
	const about = "source"
	var exclude []string
	if line != nil && line.opt != nil {
		exclude = line.opt.exclude
		if line.opt.iamAuth {
			store, err := env.Open(ctx, line.opt.bucket)
			if err != nil {
				f.Fail(about, err)
				return
			}
			c = withIAMAuth(c, store, env.Console.Now)
		}
	}
	db, err := pgtools.ConnectReadOnly(ctx, c, "hectl doctor "+fmt.Sprint(os.Getpid()))
	if err != nil {
		f.Fail(about, err)
		return
	}
	s := &source{db: db}
	defer s.close(ctx)
	if s.size, err = db.DatabaseSize(ctx); err == nil {
		s.standby, err = db.IsStandby(ctx)
	}
	if err != nil {
		f.Fail(about, err)
		return
	}
	what := ""
	if s.standby {
		what = ", a standby"
	}
	f.OK(about, "%s, PostgreSQL %s%s, %s", c, db.ServerVersion(), what, humanize.Bytes(uint64(s.size)))
	if tool, err := tools.Dump(db.ServerVersion()); err != nil {
		f.Fail(finding.ClientTools, err)
	} else {
		f.OK(about, "dumped by %s (%s), compression %s", tool.Path, tool.Version, pgtools.DefaultCompression(tool))
	}
	err = s.check(ctx, exclude, func(format string, args ...any) { f.Warn(about, "", format, args...) })
	if err != nil {
		f.Fail(about, err)
	} else {
		f.OK(about, "role %s may read every table and sequence", db.Conn().User())
	}
}

// CheckKeep looks whether the rules of hectl.yml about which dumps to keep can be
// read. That there are none is fine.
func CheckKeep(settings *config.Sources) error {
	_, err := parsePolicy(settings, nil)
	return err
}

// CheckWriter looks whether the credentials may write dumps. Only who makes
// backups needs to. about is the heading for what it finds.
func CheckWriter(ctx context.Context, f *finding.List, about string, store *s3store.Store, b config.Bucket, label string, now time.Time, needed bool) {
	var granted, lacking []string
	for _, p := range store.WritePermissions(ctx, catalog.Key(b.Base, label, now)) {
		switch {
		case p.Err != nil:
			f.Warn(about, "", "cannot check whether %s is granted: %v", p.Action, p.Err)
		case p.Granted:
			granted = append(granted, p.Action)
		default:
			lacking = append(lacking, p.Action)
		}
	}
	if len(granted) > 0 {
		f.OK(about, "a backup may use %s", strings.Join(granted, ", "))
	}
	switch {
	case len(lacking) == 0:
	case needed:
		f.Fail(about, fault.New(fault.Denied, "attach the backup policy in docs/reference/iam.md to the user or role",
			"a backup also needs %s on %s/%s*", strings.Join(lacking, ", "), b, catalog.Prefix("")))
	default:
		f.OK(about, "not granted: %s, which only a backup needs", strings.Join(lacking, ", "))
	}
}
