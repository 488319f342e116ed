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

type text string

func (s text) Text() string { return string(s) }

func TestResultTextIsHarmless(t *testing.T) {
	c, stdout, _ := newTest()
	if err := c.Result(text("KEY\tSIZE\na\x1b[31m\r\x9b\u009b\t1\n")); err != nil {
		t.Fatal(err)
	}
	if got, want := stdout.String(), "KEY\tSIZE\na\uFFFD[31m\uFFFD\uFFFD\uFFFD\t1\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestClean(t *testing.T) {
	if got, want := Clean("ä b\nc\td\re\x7f"), "ä b\uFFFDc\uFFFDd\uFFFDe\uFFFD"; got != want {
		t.Errorf("got %q, want %q", got, want)
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
	for in, want := range map[string]string{"ab": "ab  ", "abcd": "abcd", "abcde": "abc…", "äöüßx": "äöü…", "a\nb": "a\uFFFDb ", "日本語": "日… ", "日本": "日本"} {
		if got := fit(in, 4); got != want {
			t.Errorf("fit(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestNarrow(t *testing.T) {
	at := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	now := at
	c := New(Options{Stderr: &bytes.Buffer{}, Now: func() time.Time { return now }})
	for _, tt := range []struct {
		label string
		total int64
		width int
		want  string
	}{
		{"data", 200e6, 60, "data: 100 MB of 200 MB after 10s, 10 MB/s"},
		{"data", 200e6, 40, "data: 100 MB of 200 MB after 10s"},
		{"data", 200e6, 30, "data: 100 MB of 200 MB"},
		{"data", 200e6, 20, "data: 100 MB of 200…"},
		{"dump human_essentials", -1, 60, "dump human_essentials: 100 MB after 10s, 10 MB/s"},
		{"dump human_essentials", -1, 40, "dump human_e…: 100 MB after 10s, 10 MB/s"},
		{"dump\nhuman_essentials", -1, 29, "dump\uFFFDhuman…: 100 MB after 10s"},
		{"dump 日本語日本語", -1, 24, "dump 日本語日本…: 100 MB"},
	} {
		now = at
		p := c.Progress(tt.label, Bytes, tt.total)
		p.Add(100e6)
		now = at.Add(10 * time.Second)
		got := p.narrow(tt.width)
		if got != tt.want || columnsOf(got) > tt.width {
			t.Errorf("%d: got %q, want %q", tt.width, got, tt.want)
		}
		p.Done()
	}
}

func TestNarrowTerminal(t *testing.T) {
	for _, tt := range []struct {
		columns int
		bar     bool
		want    string
	}{
		{100, true, "data                  "}, // padded
		{79, true, "data: 0 B of 200 MB after 0s\x1b[0K"},
		{30, true, "data: 0 B of 200 MB after 0s\x1b[0K"},
		{29, false, ""},
	} {
		c, _, stderr := newTest()
		c.terminal, c.columns = true, func() int { return tt.columns }
		p := c.Progress("data", Bytes, 200e6)
		if (p.bar != nil) != tt.bar {
			t.Errorf("%d columns: bar %v", tt.columns, p.bar != nil)
		}
		p.Done()
		if got := stderr.String(); tt.bar != (got != "") || !strings.Contains(got, tt.want) {
			t.Errorf("%d columns: %q", tt.columns, got)
		}
	}
}
