package methods

import "testing"

func TestEmpty(t *testing.T) {
	for _, tt := range []struct{ typ, value, want string }{
		{"text", "x", ""}, {"bytea", `\x00`, `\x`}, {"text[]", "{a}", "{}"}, {"hstore", `"a"=>"b"`, ""}, {"xml", "<a/>", ""},
		{"jsonb", `{"a": 1}`, "{}"}, {"jsonb", ` [1]`, "[]"}, {"jsonb", `"x"`, `""`}, {"jsonb", "1", "{}"},
	} {
		if got := apply(t, newFunc(t, specOf("empty"), tt.typ), tt.value); got != tt.want {
			t.Errorf("%s %s became %q, want %q", tt.typ, tt.value, got, tt.want)
		}
	}
}
