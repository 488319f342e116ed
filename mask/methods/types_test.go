package methods_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rubyforgood/hectl/mask/methods"
	"github.com/rubyforgood/hectl/mask/rows"
	"github.com/rubyforgood/hectl/pgtools"
	"github.com/rubyforgood/hectl/pgtools/schema"
	"github.com/rubyforgood/hectl/test/masktest"
)

// typeSamples returns values of each type as SQL strings.
func typeSamples() []struct {
	typ    string
	values []string
} {
	texts := []string{"", "a", "7", "Maria", "m@x.org", "555-1234", "1.2.3.4", `{"a": "b"}`, "ünï 🐘", "A-12\tx\\", "NULL", `\N`}
	return []struct {
		typ    string
		values []string
	}{
		{"text", append(texts, "Maria Gonzalez <maria@diaperbank.org>", strings.Repeat("a long text, ", 100), `{"name": "Maria", "list": ["x", {"y": "10"}]}`, "2606:2800:220:1:248:1893:25c8:1946", "six\nlines")},
		{"character varying(12)", texts},
		{"character varying(40)", texts},
		{"character(12)", texts},
		{"character varying", texts},
		{"citext", append(texts, "MARIA@X.ORG")},
		{"name", texts},
		{"uuid", []string{"6ecd8c99-4036-403d-bf84-cf8400f67836"}},
		{"date", []string{"2020-02-29", "0044-03-15 BC", "infinity", "-infinity", "5874897-12-31", "4713-01-01 BC", "4714-11-24 BC", "12345-06-07"}},
		{"timestamp without time zone", []string{"2020-02-29 12:34:56.789", "0044-03-15 23:59:59 BC", "infinity", "294276-12-31 23:59:59.999999", "4714-11-24 00:00:00 BC"}},
		{"timestamp(0) with time zone", []string{"2020-02-29 12:34:56+05:30", "0044-03-15 23:59:59 BC", "-infinity", "294276-12-31 23:59:59", "4713-01-01 00:00:00 BC"}},
		{"smallint", []string{"0", "7", "-32768", "32767", "43215"[:4]}},
		{"integer", []string{"0", "-1", "2147483647", "-2147483648", "43215", "1999999999"}},
		{"bigint", []string{"0", "6142349876", "9223372036854775807", "-9223372036854775808"}},
		{"numeric", []string{"0", "0.00", "-12.50", "NaN", "Infinity", "-Infinity", "0.000000001", "123456789012345678901234567890123456789012345678901234567890.123"}},
		{"numeric(8,2)", []string{"0", "999999.99", "-999999.99", "0.01", "NaN"}},
		{"numeric(3)", []string{"999", "-1", "0"}},
		{"numeric(3,-2)", []string{"99900", "-100", "0"}},
		{"numeric(2,4)", []string{"0.0099", "-0.0001"}},
		{"real", []string{"0", "-1.5", "3.4028235e+38", "1e-45", "NaN", "Infinity", "123456.7"}},
		{"double precision", []string{"0", "-1.5", "1.7976931348623157e+308", "5e-324", "NaN", "-Infinity", "123456789.125"}},
		{"boolean", []string{"t", "f"}},
		{"json", []string{`{"a": "b", "n": [1.5e3, null, true, ""]}`, `"x"`, `1`, ` [ ] `, `{"d\u00e9j\u00e0": "\u00e9 \ud83d\ude00 \n"}`}},
		{"jsonb", []string{`{"a": "b", "n": [1.5, null, true, ""]}`, `"x"`, `1`, `[]`, `{"k": "12-34", "q": "\"\\"}`}},
		{"inet", []string{"1.2.3.4", "1.2.3.0/24", "2606:2800::1", "2606:2800::/32", "::1", "::ffff:1.2.3.4"}},
		{"cidr", []string{"1.2.3.0/24", "0.0.0.0/0", "1.2.3.4/32", "2606:2800::/32", "::/0"}},
		{"hstore", []string{`a=>b, "c d"=>NULL, "e\"\\"=>"f\"\\,"`, ``}},
		{"bytea", []string{`\x`, `\x00ff5c0a`}},
		{"xml", []string{`<a>b</a>`, `text`}},
		{"tsvector", []string{`'maria':1 'gonzalez':2A`}},
		{"interval", []string{"1 day"}},
		{"mood", []string{"sad", "ok"}},
		{"email_address", []string{"maria@diaperbank.org"}},
	}
}

