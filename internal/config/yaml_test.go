package config

import (
	"fmt"
	"strings"
	"testing"
)

func TestNestsTooDeeply(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		want       bool
	}{
		{"settings", "bucket: s3://b\nafter_restore: [[a, {b: c}]]\n", false},
		{"the deepest brackets", strings.Repeat("[", maxDepth) + strings.Repeat("]", maxDepth), false},
		{"deeper brackets", strings.Repeat("[", maxDepth+1) + strings.Repeat("]", maxDepth+1), true},
		{"mixed brackets", strings.Repeat("[{", maxDepth), true},
		{"many brackets in a row", strings.Repeat("[]{}", maxDepth), false},
		{"closing brackets first", strings.Repeat("]", 9) + strings.Repeat("[", maxDepth), false},
		{"sequences", strings.Repeat("- ", maxDepth), true},
		{"keys", strings.Repeat("? ", maxDepth), true},
		{"anchors", strings.Repeat("&a ", maxDepth), true},
		{"a line of dashes", strings.Repeat("-", 200), false},
	} {
		if got := NestsTooDeeply(tt.text); got != tt.want {
			t.Errorf("%s: %t", tt.name, got)
		}
	}
}

func TestParseValues(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		want       string // the field, formatted with %v
		err        string
	}{
		{"an integer", "jobs: 4", "4", ""},
		{"a fraction", "jobs: 2.5", "", "not a whole number"},
		{"a word for an integer", "jobs: many", "", "not a whole number"},
		{"a word", "max_age: 9h", "9h", ""},
		{"a number for a word", "max_age: 9", "9", ""},
		{"a list for a word", "max_age: [9h]", "", "neither a whole number nor a word"},
		{"a name", "after: a.sql", "[a.sql]", ""},
		{"a list of names", "after: [a.sql, 5]", "[a.sql 5]", ""},
		{"no name", "after: ~", "[]", ""},
		{"an empty name", `after: ""`, "", "neither a name nor a list of names"},
		{"a NUL in a name", `after: "a\0b"`, "", "neither a name nor a list of names"},
		{"a map of names", "after: {a: b}", "", "neither a name nor a list of names"},
		{"a URL", "notify: https://a", "[https://a]", ""},
		{"a list of URLs", "notify: [https://a, ~]", "[https://a]", ""},
		{"a number for a URL", "notify: 5", "", "neither a URL nor a list of URLs"},
		{"a command", "after_restore: [[bin/rails, 5]]", "[[bin/rails 5]]", ""},
		{"a command as text", "after_restore: [bin/rails]", "", "a list of words"},
		{"an empty command", "after_restore: [[]]", "", "a list of words"},
		{"a command without a program", `after_restore: [["", a]]`, "", "a list of words"},
		{"a number to leave out", "without: {table: 5}", "", "neither true nor a name nor a list of names"},
	} {
		parsed, err := parse([]byte(tt.text))
		if tt.err != "" {
			if err == nil || !strings.Contains(err.Error(), tt.err) {
				t.Errorf("%s: %v", tt.name, err)
			}
			continue
		}
		var got any
		switch key, _, _ := strings.Cut(tt.text, ":"); key {
		case "jobs":
			got = *parsed.Jobs
		case "max_age":
			got = parsed.MaxAge
		case "after":
			got = parsed.After
		case "notify":
			got = parsed.Notify
		case "after_restore":
			got = parsed.AfterRestore
		}
		if err != nil || fmt.Sprint(got) != tt.want {
			t.Errorf("%s: got %v, %v, want %s", tt.name, got, err, tt.want)
		}
	}
}
