package schedule

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

// The shell that cron starts must see the original arguments.
func TestCrontabIsReadAsWritten(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	program, got := filepath.Join(dir, "100% he'ctl"), filepath.Join(dir, "got")
	if err := os.WriteFile(program, []byte("#!/bin/sh\nprintf '%s\\n' \"$@\" > "+fault.ShellQuote(got)+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	j := Job{Interval: Interval{every: 4 * time.Hour}, Hectl: program, Args: awkward(), Profile: "a b"}
	line, ok := strings.CutPrefix(j.Crontab(), "0 */4 * * *  ")
	if !ok || strings.Contains(line, "\n") {
		t.Fatalf("%q", j.Crontab())
	}
	// Cron ends the command at an unescaped %.
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
