package backup

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rubyforgood/hectl/internal/fault"
)

func awkward() []string {
	return []string{
		"--source=host=/run/x dbname='a b' user=it''s", `back\slash\`, `"double"`, "'single'", "%d %% %", "$HOME ${HOME} $(id) `id`",
		"; rm -rf #", "", "*", "~", "ünïcode", "-", "&", "a=b",
	}
}

// A shell that cron starts gets the arguments as they were.
func TestCrontabIsReadAsWritten(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	program, got := filepath.Join(dir, "100% he'ctl"), filepath.Join(dir, "got")
	if err := os.WriteFile(program, []byte("#!/bin/sh\nprintf '%s\\n' \"$@\" > "+fault.ShellQuote(got)+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	j := job{rhythm: rhythm{every: 4 * time.Hour}, hectl: program, args: awkward(), profile: "a b"}
	line, ok := strings.CutPrefix(j.crontab(), "0 */4 * * *  ")
	if !ok || strings.Contains(line, "\n") {
		t.Fatalf("%q", j.crontab())
	}
	// What cron does: a % ends the command, unless there is a backslash before it.
	if bare := strings.ReplaceAll(line, `\%`, ""); strings.Contains(bare, "%") {
		t.Errorf("a bare %% in %q", line)
	}
	if out, err := exec.CommandContext(t.Context(), "sh", "-c", strings.ReplaceAll(line, `\%`, "%")).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	read, err := os.ReadFile(got)
	if err != nil {
		t.Fatal(err)
	}
	want := slices.Concat([]string{"backup", "--quiet"}, awkward(), []string{"--profile=a b"})
	if args := strings.Split(strings.TrimSuffix(string(read), "\n"), "\n"); !slices.Equal(args, want) {
		t.Errorf("got  %q\nwant %q", args, want)
	}
}

// By the rules of systemd.service(5), "Command lines", and systemd.syntax(7).
func TestUnitWord(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"--env=production": "--env=production",
		"a b":              `"a b"`,
		"":                 `""`,
		"50%":              "50%%",
		"$HOME":            `"$$HOME"`,
		`a\b "c" 'd'`:      `"a\\b \"c\" 'd'"`,
		";":                `";"`,
	} {
		if got := unitWord(in); got != want {
			t.Errorf("%q: %s, want %s", in, got, want)
		}
	}
}

func TestUnits(t *testing.T) {
	t.Parallel()
	j := job{
		rhythm: rhythm{every: 4 * time.Hour, first: 90 * time.Minute}, hectl: "/usr/local/bin/hectl",
		args: []string{"--env=staging"}, profile: "mine", what: "Back up 100% to s3://b", timeout: 3 * time.Hour, memory: 2 << 30,
	}
	service, timer := j.service(), j.timer()
	for _, line := range []string{
		"Description=Back up 100%% to s3://b", "ExecStart=/usr/local/bin/hectl backup --quiet --env=staging", "TimeoutStartSec=195min", "MemoryMax=2048M", "DynamicUser=yes",
	} {
		if !slices.Contains(strings.Split(service, "\n"), line) {
			t.Errorf("no %q in\n%s", line, service)
		}
	}
	for _, line := range []string{"Description=Back up 100%% to s3://b, every 4h", "OnCalendar=*-*-* 01/4:30:00", "Persistent=true"} {
		if !slices.Contains(strings.Split(timer, "\n"), line) {
			t.Errorf("no %q in\n%s", line, timer)
		}
	}
	j.timeout = 0
	if !strings.Contains(j.service(), "TimeoutStartSec=infinity\n") {
		t.Errorf("a backup without an end gets one:\n%s", j.service())
	}
}

func TestJobCheck(t *testing.T) {
	t.Parallel()
	for _, j := range []job{{args: []string{"a\nb"}}, {hectl: "/a\x00"}, {profile: "\x1b"}, {what: "\r"}} {
		if err := j.check(); fault.CodeOf(err) != fault.Usage {
			t.Errorf("%+v: %v", j, err)
		}
	}
	if err := (job{args: awkward(), hectl: "/ö"}).check(); err != nil {
		t.Error(err)
	}
}

func TestSeen(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]bool{
		"/usr/local/bin/hectl": true, "": true, "/homes/x": true, "/tmpfs": true, "/etc/ssl/x": true, "/var/run/postgresql": true,
		"/home/me/bin/hectl": false, "/root/.postgresql/root.crt": false, "/tmp": false, "/tmp/x": false, "/var/tmp/x": false, "/run/user/1/x": false,
	} {
		if seen(path) != want {
			t.Errorf("%q: %v", path, !want)
		}
	}
}
