package projectfiles

import (
	"strings"
	"testing"
)

func TestParseYAML(t *testing.T) {
	t.Parallel()
	root, err := parseYAML(`# a comment
base: &base {host: localhost, port: 0123}
other: &other {port: 2, user: me}
dev:
  <<: [*base, *other]
  name: app
  name: again
  empty: ~
  block: |
    text
list: [a, *base]
--- # a second document
dev: {name: second}
`)
	if err != nil {
		t.Fatal(err)
	}
	dev := root.get("dev")
	for key, want := range map[string]string{
		"host": "localhost", "port": "0123", "user": "me", "name": "again", "empty": "", "block": "text\n", "none": "",
	} {
		if got := dev.get(key).text(); got != want {
			t.Errorf("%s: got %q, want %q", key, got, want)
		}
	}
	if got := strings.Join(dev.keys, " "); got != "name empty block host port user" {
		t.Errorf("keys %s", got)
	}
	if !dev.duplicate["name"] || dev.duplicate["port"] {
		t.Errorf("duplicates %v", dev.duplicate)
	}
	if empty := dev.get("empty"); !empty.null || empty.line != 8 || dev.get("name").line != 7 {
		t.Errorf("lines %d, %d", empty.line, dev.get("name").line)
	}
	if list := root.get("list").list; len(list) != 2 || list[1].get("host").text() != "localhost" {
		t.Errorf("list %+v", list)
	}
	if root.get("dev", "none", "deeper") != nil {
		t.Error("a missing key has a node")
	}
}

func TestParseYAMLRefuses(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"no YAML":                "a: [",
		"an alias to nothing":    "a: *b",
		"an alias to itself":     "a: &a [*a]",
		"brackets too deep":      strings.Repeat("[", maxDepth+1) + strings.Repeat("]", maxDepth+1),
		"sequences in sequences": strings.Repeat("- ", maxDepth+1) + "a",
	} {
		if _, err := parseYAML(text); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
