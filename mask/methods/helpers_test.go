package methods

import (
	"strings"
	"testing"

	"github.com/rubyforgood/hectl/test/masktest"
)

var testSeed = NewSeed([]byte("a seed for tests"))

// column returns a column in a UTF8 dump. sql is the name of its type in the dump.
func column(sql string) Column { return Column{Type: masktest.Type(sql), Encoding: "UTF8"} }

// specOf returns a Spec of a method, with an argument that fits most columns.
func specOf(name string) Spec {
	spec := Spec{Name: name}
	switch name {
	case "value":
		spec.Text = "fixed"
	case "bcrypt":
		spec.Text = "password"
	case "one_of":
		spec.Texts = []string{"a", "b", "c"}
	case "shift_days":
		spec.Number = 180
	case "noise":
		spec.Number = 10
	}
	return spec
}

func newFunc(tb testing.TB, spec Spec, typ string) Func {
	tb.Helper()
	f, err := New(spec, testSeed, column(typ))
	if err != nil {
		tb.Fatal(err)
	}
	return f
}

func apply(tb testing.TB, f Func, value string) string {
	tb.Helper()
	// f must keep the content of dst.
	got, null, err := f([]byte("before|"), []byte(value), nil)
	if err != nil {
		tb.Fatalf("%q: %v", value, err)
	}
	after, ok := strings.CutPrefix(string(got), "before|")
	if !ok {
		tb.Fatalf("%q: dst became %q", value, got)
	}
	if null {
		return "NULL"
	}
	return after
}

// same is the Func that keeps every value.
func same(dst, value, _ []byte) ([]byte, bool, error) { return append(dst, value...), false, nil }

// samples returns values of each type, as Postgres writes them.
func samples() []string {
	return []string{
		"", "Maria", "six\nlines", `{"a": "b", "n": [1.5, null, true, ""]}`, `"x"`, `[]`, `{"k": "12-34", "q": "\"\\"}`, `{"d\u00e9j\u00e0": "\u00e9 \ud83d\ude00 \n"}`,
		`{"A B",NULL,"",{c}}`, `{1,2}`, `[0:0]={x}`, `"a"=>"b", "c d"=>NULL, "e\"\\"=>"f\"\\,"`, `\x00ff5c0a`,
	}
}
