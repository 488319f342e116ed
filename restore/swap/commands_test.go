package swap

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/pgtools"
	"github.com/rubyforgood/hectl/restore/target"
)

func TestPlainLine(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		"== migrating\r":                      "== migrating",
		" 10%\r 50%\r100%":                    "100%",
		"\x1b[32mok\x1b[0m\x1b[K":             "ok",
		"postgres://me:hunter2@localhost/dev": "postgres://me:***@localhost/dev",
		"":                                    "",
	} {
		if got := plainLine(line); got != want {
			t.Errorf("%q: %q, want %q", line, got, want)
		}
	}
}

func TestLastLines(t *testing.T) {
	t.Parallel()
	var l lastLines
	for _, line := range []string{"1", "", "2", "  ", " 3 ", "4"} {
		l.add(line)
	}
	if diff := cmp.Diff(lastLines{"2", "3", "4"}, l); diff != "" {
		t.Error(diff)
	}
}

func TestExplainCommand(t *testing.T) {
	t.Parallel()
	failed := errors.New("exit status 1")
	for _, tt := range []struct {
		err        error
		last       lastLines
		want, hint string
	}{
		{failed, nil, "exit status 1", ""},
		{failed, lastLines{"one", "two"}, "exit status 1; its last output: one; two", ""},
		{&pgtools.TimeoutError{}, nil, "", "after_restore_timeout"},
	} {
		err := explainCommand(tt.err, tt.last)
		if !errors.Is(err, tt.err) || tt.want != "" && err.Error() != tt.want || !strings.Contains(strings.Join(fault.Hints(err), ""), tt.hint) {
			t.Errorf("%v, hints %q", err, fault.Hints(err))
		}
	}
}

// The error says where the temp database is, or how to keep it.
func TestExplainFailure(t *testing.T) {
	t.Parallel()
	ended, end := context.WithCancel(t.Context())
	end()
	failed := fault.New(fault.Failed, "", "failed")
	ofCommand := &CommandError{failed}
	for _, tt := range []struct {
		name   string
		ctx    context.Context
		keep   bool
		exists bool
		err    error
		want   string   // the error
		hints  []string // a substring of each hint
	}{
		{"SQL", t.Context(), false, true, failed, "dev is unchanged: failed", []string{"use --keep-failed"}},
		{"a new target", t.Context(), false, false, failed, "failed", []string{"use --keep-failed"}},
		{"a command", t.Context(), false, true, ofCommand, "dev is unchanged: failed", []string{"or --no-after-restore"}},
		{"kept", t.Context(), true, true, ofCommand, "dev is unchanged: failed", []string{"hectl purge", "-d dev_hectl_1"}},
		{"interrupted", ended, true, true, failed, "dev is unchanged: failed", nil},
	} {
		c := Commands{KeepFailed: tt.keep}
		s := &target.Session{Target: testTarget(t, localConn(t))}
		err := c.Explain(tt.ctx, s, &Plan{Target: "dev", Temp: "dev_hectl_1", Exists: tt.exists}, tt.err)
		hints := fault.Hints(err)
		if err.Error() != tt.want || len(hints) != len(tt.hints) {
			t.Errorf("%s: %v, hints %q", tt.name, err, hints)
			continue
		}
		for _, want := range tt.hints {
			if !strings.Contains(strings.Join(hints, "\n"), want) {
				t.Errorf("%s: %q is not in %q", tt.name, want, hints)
			}
		}
		if got := c.Keeps(tt.ctx); got != (tt.name == "kept") {
			t.Errorf("%s: kept %t", tt.name, got)
		}
	}
}

func localConn(t *testing.T) pgtools.Conn {
	t.Helper()
	params, err := pgtools.ParseParams("postgres://me@localhost/dev")
	if err != nil {
		t.Fatal(err)
	}
	c, err := params.Resolve(func(string) (string, bool) { return "", false })
	if err != nil {
		t.Fatal(err)
	}
	return c
}
