package backup

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rubyforgood/hectl/internal/command"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/finding"
	"github.com/rubyforgood/hectl/internal/schedule"
)

func testEnv(t *testing.T, environ ...string) *command.Env {
	t.Helper()
	return &command.Env{Console: quietConsole(time.Unix(1e9, 0)), Dir: t.TempDir(), Environ: environ}
}

func TestParseCommandLine(t *testing.T) {
	line := ParseCommandLine(t.Context(), testEnv(t, "HECTL_BUCKET=s3://from-env", "HECTL_SOURCE=postgres://b@db/app"), []string{"--quiet", "--env=staging", "--exclude-table-data", "audit_*"})
	if line.Err != nil || line.opt == nil || line.Flags["env"] != "staging" || line.opt.label != "staging" || line.opt.bucket.Name != "from-env" || line.opt.source.Host() != "db" {
		t.Fatalf("%+v", line)
	}
	if len(line.opt.exclude) != 1 || line.opt.timeout != 3*time.Hour || line.opt.prune != nil || line.opt.masked != nil {
		t.Errorf("%+v", line.opt)
	}
	for _, tt := range []struct{ args, want string }{
		{"--no-such-flag", "no-such-flag"},
		{"argument", "takes no arguments"},
		{"--timeout=-1s", "must not be negative"},
		{"--timeout=1us", "a time limit of 1µs is too short"},
		{"--part-size=1kB", "does not accept parts of 1000 bytes"},
		{"--part-size=x", `part size "x" is not a size`},
		{"--sse-kms-key-id=k", "requires --sse aws:kms"},
		{"--iam-auth", "is not an RDS endpoint"},
		{"--keep-last=3", "--keep-last requires --prune"},
		{"--prune", "no rule selects the dumps to keep"},
		{"--masked-to=s3://from-env", "also holds the unmasked dumps"},
	} {
		line := ParseCommandLine(t.Context(), testEnv(t, "HECTL_BUCKET=s3://from-env", "HECTL_SOURCE=postgres://b@db/app"), []string{tt.args})
		if line.Err == nil || !strings.Contains(line.Err.Error(), tt.want) || line.opt != nil {
			t.Errorf("%s: %v", tt.args, line.Err)
		}
	}
	if line := ParseCommandLine(t.Context(), testEnv(t, "HECTL_SOURCE=host="), nil); line.Err == nil && line.opt == nil {
		t.Error("neither options nor an error")
	}
}

func TestCheckJob(t *testing.T) {
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	for name, mode := range map[string]os.FileMode{"hectl": 0o755, "notes": 0o644} {
		if err := os.WriteFile(in(name), nil, mode); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(in("folder"), 0o755); err != nil {
		t.Fatal(err)
	}
	socket := ParseCommandLine(t.Context(), testEnv(t), []string{"--bucket=s3://dumps", "--source=host=/run/postgresql dbname=app user=app"})
	tcp := ParseCommandLine(t.Context(), testEnv(t), []string{"--bucket=s3://dumps", "--source=host=db dbname=app user=app"})
	if socket.Err != nil || tcp.Err != nil {
		t.Fatal(socket.Err, tcp.Err)
	}
	broken := &CommandLine{Err: fault.New(fault.Usage, "", "x")}
	for _, tt := range []struct {
		name  string
		job   schedule.InstalledJob
		line  *CommandLine
		level finding.Level
		want  string
	}{
		{"a path", schedule.InstalledJob{Program: in("hectl")}, tcp, finding.OK, "runs " + in("hectl")},
		{"in PATH", schedule.InstalledJob{Program: "hectl"}, tcp, finding.OK, "runs " + in("hectl")},
		{"not in PATH", schedule.InstalledJob{Program: "hectl2"}, tcp, finding.Error, "hectl2 is not in the job's PATH"},
		{"not a program, in PATH", schedule.InstalledJob{Program: "notes"}, tcp, finding.Error, "notes is not in the job's PATH"},
		{"missing", schedule.InstalledJob{Program: in("hectl2")}, tcp, finding.Error, "there is no program"},
		{"a folder", schedule.InstalledJob{Program: in("folder")}, tcp, finding.Error, "there is no program"},
		{"not executable", schedule.InstalledJob{Program: in("notes")}, tcp, finding.Error, "there is no program"},
		{"hidden by systemd", schedule.InstalledJob{Program: in("hectl"), Unit: true, HidesHome: true}, tcp, finding.Error, "systemd hides"},
		{"a dynamic user on a socket", schedule.InstalledJob{Program: in("hectl"), Unit: true}, socket, finding.Warning, "dynamic user"},
		{"an account on a socket", schedule.InstalledJob{Program: in("hectl"), Unit: true, Account: "app"}, socket, finding.OK, "runs"},
		{"a dynamic user with a host", schedule.InstalledJob{Program: in("hectl"), Unit: true}, tcp, finding.OK, "runs"},
		{"a crontab on a socket", schedule.InstalledJob{Program: in("hectl")}, socket, finding.OK, "runs"},
		{"a broken line", schedule.InstalledJob{Program: in("hectl"), Unit: true}, broken, finding.OK, "runs"},
	} {
		var f finding.List
		CheckJob(&f, "line", tt.job, tt.line, "/nonexistent:"+dir)
		last := f[len(f)-1]
		if last.Level != tt.level || !strings.Contains(last.Text, tt.want) || tt.level != finding.OK && len(last.Fixes) == 0 {
			t.Errorf("%s: %+v", tt.name, f)
		}
	}
}
