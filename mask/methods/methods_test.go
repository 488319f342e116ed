package methods

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/rubyforgood/hectl/test/masktest"
)

func TestShapes(t *testing.T) {
	for _, tt := range []struct {
		spec  Spec
		typ   string
		value string
		want  string // regular expression for the whole output
	}{
		{specOf("null"), "text", "x", `NULL`},
		{specOf("value"), "text", "x", `fixed`},
		{specOf("value"), "text", "", `fixed`},
		{Spec{Name: "value", Text: "{a,b}"}, "text[]", "{x}", `\{a,b\}`},
		{specOf("empty"), "text", "x", ``},
		{specOf("empty"), "text[]", "{x}", `\{\}`},
		{specOf("empty"), "jsonb", "[1]", `\[\]`},
		{specOf("empty"), "json", ` {"a": 1}`, `\{\}`},
		{specOf("email"), "text", "Maria@Diaperbank.org", `[a-z]+\.[a-z]+\.[0-9a-z]{13}@example\.com`},
		{Spec{Name: "email", Text: "keep_domain"}, "text", "maria@diaperbank.org", `[a-z]+\.[a-z]+\.[0-9a-z]{13}@diaperbank\.org`},
		{Spec{Name: "email", Text: "keep_domain"}, "text", "Maria <maria@diaperbank.org>", `[a-z]+\.[a-z]+\.[0-9a-z]{13}@example\.com`},
		{Spec{Name: "email", Text: "keep_domain"}, "text", "no address", `[a-z]+\.[a-z]+\.[0-9a-z]{13}@example\.com`},
		{specOf("email"), "character varying(25)", "maria@diaperbank.org", `[0-9a-z]{13}@example\.com`},
		{specOf("email"), "character varying(13)", "maria@diaperbank.org", `[0-9a-z]@example\.com`},
		{specOf("first_name"), "text", "Maria", `[A-Z][a-z]+`},
		{specOf("last_name"), "text", "Gonzalez", `[A-Z][A-Za-z']+`},
		{specOf("full_name"), "text", "Maria Gonzalez", `[A-Z][a-z]+ [A-Z][A-Za-z']+`},
		{specOf("company"), "text", "Acme", `[A-Z][A-Za-z']+ [A-Z a-z]+`},
		{specOf("phone"), "text", "(614) 234-9876", `\([1-9]\d\d\) 555-\d{4}`},
		{specOf("phone"), "text", "+1 614 234 9876 x123", `\+1 [1-9]\d\d 555 \d{4} x\d{3}`},
		{specOf("phone"), "text", "6142349876", `[1-9]\d\d555\d{4}`},
		{specOf("phone"), "text", "+49 (0)30 2345678", `\+[1-9]\d \(\d\)\d\d 555\d{4}`},
		{specOf("phone"), "text", "ask for Maria, 614-234-9876", `[1-9]\d\d-555-\d{4}`},
		{specOf("phone"), "bigint", "6142349876", `[1-9]\d\d555\d{4}`},
		{specOf("street"), "text", "1 Main St", `\d{3,5} [A-Z][A-Za-z']+ [A-Z][a-z]+`},
		{specOf("city"), "text", "Tucson", `[A-Z][A-Za-z ./-]+`},
		{specOf("zip"), "text", "43215-1234", `\d{5}-\d{4}`},
		{specOf("zip"), "text", "K1A 0B6", `[A-Z]\d[A-Z] \d[A-Z]\d`},
		{specOf("zip"), "text", "my house", `\d{5}`},
		{specOf("lorem"), "text", "ünïcödé 🐘", `[A-Z][a-z .]{8}`},
		{specOf("lorem"), "bytea", `\x00ff01`, `\\x[0-9a-f]{6}`},
		{specOf("lorem"), "bytea", `a\\b\001`, `\\x[0-9a-f]{8}`},
		{specOf("hash"), "text", "x", `[0-9a-f]{32}`},
		{Spec{Name: "hash", Number: 16}, "text", "x", `[0-9a-f]{16}`},
		{specOf("hash"), "character varying(20)", "x", `[0-9a-f]{20}`},
		{specOf("hash"), "bytea", `\x00`, `\\x[0-9a-f]{32}`},
		{specOf("ip"), "inet", "93.184.216.34", `10\.\d+\.\d+\.\d+`},
		{specOf("ip"), "inet", "93.184.216.34/24", `10\.\d+\.\d+\.\d+/24`},
		{specOf("ip"), "cidr", "93.184.216.0/24", `10\.\d+\.\d+\.0/24`},
		{specOf("ip"), "text", "2606:2800:220:1::1946", `2001:db8:[0-9a-f:]+`},
		{specOf("ip"), "text", "93.184.216.34, 10.0.0.1", `10\.\d+\.\d+\.\d+`},
		{specOf("ip"), "character varying(15)", "2606:2800::1946", `10\.\d+\.\d+\.\d+`},
		{specOf("uuid"), "uuid", "6ecd8c99-4036-403d-bf84-cf8400f67836", `[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}`},
		{specOf("uuid"), "text", "6ecd8c994036403dbf84cf8400f67836", `[0-9a-f]{12}4[0-9a-f]{3}[89ab][0-9a-f]{15}`},
		{specOf("digits"), "text", "AB 123-45-6789 ü", `AB \d{3}-\d{2}-\d{4} ü`},
		{specOf("digits"), "text", "٣٤٥-1", `[٠-٩]{3}-\d`},
		{specOf("digits"), "integer", "-2147483648", `-[12]\d{9}`},
		{specOf("digits"), "integer", "0", `0`},
		{specOf("digits"), "numeric", "0.050", `0\.0[1-9]\d`},
		{specOf("digits"), "numeric", "NaN", `NaN`},
		{specOf("shift_days"), "date", "infinity", `infinity`},
		{specOf("shift_days"), "date", "2020-02-29", `20(19|20)-\d\d-\d\d`},
		{specOf("shift_days"), "date", "5874897-12-31", `5874897-\d\d-\d\d`},
		{specOf("shift_days"), "date", "4713-01-01 BC", `4713-\d\d-\d\d BC`},
		{specOf("shift_days"), "date", "0001-01-01 BC", `000[12]-\d\d-\d\d( BC)?`},
		{specOf("shift_days"), "timestamp with time zone", "2020-02-29 23:59:59.123456+05:30", `20(19|20)-\d\d-\d\d 23:59:59\.123456\+05:30`},
		{specOf("shift_days"), "timestamp without time zone", "0044-03-15 12:00:00 BC", `004[345]-\d\d-\d\d 12:00:00 BC`},
		{specOf("year_only"), "date", "1999-07-04", `1999-01-01`},
		{specOf("year_only"), "timestamp without time zone", "1999-07-04 10:11:12.5", `1999-01-01 00:00:00`},
		{specOf("year_only"), "timestamp with time zone", "0044-03-15 12:00:00-05 BC", `0044-01-01 00:00:00-05 BC`},
		{specOf("year_only"), "date", "-infinity", `-infinity`},
		{specOf("noise"), "integer", "1000", `(9\d\d|10\d\d|1100)`},
		{specOf("noise"), "integer", "1", `2`},
		{specOf("noise"), "numeric", "-0.50", `-0\.(4[5-9]|5[0-5])`},
		{specOf("noise"), "numeric(2,0)", "99", `(89|9[0-8])`},
		{specOf("noise"), "smallint", "32767", `(29[4-9]\d\d|3[012]\d\d\d)`},
		{specOf("noise"), "double precision", "NaN", `NaN`},
		{specOf("noise"), "double precision", "1e+300", `(9\.?\d*e\+299|1(\.\d+)?e\+300)`},
		{specOf("json"), "jsonb", `{"name": "Maria", "n": [1, true, null, "12-34"], "": {}}`, `\{"name": "[A-Z][a-z .]{4}", "n": \[1, true, null, "\d\d-\d\d"\], "": \{\}\}`},
		{specOf("json"), "text", `not json`, `[A-Z][a-z .]{7}`},
		{Spec{Name: "json", Paths: map[string]Spec{
			"address.street": specOf("street"), "people.name": specOf("first_name"), "people.age": specOf("noise"),
			"born": specOf("year_only"), "kept": specOf("keep"), "*.x": specOf("null"), "ssn": specOf("digits"), "tel": specOf("phone"), "pin": {Name: "value", Text: "0"},
		}}, "jsonb", `{"address": {"street": "x", "x": 1}, "people": [{"name": "Z", "age": 100}], "born": "1999-07-04T10:11:12Z", "kept": ["me", {"a": "b"}], "other": {"x": {"y": "z"}}, "ssn": 123456, "tel": 6142349876, "pin": 1234}`,
			`\{"address": \{"street": "\d+ [^"]+", "x": null\}, "people": \[\{"name": "[A-Z][a-z]+", "age": \d{2,3}\}\], "born": "1999-01-01T00:00:00Z", "kept": \["me", \{"a": "b"\}\], "other": \{"x": \{"y": null\}\}, "ssn": [1-9]\d{5}, "tel": [1-9]\d\d555\d{4}, "pin": 0\}`},
		{specOf("one_of"), "text", "x", `[abc]`},
		{specOf("first_name"), "text[]", `{"A B",NULL,"",{c}}`, `\{[A-Z][a-z]+,NULL,"",\{[A-Z][a-z]+\}\}`},
		{specOf("full_name"), "text[]", `[0:0]={x}`, `\[0:0\]=\{"[A-Z][a-z]+ [A-Za-z']+"\}`},
		{specOf("lorem"), "hstore", `"k"=>"abc", "n"=>NULL`, `"k"=>"[A-Z][a-z.]{2}", "n"=>NULL`},
		{specOf("first_name"), "character(12)", "Maria       ", `[A-Z][a-z]{1,11}`},
	} {
		t.Run(tt.spec.Name+" "+tt.typ+" "+tt.value, func(t *testing.T) {
			got := apply(t, newFunc(t, tt.spec, tt.typ), tt.value)
			if !regexp.MustCompile(`^(?:` + tt.want + `)$`).MatchString(got) {
				t.Errorf("%q is not like %s", got, tt.want)
			}
		})
	}
}

