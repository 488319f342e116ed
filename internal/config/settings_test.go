package config

import (
	"os"
	"reflect"
	"strings"
	"testing"
)

// docs/reference/settings.md has every setting: its flag, its variables, its key in
// hectl.yml, and its default.
func TestSettingsPage(t *testing.T) {
	text, err := os.ReadFile("../../docs/reference/settings.md")
	if err != nil {
		t.Fatal(err)
	}
	var rows [][]string // flag, environment, key, default
	for line := range strings.Lines(string(text)) {
		if cells := strings.Split(strings.Trim(line, "|\n"), "|"); len(cells) == 5 {
			rows = append(rows, cells[1:])
		}
	}
	byFlag := func(flag string) []string {
		for _, cells := range rows {
			if strings.Contains(cells[0], "`--"+flag+"`") || strings.Contains(cells[0], "`--"+flag+" ") {
				return cells
			}
		}
		return nil
	}
	for _, s := range (&Sources{}).settings() {
		cells := byFlag(s.flag)
		if cells == nil {
			t.Errorf("no row for --%s", s.flag)
			continue
		}
		for _, name := range s.env {
			if !strings.Contains(cells[1], "`"+name+"`") {
				t.Errorf("--%s: the row lacks %s", s.flag, name)
			}
		}
		// The default of --jobs depends on the machine.
		if s.fallback != "" && s.flag != "jobs" && !strings.Contains(cells[3], "`"+s.fallback+"`") {
			t.Errorf("--%s: the row lacks the default %s", s.flag, s.fallback)
		}
	}
	for _, flag := range []string{"keep-last", "keep-hourly", "keep-daily", "keep-weekly", "keep-monthly", "keep-yearly", "keep-within", "keep-min", "notify", "log-format", "without", "keep-rows"} {
		if byFlag(flag) == nil {
			t.Errorf("no row for --%s", flag)
		}
	}
	for field := range reflect.TypeFor[file]().Fields() {
		key, found := "`"+field.Tag.Get("yaml")+"`", false
		for _, cells := range rows {
			found = found || strings.Contains(cells[2], key)
		}
		if !found {
			t.Errorf("no row for %s in hectl.yml", key)
		}
	}
}
