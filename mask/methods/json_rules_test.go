package methods

import "testing"

// A named key precedes any key, and a deeper rule precedes one above it. Rules for any
// key also apply below named keys.
func TestJSONPaths(t *testing.T) {
	fixed := func(text string) Spec { return Spec{Name: "value", Text: text} }
	f := newFunc(t, Spec{Name: "json", Paths: map[string]Spec{"a": fixed("A"), "a.b": {Name: "keep"}, "*.c": fixed("C"), "d.*": {Name: "null"}}}, "jsonb")
	for document, want := range map[string]string{
		`{"a": "x"}`:                          `{"a": "A"}`,
		`{"a": {"b": "x", "c": "x", "e": 1}}`: `{"a": {"b": "x", "c": "C", "e": "A"}}`,
		`{"z": {"c": "x"}}`:                   `{"z": {"c": "C"}}`,
		`[{"a": ["x"]}]`:                      `[{"a": ["A"]}]`,
		`{"d": {"c": "x", "f": 5}}`:           `{"d": {"c": "C", "f": null}}`,
	} {
		if got := apply(t, f, document); got != want {
			t.Errorf("%s became %s, want %s", document, got, want)
		}
	}
}

func TestNumbersInDocuments(t *testing.T) {
	f := newFunc(t, Spec{Name: "json", Paths: map[string]Spec{"n": {Name: "value", Text: "7"}, "t": {Name: "value", Text: "x"}, "year": {Name: "year_only"}}}, "jsonb")
	for document, want := range map[string]string{
		`{"n": 12, "t": 12}`:               `{"n": 7, "t": "x"}`,
		`{"n": "12"}`:                      `{"n": "7"}`,
		`{"year": "1999-07-04T10:00:00Z"}`: `{"year": "1999-01-01T00:00:00Z"}`,
		`{"year": true}`:                   `{"year": true}`,
	} {
		if got := apply(t, f, document); got != want {
			t.Errorf("%s became %s, want %s", document, got, want)
		}
	}
}