// With the same seed, a value has the same fake value in every column. Another seed
// produces a different one.
func TestDeterministic(t *testing.T) {
	for _, facts := range All() {
		if facts.Passes || !facts.Fits(column("text").Type) || facts.Name == "json" || facts.Name == "bcrypt" {
			continue
		}
		value := "555-1234 Maria"
		methods := map[string]Func{}
		for _, typ := range []string{"text", "character varying", "character varying(80)", "character(80)", "citext"} {
			methods[typ] = newFunc(t, specOf(facts.Name), typ)
		}
		want := apply(t, methods["text"], strings.ToLower(value))
		for typ, m := range methods {
			given := strings.ToLower(value)
			if typ == "citext" {
				given = value
			}
			if got := apply(t, m, given); got != want {
				t.Errorf("%s: %q in %s, %q in text", facts.Name, got, typ, want)
			}
		}
		if facts.Null || facts.Same || facts.Name == "one_of" {
			continue
		}
		other, err := New(specOf(facts.Name), NewSeed([]byte("another seed")), column("text"))
		if err != nil {
			t.Fatal(err)
		}
		if got := apply(t, other, strings.ToLower(value)); got == want {
			t.Errorf("%s: %q of another seed as well", facts.Name, got)
		}
	}
}

func TestEmptyStaysEmpty(t *testing.T) {
	for _, facts := range All() {
		if !facts.Fits(column("text").Type) || facts.Passes || facts.Null || facts.Name == "bcrypt" {
			continue
		}
		m := newFunc(t, specOf(facts.Name), "text")
		got := apply(t, m, "")
		if keeps := facts.Name != "value"; keeps != (got == "") {
			t.Errorf("%s makes %q of nothing", facts.Name, got)
		}
	}
}

