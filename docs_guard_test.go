package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Every rule in docs/guard.md names tests that exist.
func TestGuardTableNamesItsTests(t *testing.T) {
	var tests strings.Builder
	for _, source := range filesOf(t, "_test.go") {
		tests.WriteString(source)
	}
	rules := 0
	for line := range strings.Lines(page(t, "docs/guard.md")) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		if !strings.HasPrefix(line, "| ") || len(cells) != 4 || strings.TrimSpace(cells[3]) == "test" {
			continue
		}
		rules++
		names := regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(cells[3], -1)
		if len(names) == 0 {
			t.Errorf("no test holds the rule: %s", line)
		}
		for _, name := range names {
			if strings.HasPrefix(name[1], "Test") {
				if !strings.Contains(tests.String(), "func "+name[1]+"(") {
					t.Errorf("there is no %s", name[1])
				}
			} else if _, err := os.Stat(filepath.Join("testdata", "script", name[1]+".txtar")); err != nil {
				t.Error(err)
			}
		}
	}
	if rules < 10 {
		t.Errorf("the table has %d rules", rules)
	}
}
