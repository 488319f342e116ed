package backup

import (
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/rubyforgood/hectl/internal/command"
	"github.com/rubyforgood/hectl/internal/console"
)

// runSchedule runs hectl schedule and returns its result.
func runSchedule(t *testing.T, yml string, environ []string, args ...string) (scheduleResult, string, error) {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "hectl.yml"), []byte(yml), 0o600); err != nil {
		t.Fatal(err)
	}
	var stdout, stderr strings.Builder
	env := &command.Env{
		Console: console.New(console.Options{Stdout: &stdout, Stderr: &stderr, Now: func() time.Time { return time.Unix(1e9, 0) }}),
		Dir:     dir, Environ: environ, Stdin: strings.NewReader(""),
	}
	app := &cli.App{Commands: []*cli.Command{scheduleCommand(env)}, Writer: io.Discard, ErrWriter: io.Discard, ExitErrHandler: func(*cli.Context, error) {}}
	if err := app.RunContext(t.Context(), append([]string{"hectl", "schedule", "--json", "--every=4h"}, args...)); err != nil {
		return scheduleResult{}, stderr.String(), err
	}
	var result scheduleResult
	if err := json.Unmarshal([]byte(stdout.String()), &result); err != nil {
		t.Fatalf("%v: %s", err, stdout.String())
	}
	return result, stderr.String(), nil
}

// The line must contain all settings in effect, whatever their source, but no secrets.
func TestScheduledArgs(t *testing.T) {
	secrets := []string{"AWS_SECRET_ACCESS_KEY=hush1", "HECTL_SOURCE=postgres://b:hush2@db:5433/app?sslmode=require", "HECTL_NOTIFY=https://hooks.slack.com/hush3", "PGPASSWORD=hush4"}
	r, stderr, err := runSchedule(t, "keep: {last: 6}\nregion: eu-west-1\n", append(secrets, "HECTL_BUCKET=s3://dumps/he", "HECTL_ENV=staging", "AWS_PROFILE=mine"),
		"--prune", "--keep-daily=14", "--exclude-table-data=a_*", "--exclude-table-data=b", "--stall-timeout=90m", "--timeout=0", "--storage-class=GLACIER_IR", "--user=ops")
	if err != nil {
		t.Fatal(err)
	}
	for _, arg := range []string{
		"--bucket=s3://dumps/he", "--env=staging", "--region=eu-west-1", "--prune", "--keep-last=6", "--keep-daily=14", "--keep-min=3",
		"'--exclude-table-data=a_*'", "--exclude-table-data=b", "--stall-timeout=1h30m", "--timeout=0s", "--storage-class=GLACIER_IR", "--profile=mine",
		"host=db", "port=5433", "dbname=app", "sslmode=require", "user=b",
	} {
		if !strings.Contains(r.Crontab, arg) {
			t.Errorf("no %s in %s", arg, r.Crontab)
		}
	}
	for _, flag := range []string{"--user", "--every", "--json", "--quiet=", "--lock-wait-timeout"} {
		if strings.Contains(r.Crontab, flag) {
			t.Errorf("%s in %s", flag, r.Crontab)
		}
	}
	if all := r.Crontab + r.Units[0].Text + r.Units[1].Text + stderr; strings.Contains(all, "hush") {
		t.Errorf("a secret: %s", all)
	}
	if !strings.Contains(stderr, "notifications are off") {
		t.Errorf("no warning about notifications: %s", stderr)
	}
	if r.EnvFile != "/etc/hectl/env.staging" || r.Account != "ops" || !strings.HasSuffix(r.Units[1].Path, "hectl-backup-staging.timer") || r.Installed {
		t.Errorf("%+v", r)
	}
}