// Methods that are Unique keep values distinct, even in a column of UniqueLength.
func TestUnique(t *testing.T) {
	const many = 100_000
	for _, tt := range []struct {
		name, typ string
		value     func(i int) string
	}{
		{"email", "text", func(i int) string { return fmt.Sprintf("u%d@example.org", i) }},
		{"email", "character varying(25)", func(i int) string { return fmt.Sprintf("u%d@example.org", i) }},
		{"hash", "text", func(i int) string { return fmt.Sprint(i) }},
		{"hash", "character varying(16)", func(i int) string { return fmt.Sprint(i) }},
		{"uuid", "uuid", func(i int) string { return fmt.Sprintf("00000000-0000-4000-8000-%012x", i) }},
		{"digits", "text", func(i int) string { return fmt.Sprintf("%03d-%02d", i/100, i%100) }}, // all values of this format
		{"digits", "text", func(i int) string { return fmt.Sprintf("%040d", i) }},
		{"digits", "text", func(i int) string { return fmt.Sprintf("%d%039d", i%10, i/10) }},
		{"digits", "character varying(6)", func(i int) string { return fmt.Sprintf("A%05d", i) }},
		{"digits", "integer", func(i int) string { return fmt.Sprint(i - many/2) }},
		{"digits", "bigint", func(i int) string { return fmt.Sprint(9223372036854775807 - int64(i)) }},
		{"digits", "numeric(8,2)", func(i int) string { return fmt.Sprintf("%d.%02d", i/100, i%100) }},
	} {
		t.Run(tt.name+" "+tt.typ+" "+tt.value(7), func(t *testing.T) {
			facts, _ := FactsOf(tt.name)
			if !facts.Unique {
				t.Fatal("does not say so")
			}
			m := newFunc(t, specOf(tt.name), tt.typ)
			seen := make(map[string]bool, many)
			same := 0
			many := many
			if tt.name == "digits" && tt.typ != "text" {
				many /= 5
			}
			for i := range many {
				got := apply(t, m, tt.value(i))
				if seen[got] {
					t.Fatalf("%q twice", got)
				}
				if got == tt.value(i) {
					same++
				}
				seen[got] = true
			}
			if same > many/50 {
				t.Errorf("%d of %d values are as they were", same, many)
			}
		})
	}
}

