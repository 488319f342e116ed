package restore

import (
	"context"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/rubyforgood/hectl/internal/console"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/restore/audit"
	"github.com/rubyforgood/hectl/restore/load"
)

func quietConsole(t *testing.T) *console.Console {
	t.Helper()
	out := console.New(console.Options{Stdout: t.Output(), Stderr: t.Output(), Now: time.Now})
	out.SetMode(true, false, false)
	return out
}

// The report has the run's result and exit code even if nothing else is known.
func TestReportOfARunThatFailed(t *testing.T) {
	t.Parallel()
	ended, end := context.WithCancel(t.Context())
	end()
	for _, tt := range []struct {
		ctx    context.Context
		err    error
		result string
		code   fault.Code
	}{
		{t.Context(), nil, audit.Passed, fault.Done},
		{t.Context(), fault.New(fault.Warnings, "", "x"), audit.Warnings, fault.Warnings},
		{t.Context(), errors.New("x"), audit.Failed, fault.Failed},
		{t.Context(), fault.New(fault.NotFound, "", "x"), audit.Failed, fault.NotFound},
		{ended, errors.New("x"), audit.Failed, fault.Interrupted},
	} {
		e := &evidence{wanted: true}
		r := e.report(tt.ctx, quietConsole(t), tt.err)
		if r.Result != tt.result || r.ExitCode != int(tt.code) || (r.Error != "") != (tt.err != nil) {
			t.Errorf("%v: %s, %d, %q", tt.err, r.Result, r.ExitCode, r.Error)
		}
		for _, c := range r.Checks {
			if tt.err != nil && c.Outcome != audit.NotMade {
				t.Errorf("%s: %s", c.Name, c.Outcome)
			}
		}
	}
}

// A report that cannot be written fails a run that would have passed.
func TestReportThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "x.json")
	e := &evidence{files: []string{path}}
	if err := e.write(t.Context(), quietConsole(t), nil); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(path); err != nil {
		t.Error(err)
	}
	e.files = []string{filepath.Join(t.TempDir(), "no", "x.json")}
	for before, after := range map[fault.Code]fault.Code{
		fault.Done: fault.Failed, fault.Warnings: fault.Failed, fault.Integrity: fault.Integrity, fault.NotFound: fault.NotFound,
	} {
		var err error
		if before != fault.Done {
			err = fault.New(before, "", "x")
		}
		if got := e.write(t.Context(), quietConsole(t), err); fault.CodeOf(got) != after {
			t.Errorf("%d: %v, %d", before, got, fault.CodeOf(got))
		}
	}
	e.files = nil
	if err := e.write(t.Context(), quietConsole(t), nil); err != nil {
		t.Error(err)
	}
}

func TestChecksOfTheRestore(t *testing.T) {
	t.Parallel()
	at := time.Unix(1, 0)
	same, other := load.Count{Table: "a", Dump: 1, Restored: 1}, load.Count{Table: "b", Dump: 1, Restored: 2}
	for name, tt := range map[string]struct {
		e              evidence
		err            error
		restored, rows string
	}{
		"without --restore": {evidence{}, nil, audit.NotMade, audit.NotMade},
		"failed before":     {evidence{wanted: true}, errors.New("x"), audit.NotMade, audit.NotMade},
		"failed during":     {evidence{wanted: true, loading: at}, errors.New("x"), audit.CheckFailed, audit.NotMade},
		"failed after rows": {evidence{wanted: true, loading: at, counted: true, counts: load.Comparison{Tables: 1, Counts: []load.Count{same}}}, errors.New("x"), audit.CheckFailed, audit.CheckPassed},
		"rows differ":       {evidence{wanted: true, loading: at, counts: load.Comparison{Counts: []load.Count{same, other}}}, errors.New("x"), audit.CheckFailed, audit.CheckFailed},
		"complete":          {evidence{wanted: true, loading: at, loaded: at, counted: true, counts: load.Comparison{Tables: 1, Counts: []load.Count{same}}}, nil, audit.CheckPassed, audit.CheckPassed},
	} {
		got := map[string]string{}
		tt.e.checkRestore(tt.err, func(name, outcome, _ string, _ ...any) { got[name] = outcome })
		want := map[string]string{"test restore into a temp database": tt.restored, "rows restored as in the dump": tt.rows}
		if !maps.Equal(got, want) {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
}

// The recovery time includes every step except reading the dump and counting rows.
func TestTimes(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 28, 5, 0, 0, 0, time.UTC)
	out := console.New(console.Options{Stdout: t.Output(), Stderr: t.Output(), Now: func() time.Time { return now }})
	out.SetMode(true, false, false)
	e := &evidence{start: now, replaced: &replacement{}}
	task := func(label string, d time.Duration) {
		bar := out.Progress(label, console.Steps, -1)
		now = now.Add(d)
		bar.Done()
	}
	now = now.Add(time.Second)
	e.step(out, "prepare", e.start)
	task(readTask, time.Hour)
	e.loading = now
	now = now.Add(2 * time.Second)
	e.step(out, "create", e.loading)
	task("data", 5*time.Second)
	task(countTask, time.Hour)
	now = now.Add(3 * time.Second) // a step without a progress bar
	task("statistics", time.Second)
	e.loaded = now
	var r audit.Report
	e.addTimes(&r, out)
	want := []audit.Step{
		{Name: "prepare", Seconds: 1, Recovery: true}, {Name: "read and check the whole dump", Seconds: 3600}, {Name: "create", Seconds: 2, Recovery: true},
		{Name: "load rows", Seconds: 5, Recovery: true}, {Name: countTask, Seconds: 3600}, {Name: "statistics", Seconds: 1, Recovery: true},
		{Name: "everything else", Seconds: 3, Recovery: true},
	}
	if !slices.Equal(r.Steps, want) || r.Recovery == nil || r.Recovery.Seconds != 12 {
		t.Errorf("%v, %v", r.Steps, r.Recovery)
	}
}
