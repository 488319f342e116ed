package console

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

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

func TestSteps(t *testing.T) {
	now := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	c := New(Options{Stderr: &bytes.Buffer{}, Now: func() time.Time { return now }})
	c.SetMode(true, false, false)
	start := now
	for _, label := range []string{"schema", "data"} {
		p := c.Progress(label, Steps, -1)
		now = now.Add(2 * time.Second)
		p.Done()
		now = now.Add(time.Second)
		p.Done() // no second step
	}
	c.Progress("goes on", Steps, -1)
	want := []Step{{"schema", start, 2 * time.Second}, {"data", start.Add(3 * time.Second), 2 * time.Second}}
	if diff := cmp.Diff(want, c.Steps()); diff != "" {
		t.Error(diff)
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

func TestJobsReplaceTheLabel(t *testing.T) {
	c, _, _ := newTest()
	p := c.Progress("data", Steps, 3)
	defer p.Done()
	first, second := p.Job("users"), p.Job("items")
	for _, want := range []string{"users, items", "items", "data"} {
		if got := p.task(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
		switch want {
		case "users, items":
			first()
		case "items":
			second()
		}
	}
}

func TestProgressIsSilentWithQuiet(t *testing.T) {
	c, _, stderr := newTest()
	c.SetMode(true, false, false)
	c.terminal = true
	p := c.Progress("data", Bytes, 100)
	p.Add(7)
	p.Done()
	if stderr.Len() > 0 || p.n.Load() != 7 {
		t.Errorf("%d, %q", p.n.Load(), stderr)
	}
}
