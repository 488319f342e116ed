package backup

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/rubyforgood/hectl/backup/source"
	"github.com/rubyforgood/hectl/dump/catalog"
	"github.com/rubyforgood/hectl/internal/command"
	"github.com/rubyforgood/hectl/internal/config"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/finding"
	"github.com/rubyforgood/hectl/internal/s3store"
	"github.com/rubyforgood/hectl/internal/schedule"
	"github.com/rubyforgood/hectl/internal/text"
	"github.com/rubyforgood/hectl/pgtools"
)

// CommandLine is a parsed command line of "hectl backup", for "hectl doctor".
type CommandLine struct {
	Flags config.Flags
	Err   error // the error that the backup would exit with because of its options and settings

	opt *backupOptions // nil if Err is set
}

// ParseCommandLine parses the arguments after "hectl backup". Settings come from env, as
// they do in a backup. It connects to nothing.
func ParseCommandLine(ctx context.Context, env *command.Env, args []string) *CommandLine {
	line := &CommandLine{Flags: config.Flags{}}
	cmd := backupCommand(env)
	cmd.Before, cmd.CustomHelpTemplate = nil, "" // Before sets up the console and notifications
	cmd.Action = func(c *cli.Context) (err error) {
		line.Flags = command.Given(c)
		if err := command.NoArgs(c); err != nil {
			return err
		}
		line.opt, err = newBackupOptions(env, c)
		return err
	}
	app := &cli.App{
		Commands: []*cli.Command{cmd}, HideHelp: true, Writer: io.Discard, ErrWriter: io.Discard,
		ExitErrHandler: func(*cli.Context, error) {},
	}
	line.Err = app.RunContext(ctx, append([]string{"hectl", cmd.Name}, args...))
	return line
}

// CheckJob checks that cron or systemd can start a job. path is the PATH of the job.
func CheckJob(f *finding.List, about string, j schedule.InstalledJob, line *CommandLine, path string) {
	program := j.Program
	if !filepath.IsAbs(program) {
		program = findProgram(path, program)
	}
	switch info, err := os.Stat(program); {
	case program == "":
		f.Error(about, "write its absolute path, such as /usr/local/bin/hectl", "%s is not in the job's PATH, %s", j.Program, path)
	case err != nil || !isProgram(info):
		f.Error(about, "install hectl there, or print a new line with: hectl schedule", "there is no program %s", program)
	case j.HidesHome && !schedule.Visible(program):
		f.Error(about, "move it to /usr/local/bin, then: hectl schedule --install --force", "systemd hides %s from the service", program)
	default:
		f.OK(about, "runs %s", program)
	}
	if j.Unit && j.Account == "" && line.opt != nil && line.opt.source.IsSocket() {
		f.Warn(about, "hectl schedule --install --force", "the service runs as a dynamic user, which peer authentication on the source's socket refuses")
	}
}

// findProgram returns the path of a program in the folders of a PATH, or "".
func findProgram(path, program string) string {
	for _, dir := range filepath.SplitList(path) {
		file := filepath.Join(dir, program)
		if info, err := os.Stat(file); err == nil && isProgram(info) {
			return file
		}
	}
	return ""
}

func isProgram(info os.FileInfo) bool { return !info.IsDir() && info.Mode()&0o111 != 0 }

// SourceCheck is the source that CheckSource checks.
type SourceCheck struct {
	Conn  pgtools.Conn
	Tools *pgtools.Tools
	Line  *CommandLine // the backup's command line; nil for no options
}

// CheckSource checks the source as a backup does before it starts. It takes no lock.
func CheckSource(ctx context.Context, f *finding.List, env *command.Env, check SourceCheck) {
	const about = "source"
	conn := check.Conn
	opt := &backupOptions{jobs: defaultJobs}
	if check.Line != nil && check.Line.opt != nil {
		opt = check.Line.opt
		if opt.iamAuth {
			store, err := env.Open(ctx, opt.bucket)
			if err != nil {
				f.Fail(about, err)
				return
			}
			conn = source.WithIAMAuth(conn, store, env.Console.Now)
		}
	}
	src, err := source.Connect(ctx, conn, fmt.Sprintf("hectl doctor %d", os.Getpid()))
	if err != nil {
		f.Fail(about, err)
		return
	}
	defer src.Close(ctx)
	standby := ""
	if src.IsStandby() {
		standby = ", a standby"
	}
	f.OK(about, "%s, PostgreSQL %s%s, %s", conn, src.ServerVersion(), standby, text.Size(src.Size))
	if tool, err := check.Tools.Dump(src.ServerVersion()); err != nil {
		f.Fail(finding.ClientTools, err)
	} else {
		f.OK(about, "dumped by %s (%s), compression %s", tool.Path, tool.Version, newCompression(opt.compress, tool, opt.jobs).rows)
	}
	err = src.Check(ctx, opt.exclude, func(format string, args ...any) { f.Warn(about, "", format, args...) })
	if err != nil {
		f.Fail(about, err)
	} else {
		f.OK(about, "role %s can read every table and sequence", conn.User())
	}
}

// CheckKeep returns an error if the retention rules in hectl.yml cannot be parsed. A file
// without rules is valid.
func CheckKeep(settings *config.Sources) error {
	_, err := parsePolicy(settings, nil)
	return err
}

// WriterCheck is the bucket that CheckWriter checks.
type WriterCheck struct {
	Store    *s3store.Store
	Bucket   config.Bucket
	Label    string
	Now      time.Time
	Required bool // if false, missing permissions are not a problem
}

// CheckWriter checks whether the credentials may write dumps.
func CheckWriter(ctx context.Context, f *finding.List, about string, check WriterCheck) {
	var granted, missing []string
	for _, p := range check.Store.WritePermissions(ctx, catalog.Key(check.Bucket.Base, check.Label, check.Now)) {
		switch {
		case p.Err != nil:
			f.Warn(about, "", "cannot check whether %s is granted: %v", p.Action, p.Err)
		case p.Granted:
			granted = append(granted, p.Action)
		default:
			missing = append(missing, p.Action)
		}
	}
	if len(granted) > 0 {
		f.OK(about, "granted for backups: %s", strings.Join(granted, ", "))
	}
	switch {
	case len(missing) == 0:
	case check.Required:
		f.Fail(about, fault.New(fault.Denied, "attach the backup policy in docs/reference/iam.md to the user or role",
			"a backup also needs %s on %s/%s*", strings.Join(missing, ", "), check.Bucket, catalog.Prefix("")))
	default:
		f.OK(about, "not granted: %s (only backups need them)", strings.Join(missing, ", "))
	}
}
