package methods

import "testing"

func TestSpecString(t *testing.T) {
	for _, tt := range []struct {
		spec Spec
		want string
	}{
		{Spec{Name: "email"}, "email"},
		{Spec{Name: "email", Text: "keep_domain"}, "{email: keep_domain}"},
		{Spec{Name: "shift_days", Number: 180}, "{shift_days: 180}"},
		{Spec{Name: "value"}, `{value: ""}`},
		{Spec{Name: "value", Text: "no"}, `{value: "no"}`},
		{Spec{Name: "one_of", Texts: []string{"a", "b c"}}, `{one_of: [a, "b c"]}`},
		{Spec{Name: "json", Paths: map[string]Spec{"b": {Name: "null"}, "a.b": {Name: "hash", Number: 16}}}, "{json: {a.b: {hash: 16}, b: null}}"},
	} {
		if got := tt.spec.String(); got != tt.want {
			t.Errorf("%s, want %s", got, tt.want)
		}
	}
}

func TestYAML(t *testing.T) {
	for text, want := range map[string]string{
		"": `""`, "users": "users", "a.b-c$1": "a.b-c$1", "1a": `"1a"`, "Yes": `"Yes"`, "NULL": `"NULL"`, "a b": `"a b"`, "*": `"*"`, "é": `"é"`, "a\n": `"a\n"`,
	} {
		if got := YAML(text); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}

func TestOutputs(t *testing.T) {
	for _, tt := range []struct {
		spec   Spec
		want   int // number of outputs
		length int // length of the first output
	}{
		{Spec{Name: "value", Text: "xyz"}, 1, 3},
		{Spec{Name: "empty"}, 1, 0},
		{Spec{Name: "one_of", Texts: []string{"ab", "c"}}, 2, 2},
		{Spec{Name: "bcrypt", Text: "password"}, 1, 60},
		{Spec{Name: "email"}, 0, 0},
		{Spec{Name: "lorem"}, 0, 0},
	} {
		got := tt.spec.Outputs()
		if len(got) != tt.want || tt.want > 0 && len(got[0]) != tt.length {
			t.Errorf("%s: %q", tt.spec, got)
		}
	}
}

func TestSpecProblem(t *testing.T) {
	for _, tt := range []struct {
		spec Spec
		want string
	}{
		{Spec{Name: "city"}, ""},
		{Spec{Name: "city", Texts: []string{"x"}}, "takes no argument"},
		{Spec{Name: "hash", Number: 20}, ""},
		{Spec{Name: "hash", Text: "20"}, "takes only a number"},
		{Spec{Name: "noise"}, "needs a number"},
		{Spec{Name: "noise", Number: 5, Text: "x"}, "needs a number"},
		{Spec{Name: "value", Number: 5}, "needs text"},
		{Spec{Name: "one_of"}, "needs a list of strings"},
		{Spec{Name: "one_of", Texts: []string{"a"}, Number: 1}, "needs a list of strings"},
		{Spec{Name: "email", Text: "keep_domain"}, ""},
		{Spec{Name: "email", Text: "keep"}, "takes only keep_domain"},
		{Spec{Name: "json", Text: "keep_keys"}, ""},
		{Spec{Name: "json", Text: "keys"}, "takes paths with methods, or keep_keys"},
		{Spec{Name: "json", Number: 1}, "takes paths with methods, or keep_keys"},
	} {
		facts, _ := FactsOf(tt.spec.Name)
		if got := tt.spec.problem(facts); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.spec, got, tt.want)
		}
	}
}