// In a column of any length, fake values fit or the method is refused.
func TestLength(t *testing.T) {
	values := []string{"a", "7", "Maria Gonzalez", "maria@diaperbank.org", "(614) 234-9876 x1", "ünïcödé 🐘", "93.184.216.34", "2606:2800:220:1::1946", "43215-1234", `{"a": "b", "c": [1]}`, strings.Repeat("long ", 20)}
	for _, limit := range []int{1, 2, 3, 4, 5, 7, 8, 11, 12, 13, 14, 15, 16, 19, 20, 24, 25, 26, 30, 35, 36, 37, 50, 59, 60, 61, 255} {
		for _, facts := range All() {
			if facts.Passes || facts.Null || facts.Name == "value" || !facts.Fits(column("text").Type) {
				continue
			}
			specs := []Spec{specOf(facts.Name)}
			if facts.Name == "email" {
				specs = append(specs, Spec{Name: "email", Text: "keep_domain"})
			}
			for _, spec := range specs {
				m, err := New(spec, testSeed, column(fmt.Sprintf("character varying(%d)", limit)))
				if (err != nil) != (limit < facts.Length) {
					t.Errorf("%s in %d characters: %v", spec.Name, limit, err)
				}
				if err != nil || facts.Name == "bcrypt" { // bcrypt is slow
					continue
				}
				for _, value := range values {
					if utf8.RuneCountInString(value) > limit {
						continue // the column cannot contain such a value
					}
					if got := apply(t, m, value); utf8.RuneCountInString(got) > limit || got == "" && facts.Name != "empty" {
						t.Errorf("%s in %d characters: %q became %q", spec.Name, limit, value, got)
					}
				}
			}
		}
	}
}

