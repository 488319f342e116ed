package console

import (
	"bytes"
	stdjson "encoding/json"
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

func TestColours(t *testing.T) {
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

func TestInvisibleCharactersAreEscaped(t *testing.T) {
	const name = "a\u202eb\u200bc\ufeffd\u2028e\u2066f\U000e0041g\u00adh\u009bi\x7fj日本ä"
	for _, json := range []bool{false, true} {
		var stdout, stderr bytes.Buffer
		c := New(Options{Stdout: &stdout, Stderr: &stderr, Now: time.Now})
		c.Mode(false, false, json)
		if json {
			if err := c.LogFormat("json"); err != nil {
				t.Fatal(err)
			}
		}
		c.Say("table %s", name)
		c.Fail(fault.New(fault.Usage, "drop "+name, "no %s", name))
		if err := c.Result(named{name}); err != nil {
			t.Fatal(err)
		}
		for _, text := range []string{stdout.String(), stderr.String(), Clean(name)} {
			for _, r := range text {
				if strings.ContainsRune("\u202e\u200b\ufeff\u2028\u2066\U000e0041\u00ad\u009b\x7f", r) {
					t.Errorf("json %v: %U in %q", json, r, text)
				}
			}
			if !strings.Contains(text, `a\u202eb\u200bc\ufeffd`) || !strings.Contains(text, "日本ä") || !strings.Contains(text, `\udb40\udc41g`) {
				t.Errorf("json %v: %q", json, text)
			}
		}
		if json {
			var got named
			if err := stdjson.Unmarshal(stdout.Bytes(), &got); err != nil || got.Name != name {
				t.Errorf("%q, %v", got.Name, err)
			}
		}
	}
}

// named is a result with a name in it.
type named struct{ Name string }

func (n named) Text() string { return "name " + n.Name }

func TestTalkRepeatsNoPassword(t *testing.T) {
	for _, format := range []string{"text", "json"} {
		var stderr bytes.Buffer
		c := New(Options{Stdout: io.Discard, Stderr: &stderr, Now: time.Now})
		c.Mode(false, true, false)
		if err := c.LogFormat(format); err != nil {
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