// columnOf returns a column of a built-in type, or of one that TestTypes creates.
func columnOf(typ string) schema.Column {
	c := schema.Column{Name: "c", Type: masktest.Type(typ)}
	switch strings.TrimSuffix(typ, "[]") {
	case "mood":
		c.Type.Name.Schema, c.Type.Labels = "public", []string{"sad", "ok", "a", "b"}
	case "email_address":
		c.Type.Name.Schema = "public"
		base := masktest.Type("citext")
		c.Type.Base = &base
	}
	return c
}

// fixedOf returns a valid text of a type for {value: …} and {one_of: …}.
func fixedOf(kind methods.Kind, typ string) string {
	switch kind {
	case methods.UUID:
		return "6ecd8c99-4036-403d-bf84-cf8400f67837"
	case methods.Date:
		return "2001-02-03"
	case methods.Timestamp:
		return "2001-02-03 04:05:06"
	case methods.Integer, methods.Decimal, methods.Float:
		if typ == "numeric(2,4)" {
			return "0.0012"
		}
		if typ == "numeric(3,-2)" {
			return "300"
		}
		if typ == "numeric(8,2)" {
			return "3.00"
		}
		return "3"
	case methods.Boolean:
		return "t"
	case methods.JSON:
		return `{"fixed": true}`
	case methods.Inet:
		if typ == "cidr" {
			return "10.0.0.0/8"
		}
		return "10.0.0.0"
	case methods.Hstore:
		return `"a"=>"x"`
	case methods.Bytea:
		return `\x00`
	case methods.XML:
		return `<x/>`
	case methods.TSVector:
		return `'x':1`
	case methods.Text:
		return "fixed"
	}
	return map[string]string{"interval": "2 days", "mood": "ok"}[typ]
}

// Postgres accepts the values that a method produces for each type that it fits, and writes
// them back unchanged.
func TestTypes(t *testing.T) {
	_, db := masktest.Database(t, "types", `
		CREATE EXTENSION hstore; CREATE EXTENSION citext;
		CREATE TYPE mood AS ENUM ('sad', 'ok', 'a', 'b');
		CREATE DOMAIN email_address AS citext CHECK (VALUE ~ '@');
		SET timezone = 'UTC'`)
	tried := map[string]int{}
	for _, sample := range typeSamples() {
		for _, array := range []bool{false, true} {
			typ := sample.typ
			if array {
				typ += "[]"
			}
			col := columnOf(typ)
			_, err := db.Exec(t.Context(), "DROP TABLE IF EXISTS t; CREATE TABLE t (c "+typ+")")
			if oddScale(sample.typ) && db.ServerVersion().Major < 15 {
				if err == nil {
					t.Errorf("PostgreSQL 14 takes %s", typ)
				}
				continue
			}
			if err != nil {
				t.Fatal(err)
			}
			values := serverForms(t, db, sample.typ, array, sample.values)
			for _, facts := range methods.All() {
				if facts.Passes || !facts.Fits(col.Type) {
					continue
				}
				spec := methods.Spec{Name: facts.Name, Number: map[string]int{"shift_days": 180, "noise": 10}[facts.Name], Text: map[string]string{"bcrypt": "password"}[facts.Name]}
				switch fixed := fixedOf(methods.KindOf(col.Type), sample.typ); {
				case facts.Name == "value" && array:
					text, _, err := methods.Elements(methods.Constant(fixed))(nil, []byte("{x,NULL}"), nil)
					if err != nil {
						t.Fatal(err)
					}
					spec.Text = string(text)
				case facts.Name == "value":
					spec.Text = fixed
				case facts.Name == "one_of":
					spec.Texts = []string{fixed}
				}
				m, err := methods.New(spec, methods.NewSeed([]byte("a seed for tests")), methods.Column{Type: col.Type, Encoding: "UTF8"})
				if err != nil {
					if length := col.Type.Length(); length >= facts.Length && !refusesScale(facts.Name, sample.typ) {
						t.Errorf("%s in %s: %v", facts.Name, typ, err)
					}
					continue
				}
				if sample.typ == "email_address" && !slices.Contains([]string{"null", "email"}, facts.Name) {
					continue // the domain's check refuses it
				}
				if facts.Name == "bcrypt" && typ != "text" && typ != "character varying[]" {
					continue // bcrypt is slow
				}
				tried[facts.Name]++
				t.Run(facts.Name+" "+typ, func(t *testing.T) { checkTaken(t, db, m, values, col) })
			}
		}
	}
	for _, facts := range methods.All() {
		if tried[facts.Name] == 0 && !facts.Passes {
			t.Errorf("%s: not tried", facts.Name)
		}
	}
}

