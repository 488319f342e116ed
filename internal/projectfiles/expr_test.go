package projectfiles

import (
	"testing"

	"github.com/rubyforgood/hectl/internal/config"
)

func TestExpr(t *testing.T) {
	t.Parallel()
	variables := map[string]config.Value{
		"SET": {Text: "set", Origin: "SET in .env"}, "EMPTY": {Origin: "EMPTY in .env"},
	}
	for _, tt := range []struct {
		source string
		state  state
		text   string
		origin string
		decide string // variable that decides the value
	}{
		{`'a'`, known, "a", "f:7", ""},
		{`5432`, known, "5432", "f:7", ""},
		{`nil`, unset, "", "", ""},
		{`Rails.env`, known, "development", "f:7", ""},
		{`("a")`, known, "a", "f:7", ""},
		{`ENV["SET"]`, known, "set", "SET in .env", "SET"},
		{`ENV["NONE"]`, unset, "", "", "NONE"},
		{`ENV["NONE"] || "b"`, known, "b", "f:7 (NONE is not set)", "NONE"},
		{`ENV["EMPTY"] || "b"`, known, "", "EMPTY in .env", "EMPTY"},
		{`os.getenv("EMPTY") or "b"`, known, "b", "f:7 (EMPTY is not set)", "EMPTY"},
		{`ENV["EMPTY"].presence || "b"`, known, "b", "f:7 (EMPTY is not set)", "EMPTY"},
		{`ENV.fetch("NONE", "b")`, known, "b", "f:7 (NONE is not set)", "NONE"},
		{`ENV.fetch("NONE") { "b" }`, known, "b", "f:7 (NONE is not set)", "NONE"},
		{`ENV.fetch("SET") { run() }`, known, "set", "SET in .env", "SET"},
		{`os.environ.get("NONE", default="b")`, known, "b", "f:7 (NONE is not set)", "NONE"},
		{`env("NONE", cast=str)`, unset, "", "", "NONE"},
		{`int(os.getenv("NONE", 5))`, known, "5", "f:7 (NONE is not set)", "NONE"},
		{`process.env.SET`, known, "set", "SET in .env", "SET"},
		{`process.env.NONE ?? "b"`, known, "b", "f:7 (NONE is not set)", "NONE"},
		{`"a".strip`, known, "a", "f:7", ""},
		{`"a".reverse`, unknown, "", "", ""},
		{`"a" + "b"`, unknown, "", "", ""},
		{`ENV[name]`, unknown, "", "", ""},
		{`ENV.fetch(name, "b")`, unknown, "", "", ""},
		{`ENV["NONE"] || run()`, unknown, "", "", ""},
		{`"#{x}"`, unknown, "", "", ""},
		{`run()`, unknown, "", "", ""},
		{``, unknown, "", "", ""},
	} {
		r := reader{tokens: lex(tt.source, 7, hash()), file: "f", variables: variables}
		got := r.expr()
		if got.state != tt.state {
			t.Errorf("%s: state %d, want %d", tt.source, got.state, tt.state)
			continue
		}
		if got.state == known && (got.Text != tt.text || got.Origin != tt.origin) || got.state != unknown && got.Variable != tt.decide {
			t.Errorf("%s: %+v", tt.source, got.Part)
		}
	}
}

// After an expression that is unknown, the reader continues at the mark that ends it.
func TestExprStopsAtItsEnd(t *testing.T) {
	t.Parallel()
	r := reader{tokens: lex(`run([a, b], {c: d}) + 1, "next"`, 1, hash())}
	if v := r.expr(","); v.state != unknown || !r.accept(",") {
		t.Fatalf("%+v, then %+v", v, r.peek())
	}
	if v := r.expr(","); v.state != known || v.Text != "next" {
		t.Errorf("%+v", v)
	}
}
