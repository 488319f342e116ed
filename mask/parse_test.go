package mask

import (
	"strings"
	"testing"

	"github.com/goccy/go-yaml/parser"
)

func TestParseMethods(t *testing.T) {
	for text, want := range map[string]string{ // the method or, after "!", a part of the error
		"email":                          "email",
		"null":                           "null",
		"{email: keep_domain}":           "{email: keep_domain}",
		"{value: no}":                    `{value: "no"}`,
		"{value: 5}":                     `{value: "5"}`,
		"{one_of: [a, 1]}":               `{one_of: [a, "1"]}`,
		"{json: {a.b: city}}":            "{json: {a.b: city}}",
		"emial":                          "!there is no method \"emial\" (did you mean email?)",
		"frobnicate":                     "!; the methods are keep, null, ",
		"noise":                          "!noise needs a number: {noise: 30}",
		"{noise: ten}":                   "!noise takes a whole number",
		"value":                          "!value needs text",
		"one_of":                         "!one_of needs a list",
		"{one_of: []}":                   "!one_of takes a list",
		"{city: big}":                    "!city takes no argument; write city alone",
		"{email: domain}":                "!email takes keep_domain, or nothing",
		"{email: null}":                  "!email has no argument; for NULL write null",
		"5":                              "!it is not the name of a method; for a fixed value write {value: 5}",
		"{city: x, email: y}":            "!a method is a name, or one name with its argument",
		"{json: {}}":                     "!it names no paths",
		"{json: {a: {json: {b: city}}}}": "!json takes keep_keys, or nothing",
	} {
		file, err := parser.ParseBytes([]byte("tables: {users: {name: "+text+"}}"), 0)
		if err != nil {
			t.Fatal(err)
		}
		r, err := Parse(file.Docs[0].Body, "/app/hectl.yml")
		part, wrong := strings.CutPrefix(want, "!")
		switch {
		case wrong && (err == nil || !strings.Contains(err.Error(), part)):
			t.Errorf("%s: %v, want %s", text, err, part)
		case !wrong && err != nil:
			t.Errorf("%s: %v", text, err)
		case !wrong && r.own[0].columns[0].spec.String() != want:
			t.Errorf("%s: %s", text, r.own[0].columns[0].spec)
		}
	}
}

func TestNearest(t *testing.T) {
	names := []string{"email", "full_name", "first_name"}
	for name, want := range map[string]string{"emial": " (did you mean email?)", "FULL_NAME": " (did you mean full_name?)", "salary": "", "": ""} {
		if got := nearest(name, names); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}
