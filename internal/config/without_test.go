package config

import (
	"strings"
	"testing"
)

// join renders values as TEXT (ORIGIN), with the base name of a file.
func join(values []Value) string {
	var all []string
	for _, v := range values {
		all = append(all, v.Text+" ("+v.Origin[strings.LastIndex(v.Origin, "/")+1:]+")")
	}
	return strings.Join(all, ", ")
}

func TestWithout(t *testing.T) {
	for _, tt := range []struct {
		name, file string
		given      []string
		want       string
	}{
		{"nothing", "", nil, ""},
		{"a flag", "", []string{"table:logs"}, "table:logs (--without)"},
		{"a name", "without: {table: logs}", nil, "table:logs (hectl.yml)"},
		{"a list", "without: {table: [logs, events]}", nil, "table:logs (hectl.yml), table:events (hectl.yml)"},
		{"every entry of a kind", "without: {large_objects: true}", nil, "large-objects (hectl.yml)"},
		{"not a kind", "without: {large_objects: false}", nil, ""},
		{"kinds in order", "without: {trigger: b, rows: a}", nil, "rows:a (hectl.yml), trigger:b (hectl.yml)"},
		{"both places", "without: {table: logs}", []string{"comments"}, "comments (--without), table:logs (hectl.yml)"},
	} {
		s := load(t, map[string]string{"app/hectl.yml": tt.file})
		if got := join(s.Without(tt.given)); got != tt.want {
			t.Errorf("%s: got %s, want %s", tt.name, got, tt.want)
		}
	}
}

func TestKeepRows(t *testing.T) {
	s := load(t, map[string]string{"app/hectl.yml": "keep_rows: [a, b]"})
	if got, want := join(s.KeepRows([]string{"c"})), "c (--keep-rows), a (hectl.yml), b (hectl.yml)"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
