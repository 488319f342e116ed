package console

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/rubyforgood/hectl/internal/fault"
)

type answer struct {
	N int `json:"n"`
}

func (a answer) Text() string { return "the answer <is> 42" }

func newTest() (c *Console, stdout, stderr *bytes.Buffer) {
	stdout, stderr = &bytes.Buffer{}, &bytes.Buffer{}
	return New(Options{Stdout: stdout, Stderr: stderr, Now: time.Now}), stdout, stderr
}

func TestResultIsTextOrJSON(t *testing.T) {
	c, stdout, stderr := newTest()
	if err := c.Result(answer{42}); err != nil {
		t.Fatal(err)
	}
	c.Mode(false, false, true)
	if err := c.Result(answer{42}); err != nil {
		t.Fatal(err)
	}
	if got := stdout.String(); got != "the answer <is> 42\n{\n  \"n\": 42\n}\n" || stderr.Len() > 0 {
		t.Errorf("stdout %q, stderr %q", got, stderr)
	}
}

func TestTalkGoesToStandardError(t *testing.T) {
	for _, tt := range []struct {
		quiet, verbose bool
		want           string
	}{
		{false, false, "say\nwarning: warn\n"},
		{true, false, "warning: warn\n"},
		{false, true, "say\ndetail\nwarning: warn\n"},
	} {
		c, stdout, stderr := newTest()
		c.Mode(tt.quiet, tt.verbose, false)
		c.Say("say")
		c.Detail("detail")
		c.Warn("warn")
		if stderr.String() != tt.want || stdout.Len() > 0 {
			t.Errorf("%+v: stderr %q, stdout %q", tt, stderr, stdout)
		}
	}
}

func TestFailPrintsErrorAndHints(t *testing.T) {
	c, _, stderr := newTest()
	c.Fail(fault.New(fault.Denied, "log in", "list s3://b: %w", errors.New("denied")))
	if got := stderr.String(); got != "hectl: list s3://b: denied\nhint: log in\n" {
		t.Errorf("%q", got)
	}
}

func TestNoControlCharactersOutsideATerminal(t *testing.T) {
	c, _, stderr := newTest()
	bar := c.Progress("data", Bytes, 100)
	bar.Add(50)
	c.Warn("a table named %q and \x1b[31mred\x1b[0m\a", "x")
	bar.Done()
	bar.Done()
	for _, r := range stderr.String() {
		if r < 0x20 && r != '\n' {
			t.Fatalf("%U in %q", r, stderr)
		}
	}
	if !strings.Contains(stderr.String(), "warning: a table named") {
		t.Errorf("%q", stderr)
	}
}

func TestStatusLine(t *testing.T) {
	at := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	now := at
	c := New(Options{Stderr: &bytes.Buffer{}, Now: func() time.Time { return now }})
	for _, tt := range []struct {
		unit  Unit
		total int64
		want  string
	}{
		{Bytes, 200e6, "data: 100 MB of 200 MB after 10s, 10 MB/s"},
		{Bytes, -1, "data: 100 MB after 10s, 10 MB/s"},
		{Steps, -1, "data: 100000000 after 10s"},
		{Steps, 3, "data: 100000000 of 3 after 10s"},
	} {
		now = at
		p := c.Progress("data", tt.unit, tt.total)
		p.Add(100e6)
		now = at.Add(10 * time.Second)
		if got := p.status(); got != tt.want {
			t.Errorf("got %q, want %q", got, tt.want)
		}
		p.Done()
	}
}

func TestFit(t *testing.T) {
	for in, want := range map[string]string{"ab": "ab  ", "abcd": "abcd", "abcde": "abc…", "äöüßx": "äöü…", "a\nb": "a\nb "} {
		if got := fit(in, 4); got != want {
			t.Errorf("fit(%q) = %q, want %q", in, got, want)
		}
	}
}
