package console

import (
	"bytes"
	"errors"
	"io"
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
	c.SetMode(false, false, true)
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
		c.SetMode(tt.quiet, tt.verbose, false)
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

func TestColors(t *testing.T) {
	for _, tt := range []struct{ terminal, noColor, want bool }{
		{true, false, true}, {true, true, false}, {false, false, false},
	} {
		var stderr bytes.Buffer
		c := New(Options{Stdout: io.Discard, Stderr: &stderr, NoColor: tt.noColor, Now: time.Now})
		c.terminal = tt.terminal
		c.Warn("careful")
		if got := stderr.String(); strings.Contains(got, "\x1b[") != tt.want || !strings.Contains(got, "careful") {
			t.Errorf("%+v: %q", tt, got)
		}
	}
}

func TestTalkRepeatsNoPassword(t *testing.T) {
	for _, format := range []string{"text", "json"} {
		var stderr bytes.Buffer
		c := New(Options{Stdout: io.Discard, Stderr: &stderr, Now: time.Now})
		c.SetMode(false, true, false)
		if err := c.SetLogFormat(format); err != nil {
			t.Fatal(err)
		}
		const secret = "postgres://me:hush@host/db and host=db password='my hush'"
		c.Say("%s", secret)
		c.Detail("%s", secret)
		c.Warn("%s", secret)
		c.Fail(fault.New(fault.Usage, "use "+secret, "no %s", secret))
		if strings.Contains(stderr.String(), "hush") || !strings.Contains(stderr.String(), "***") {
			t.Errorf("%s: %s", format, stderr.String())
		}
	}
}