// In a dump in another encoding, methods produce ASCII, except for characters that they
// keep.
func TestEncodings(t *testing.T) {
	for _, facts := range All() {
		if facts.Passes || facts.Null || facts.Name == "bcrypt" || !facts.Fits(column("text").Type) {
			continue
		}
		m, err := New(specOf(facts.Name), testSeed, Column{Type: masktest.Type("text"), Encoding: "LATIN1"})
		if err != nil {
			t.Fatal(err)
		}
		for _, value := range []string{"M\xfcller", "\xfc 12", `{"a": "\u00fcx", "b": "\u00fc9"}`} {
			if got := apply(t, m, value); strings.ContainsRune(got, utf8.RuneError) != (facts.Name == "digits" && strings.Contains(value, "\xfc")) || strings.Contains(got, "\u00fc") {
				t.Errorf("%s: %q became %q", facts.Name, value, got)
			}
		}
		if _, err := New(specOf(facts.Name), testSeed, Column{Type: masktest.Type("text"), Encoding: "SJIS"}); err == nil {
			t.Errorf("%s: takes SJIS", facts.Name)
		}
	}
}

func TestRefused(t *testing.T) {
	mood := column("public.mood")
	mood.Type.Labels = []string{"sad", "ok"}
	for _, tt := range []struct {
		spec Spec
		col  Column
		want string
	}{
		{Spec{Name: "emial"}, column("text"), `unknown method "emial"`},
		{specOf("email"), column("integer"), `email does not fit type integer`},
		{specOf("shift_days"), column("text"), `shift_days does not fit type text`},
		{Spec{Name: "shift_days"}, column("date"), `shift_days needs a number`},
		{Spec{Name: "shift_days", Number: -1}, column("date"), `shift_days: -1 is not a number of days from 1 to 36525`},
		{Spec{Name: "noise", Number: 101}, column("integer"), `noise: 101 is not a percentage from 1 to 100`},
		{Spec{Name: "hash", Number: 8}, column("text"), `hash: 8 is not a number of digits from 16 to 64`},
		{Spec{Name: "email", Text: "domain"}, column("text"), `email takes only keep_domain`},
		{Spec{Name: "lorem", Number: 5}, column("text"), `lorem takes no argument`},
		{Spec{Name: "one_of"}, column("text"), `one_of needs a list of strings`},
		{Spec{Name: "one_of", Texts: []string{"ok", "glad"}}, mood, `one_of: "glad" is not a label of type public.mood`},
		{Spec{Name: "value", Text: "x"}, column("integer"), `value: "x" is not a value of type integer`},
		{Spec{Name: "value", Text: "40000"}, column("smallint"), `value: "40000" is not a value of type smallint`},
		{Spec{Name: "value", Text: "2021-02-29"}, column("date"), `value: "2021-02-29" is not a value of type date`},
		{Spec{Name: "value", Text: "100"}, column("numeric(4,2)"), `value: "100" is not a value of type numeric(4,2)`},
		{Spec{Name: "value", Text: "{"}, column("jsonb"), `value: "{" is not a value of type jsonb`},
		{Spec{Name: "value", Text: "perhaps"}, column("boolean"), `value: "perhaps" is not a value of type boolean`},
		{Spec{Name: "value", Text: "10.0.0.1/8"}, column("cidr"), `value: "10.0.0.1/8" is not a value of type cidr`},
		{Spec{Name: "value", Text: "x"}, column("hstore"), `value: "x" is not a value of type hstore`},
		{Spec{Name: "value", Text: "x"}, column("text[]"), `value: not an array`},
		{Spec{Name: "value", Text: "{1,x}"}, column("integer[]"), `value: "x" is not a value of type integer`},
		{Spec{Name: "value", Text: "four"}, column("character varying(3)"), `value: the text has 4 characters, but type character varying(3) has room for 3`},
		{specOf("uuid"), column("character varying(20)"), `uuid needs room for 36 characters, but type character varying(20) has 20`},
		{Spec{Name: "bcrypt", Text: strings.Repeat("x", 73)}, column("text"), `bcrypt: the password has 73 bytes; bcrypt takes 1 to 72`},
		{Spec{Name: "json", Paths: map[string]Spec{"a..b": specOf("city"), "c": {Name: "town"}}}, column("json"), "json: path \"a..b\": has an empty key\nc: unknown method \"town\""},
	} {
		_, err := New(tt.spec, testSeed, tt.col)
		if err == nil || err.Error() != tt.want {
			t.Errorf("%v in %s: %v, want %s", tt.spec, tt.col.Type.SQL, err, tt.want)
		}
	}
}