// oddScale reports whether the scale of a numeric is negative or above its precision,
// which requires PostgreSQL 15.
func oddScale(typ string) bool { return typ == "numeric(3,-2)" || typ == "numeric(2,4)" }

// refusesScale reports whether a method refuses the scale of a type.
func refusesScale(method, typ string) bool {
	return method == "digits" && typ == "numeric(3,-2)" || method == "phone" && strings.HasPrefix(typ, "numeric(") && strings.Contains(typ, ",")
}

// serverForms returns values as Postgres writes them, or, if array is true, in a
// two-dimensional array with a NULL.
func serverForms(t *testing.T, db *pgtools.DB, typ string, array bool, values []string) []string {
	t.Helper()
	sql := "SELECT format('%s', c::" + typ + ") FROM unnest($1::text[]) c"
	if array {
		sql = "SELECT ARRAY[[c::" + typ + ", NULL]]::text FROM unnest($1::text[]) c UNION ALL SELECT '{}'"
	}
	forms, err := pgtools.Rows[string](t.Context(), db, sql, values)
	if err != nil {
		t.Fatalf("%s: %v", typ, err)
	}
	return forms
}

func checkTaken(t *testing.T, db *pgtools.DB, f methods.Func, values []string, col schema.Column) {
	t.Helper()
	var original bytes.Buffer
	for _, v := range values {
		original.Write(rows.Escape(nil, []byte(v)))
		original.WriteByte('\n')
	}
	table := &rows.Table{Name: "t", Columns: []rows.Column{{Name: "c", Method: f}}}
	if _, err := db.Exec(t.Context(), "TRUNCATE t"); err != nil {
		t.Fatal(err)
	}
	var masked bytes.Buffer
	if _, err := masked.ReadFrom(table.Reader(&original)); err != nil {
		t.Fatal(err)
	}
	if _, err := db.CopyIn(t.Context(), "COPY t FROM STDIN", bytes.NewReader(masked.Bytes())); err != nil {
		t.Fatalf("%v, of:\n%s", err, masked.String())
	}
	want := []string{}
	for line := range strings.Lines(masked.String()) {
		if line = strings.TrimSuffix(line, "\n"); line != `\N` {
			want = append(want, string(rows.Unescape(nil, []byte(line))))
		}
	}
	got, err := pgtools.Rows[string](t.Context(), db, "SELECT format('%s', c) FROM t WHERE c IS NOT NULL ORDER BY ctid")
	if err != nil {
		t.Fatal(err)
	}
	switch kind := methods.KindOf(col.Type); {
	case kind == methods.Float || kind == methods.Boolean || strings.HasPrefix(col.Type.SQL, "numeric(3,-2)") || col.Type.SQL == "character(12)[]": // Postgres writes these in another form
		if len(got) != len(want) {
			t.Errorf("%d values of %d", len(got), len(want))
		}
		return
	case kind == methods.Timestamp:
		for i := range want {
			want[i] = strings.ReplaceAll(want[i], "04:05:06", "04:05:06+00")
		}
		if !strings.Contains(col.Type.SQL, "with time zone") {
			for i := range want {
				want[i] = strings.ReplaceAll(want[i], "+00", "")
			}
		}
	}
	for i := range want {
		got[i], want[i] = strings.TrimRight(got[i], " "), strings.TrimRight(want[i], " ")
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Postgres took something else (-written +taken):\n%s", diff)
	}
}
