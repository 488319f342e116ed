package console

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rubyforgood/hectl/internal/fault"
)

// newLog returns a Console that logs JSON to a terminal, its standard output, and a
// function that returns the log records.
func newLog(t *testing.T) (*Console, *bytes.Buffer, func() []map[string]any) {
	t.Helper()
	at := time.Date(2026, 11, 23, 8, 30, 0, 0, time.FixedZone("", 3600))
	var stdout, stderr bytes.Buffer
	c := New(Options{Stdout: &stdout, Stderr: &stderr, Now: func() time.Time { return at }, RunID: "r1"})
	c.terminal = true
	if err := c.SetLogFormat("json"); err != nil {
		t.Fatal(err)
	}
	c.SetCommand("backup")
	return c, &stdout, func() []map[string]any {
		var records []map[string]any
		for line := range strings.Lines(stderr.String()) {
			var r map[string]any
			if err := json.Unmarshal([]byte(line), &r); err != nil {
				t.Fatalf("%q: %v", line, err)
			}
			records = append(records, r)
		}
		return records
	}
}

func TestLogIsTheTalkAsJSON(t *testing.T) {
	c, stdout, logged := newLog(t)
	c.SetMode(false, true, false)
	c.Say("say %d", 1)
	c.Detail("a\nb\x1b")
	c.Warn("warn")
	c.Fail(fault.New(fault.Denied, "log in", "list: %w", errors.New("denied")))
	if err := c.Result(answer{42}); err != nil {
		t.Fatal(err)
	}
	record := func(level, msg string, more ...any) map[string]any {
		r := map[string]any{"time": "2026-11-23T07:30:00Z", "level": level, "msg": msg, "run_id": "r1", "command": "backup"}
		for i := 0; i < len(more); i += 2 {
			r[more[i].(string)] = more[i+1]
		}
		return r
	}
	want := []map[string]any{
		record("INFO", "say 1"),
		record("DEBUG", "a\nb\uFFFD"),
		record("WARN", "warn"),
		record("ERROR", "list: denied", "exit_code", 12.0, "hints", []any{"log in"}),
		record("INFO", "result", "result", map[string]any{"n": 42.0}),
	}
	if diff := cmp.Diff(want, logged()); diff != "" {
		t.Error(diff)
	}
	if got := stdout.String(); got != "the answer <is> 42\n" {
		t.Errorf("standard output %q", got)
	}
}

func TestQuietLog(t *testing.T) {
	c, _, logged := newLog(t)
	c.SetMode(true, false, true)
	c.Say("say")
	c.Detail("detail")
	if err := c.Result(answer{42}); err != nil {
		t.Fatal(err)
	}
	if got := logged(); len(got) > 0 {
		t.Errorf("%v", got)
	}
}

func TestLogHasNoBars(t *testing.T) {
	c, _, logged := newLog(t)
	p := c.Progress("data", Bytes, 200)
	p.Add(100)
	c.talk(0, p.status(), p.record())
	p.Done()
	got := logged()
	if len(got) != 1 {
		t.Fatalf("%v", got)
	}
	want := map[string]any{"of": "data", "seconds": 0.0, "bytes": 100.0, "bytes_total": 200.0}
	if diff := cmp.Diff(want, got[0]["progress"]); diff != "" || got[0]["msg"] != "data: 100 B of 200 B after 0s" {
		t.Errorf("%v\n%s", got, diff)
	}
}

func TestLogFormat(t *testing.T) {
	c, _, stderr := newTest()
	for _, format := range []string{"json", "text", ""} {
		if err := c.SetLogFormat(format); err != nil {
			t.Errorf("%q: %v", format, err)
		}
	}
	c.Say("say")
	if got := stderr.String(); got != "say\n" {
		t.Errorf("%q", got)
	}
	if err := c.SetLogFormat("xml"); fault.CodeOf(err) != fault.Usage {
		t.Errorf("%v", err)
	}
}
