package main

import (
	"strings"
	"testing"
)

func TestStillShowsTheText(t *testing.T) {
	long := strings.Repeat("word ", 40) + "<end> & \"more\""
	svg := still("hectl info", "one\n\n  two\n"+long+"\n")
	if want, got := shape("$ hectl info one two "+long), shape(textOfStill(svg)); got != want {
		t.Errorf("the still shows %q, not %q", got, want)
	}
	for line := range strings.Lines(textOfStill(svg)) {
		if len(line) > stillColumns+1 {
			t.Errorf("a line of %d columns", len(line))
		}
	}
}

func TestFoldWords(t *testing.T) {
	for _, tt := range []struct{ line, want string }{
		{"", ""},
		{"a short line", "a short line"},
		{"twelve chars", "twelve chars"},
		{"one more than twelve", "one more|than twelve"},
		{"unbreakable-word", "unbreakable-word"},
	} {
		if got := strings.Join(foldWords(tt.line, 12), "|"); got != tt.want {
			t.Errorf("%q: %q, not %q", tt.line, got, tt.want)
		}
	}
}

func TestShape(t *testing.T) {
	const a = "x-20261127080251.rds.dump (11 MB, taken 2026-11-27 08:02 UTC), after 7s"
	const b = "x-20261123141338.rds.dump (2.9 GB, taken 2026-11-23\n14:13 UTC), after 1m4.3s"
	if shape(a) != shape(strings.ReplaceAll(b, "\n", " ")) {
		t.Errorf("%q differs from %q", shape(a), shape(b))
	}
	if shape("fetched") == shape("restored") {
		t.Error("other words have the same shape")
	}
}
