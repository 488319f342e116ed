package config

import (
	"strings"
	"testing"

	"github.com/rubyforgood/hectl/internal/fault"
)

func TestKeep(t *testing.T) {
	s := load(t, map[string]string{"hectl.yml": "keep:\n  last: 6\n  daily: 14\n  yearly: unlimited\n  monthly: -1\n  within: 2d12h\n  weekly:\n"})
	rules, err := s.Keep(Flags{"keep-daily": "30", "keep-hourly": "8"})
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string][2]string{
		"last": {"6", "hectl.yml"}, "daily": {"30", "--keep-daily"}, "hourly": {"8", "--keep-hourly"}, "yearly": {"unlimited", "hectl.yml"},
		"monthly": {"-1", "hectl.yml"}, "within": {"2d12h", "hectl.yml"}, "weekly": {"", "default"}, "min": {"3", "default"},
	} {
		if got := rules[name]; got.Text != want[0] || !strings.HasSuffix(got.Origin, want[1]) {
			t.Errorf("%s: %+v", name, got)
		}
	}
	if len(rules) != 8 {
		t.Errorf("%v", rules)
	}
	if _, err := s.Keep(Flags{"keep-last": ""}); fault.CodeOf(err) != fault.Usage {
		t.Errorf("empty: %v", err)
	}
}

func TestBadKeep(t *testing.T) {
	for text, place := range map[string]string{
		"keep: 6\n":                   "[1:7]",
		"keep:\n  fortnightly: 2\n":   "[2:3]",
		"keep:\n  daily: 1.5\n":       "[2:10]",
		"keep:\n  daily: [1]\n":       "[2:10]",
		"keep:\n  daily: {a: 1}\n":    "[2:",
		"keep: {last: 6, last: 7}\n":  "[1:",
		"keep_last: 6\n":              "[1:1]",
		"keep:\n  last: true\n":       "[2:9]",
		"keep:\n - last: 6\n":         "[2:",
		"keep:\n  last: 2026-11-23\n": "",
	} {
		_, err := tryLoad(t, map[string]string{"hectl.yml": text})
		if place == "" {
			if err != nil {
				t.Errorf("%q: %v", text, err)
			}
			continue
		}
		if fault.CodeOf(err) != fault.Usage || !strings.Contains(err.Error(), place) {
			t.Errorf("%q: %v", text, err)
		}
	}
}