func TestMethodsAtOnce(t *testing.T) {
	for _, name := range []string{"email", "digits", "lorem", "json", "hash"} {
		m := newFunc(t, specOf(name), "text[]")
		want := apply(t, m, `{"a 1","b 2"}`)
		done := make(chan string)
		for range 4 {
			go func() {
				last := ""
				for range 200 {
					got, _, err := m(nil, []byte(`{"a 1","b 2"}`), nil)
					if last = string(got); err != nil || last != want {
						break
					}
				}
				done <- last
			}()
		}
		for range 4 {
			if got := <-done; got != want {
				t.Errorf("%s: %q beside others, %q alone", name, got, want)
			}
		}
	}
}

// With a seed file, a value has the same fake value in every release of hectl. See
// also TestFakeDataStaysTheSame.
func TestSameSeedSameValue(t *testing.T) {
	for _, tt := range []struct{ name, typ, value, want string }{
		{"email", "text", "maria@diaperbank.org", "abigayle.fleming.0mmj6bbc01pbk@example.com"},
		{"full_name", "text", "Maria Gonzalez", "Darwin Yost"},
		{"company", "text", "Acme", "Barker Group"},
		{"street", "text", "1 Main St", "7241 Boyer Summit"},
		{"city", "text", "Tucson", "Mesa"},
		{"lorem", "text", "A comment about a family.", "Similique qui possimus ex"},
		{"digits", "text", "123-45-6789", "856-33-5358"},
		{"digits", "integer", "12345", "97233"},
		{"digits", "text", strings.Repeat("1234567890", 4), "8408977995275101955779386890864203635552"},
		{"uuid", "text", "x", "20a47776-5a68-4d11-90be-eff12a68ee3a"},
		{"phone", "text", "(614) 234-9876", "(714) 555-1146"},
		{"ip", "inet", "93.184.216.34", "10.105.91.138"},
		{"shift_days", "date", "2019-05-17", "2019-11-08"},
		{"noise", "numeric", "1234.50", "1356.98"},
	} {
		if got := apply(t, newFunc(t, specOf(tt.name), tt.typ), tt.value); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

// docs/masking.md has every method in both of its tables, and no other.
func TestMethodsAreDocumented(t *testing.T) {
	page, err := os.ReadFile("../../docs/masking.md")
	if err != nil {
		t.Fatal(err)
	}
	name := regexp.MustCompile("`\\{?([a-z_]+)")
	for heading, exempt := range map[string][]string{"## Methods\n": nil, "## What a method hides\n": {"keep"}} {
		_, section, ok := strings.Cut(string(page), heading)
		if !ok {
			t.Fatalf("no section %q", heading)
		}
		section, _, _ = strings.Cut(section, "\n## ")
		documented := map[string]bool{}
		for line := range strings.Lines(section) {
			if cells := strings.Split(line, "|"); len(cells) > 3 {
				for _, found := range name.FindAllStringSubmatch(cells[1], -1) {
					documented[found[1]] = true
				}
			}
		}
		for _, facts := range All() {
			if !documented[facts.Name] && !slices.Contains(exempt, facts.Name) {
				t.Errorf("%s: no row for %s", heading, facts.Name)
			}
			delete(documented, facts.Name)
		}
		for unknown := range documented {
			t.Errorf("%s: a row for %s, which is not a method", heading, unknown)
		}
	}
}

// Each line of All is complete.
func TestFactsAreComplete(t *testing.T) {
	seen := map[string]bool{}
	for _, f := range All() {
		if seen[f.Name] {
			t.Errorf("%s: twice", f.Name)
		}
		seen[f.Name] = true
		if implementations := map[bool]int{true: 1}; implementations[f.change != nil]+implementations[f.whole != nil]+implementations[f.Passes] != 1 {
			t.Errorf("%s: needs exactly one of change, whole and Passes", f.Name)
		}
		if takesWord := f.Argument == OptionalWord || f.Argument == OptionalPaths; takesWord != (f.Words != nil) {
			t.Errorf("%s: Words do not go with its argument", f.Name)
		}
		if f.UniqueLength > 0 && !f.Unique || f.PerRow && f.Unique {
			t.Errorf("%s: contradicts itself about unique values", f.Name)
		}
	}
}
