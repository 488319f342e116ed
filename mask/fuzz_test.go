package mask

import (
	"bytes"
	stdjson "encoding/json"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"unicode/utf8"
)

// postgresRows returns rows that Postgres wrote, of every type.
func postgresRows(tb testing.TB) [][]byte {
	tb.Helper()
	rows, err := os.ReadFile("testdata/rows.copy")
	if err != nil {
		tb.Fatal(err)
	}
	return bytes.SplitAfter(rows, []byte("\n"))
}

// Whatever is in a value, what Escape writes is one field of one row, and is
// decoded to it; and a row that Postgres writes is the same after it was decoded
// and encoded again.
func FuzzEscape(f *testing.F) {
	for _, row := range postgresRows(f) {
		for field := range bytes.SplitSeq(bytes.TrimSuffix(row, []byte("\n")), []byte("\t")) {
			f.Add(Unescape(nil, field))
			f.Add(field)
		}
	}
	f.Fuzz(func(t *testing.T, value []byte) {
		field := Escape(nil, value)
		if bytes.ContainsAny(field, "\t\n\r\b\f\v") || string(field) == `\N` || string(field) == `\.` {
			t.Fatalf("%q is written as %q", value, field)
		}
		if got := Unescape(nil, field); !bytes.Equal(got, value) {
			t.Fatalf("%q is read as %q", value, got)
		}
		row := append(append(append(append([]byte("\\N\t"), field...), "\t\t"...), field...), '\n')
		table := &Table{Columns: []Column{{Method: same}, {Method: same}, {}, {Method: same}}}
		got, err := io.ReadAll(table.Reader(bytes.NewReader(row)))
		if err != nil || !bytes.Equal(got, row) {
			t.Fatalf("%q came as %q, %v", row, got, err)
		}
	})
}

// Any input is refused with the place, or what comes out comes out the same when
// it is read again.
func FuzzReader(f *testing.F) {
	for _, row := range postgresRows(f) {
		f.Add(row, uint8(bytes.Count(row, []byte("\t"))+1), uint8(0xff))
	}
	f.Add([]byte("a\\x41\\101\\8\tb\\\n\\.\nrest"), uint8(2), uint8(1))
	f.Fuzz(func(t *testing.T, rows []byte, columns, masked uint8) {
		table := &Table{Name: "s.t", Columns: make([]Column, columns)}
		for i := range table.Columns {
			table.Columns[i].Name = "c"
			if masked>>(i%8)&1 == 1 {
				table.Columns[i].Method = same
			}
		}
		once, err := io.ReadAll(table.Reader(bytes.NewReader(rows)))
		if err != nil && !strings.HasPrefix(err.Error(), "s.t: row ") {
			t.Fatalf("no place in %q", err)
		}
		if err == nil && bytes.Count(once, []byte("\n")) != bytes.Count(rows, []byte("\n")) {
			t.Fatalf("%q of %q", once, rows)
		}
		twice, err := io.ReadAll(table.Reader(bytes.NewReader(once)))
		if err != nil || !bytes.Equal(once, twice) {
			t.Fatalf("%q, then %q: %v", once, twice, err)
		}
	})
}

// A document is one for encoding/json and for this package alike, and a masked
// one is still, with the same keys.
func FuzzJSON(f *testing.F) {
	for _, row := range postgresRows(f) {
		for field := range bytes.SplitSeq(bytes.TrimSuffix(row, []byte("\n")), []byte("\t")) {
			if value := Unescape(nil, field); len(value) > 0 && bytes.ContainsAny(value[:1], `{["`) {
				f.Add(value)
			}
		}
	}
	for _, s := range []string{`{"a": {"b": [1, "x", null, true, -0.5e+3]}, "": ""}`, `[[[]]]`, ` "\ud83d\ude00\ud83d" `, `01`, `[1,]`, `{"a"}`, `"a` + "\n" + `"`, `{"a":1}}`, `-`, `1.`} {
		f.Add([]byte(s))
	}
	keepAll := json(&jsonRule{leaf: &jsonLeaf{keep: true}}, true)
	masking, err := NewMethod(MethodSpec{Name: "json", Paths: map[string]MethodSpec{
		"a.b": {Name: "full_name"}, "n": {Name: "noise", Number: 10}, "*.email": {Name: "email"}, "gone": {Name: "null"}, "at": {Name: "shift_days", Number: 9},
	}}, Seed{}, column("jsonb"), "UTF8")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, value []byte) {
		if !utf8.Valid(value) || bytes.Count(value, []byte("["))+bytes.Count(value, []byte("{")) > 9000 {
			return // which the standard library is lenient with, and strict
		}
		kept, err := keepAll(nil, value, nil)
		if valid := stdjson.Valid(value); valid != (err == nil) {
			t.Fatalf("%q: %v, and valid is %t", value, err, valid)
		}
		if err != nil {
			return
		}
		if !bytes.Equal(kept, value) {
			t.Fatalf("%q became %q", value, kept)
		}
		masked, null, err := masking(nil, value)
		if err != nil || null || !stdjson.Valid(masked) {
			t.Fatalf("%q became %q: %v", value, masked, err)
		}
		if before, after := shape(t, value), shape(t, masked); before != after {
			t.Fatalf("%q became %q: %s, then %s", value, masked, before, after)
		}
	})
}

// shape returns the keys, brackets and commas of a document.
func shape(t *testing.T, document []byte) string {
	t.Helper()
	var b strings.Builder
	d := stdjson.NewDecoder(bytes.NewReader(document))
	d.UseNumber()
	type container struct{ object, value bool }
	var in []container
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return b.String()
		}
		if err != nil {
			t.Fatal(err)
		}
		var top *container
		if len(in) > 0 {
			top = &in[len(in)-1]
		}
		key := top != nil && top.object && !top.value
		if top != nil && top.object {
			top.value = !top.value
		}
		switch token := token.(type) {
		case stdjson.Delim:
			b.WriteString(token.String())
			switch token {
			case '{', '[':
				in = append(in, container{object: token == '{'})
			default:
				in = in[:len(in)-1]
				if len(in) > 0 {
					in[len(in)-1].value = false
				}
			}
		case string:
			if key {
				b.WriteString(token)
			}
			b.WriteByte('.')
		default:
			b.WriteByte('.')
		}
	}
}

// Arrays and hstores in another form than Postgres writes are refused, or written
// in that; nothing panics.
func FuzzParts(f *testing.F) {
	for _, row := range postgresRows(f) {
		for field := range bytes.SplitSeq(bytes.TrimSuffix(row, []byte("\n")), []byte("\t")) {
			f.Add(Unescape(nil, field))
		}
	}
	for _, s := range []string{`{"a\"b",NULL,"NULL",{}}`, `[0:1]={a,b}`, `{a}}`, `{`, `{"a"b}`, `"a"=>"b", "c"=>NULL`, `"a"=>"b",`, `"a"`} {
		f.Add([]byte(s))
	}
	methods := []Method{elements(sameDrawn).ofValues(), hstoreValues(sameDrawn).ofValues()}
	f.Fuzz(func(t *testing.T, value []byte) {
		for _, method := range methods {
			once, _, err := method(nil, value)
			if err != nil {
				continue
			}
			twice, _, err := method(nil, once)
			if err != nil || !bytes.Equal(once, twice) {
				t.Fatalf("%q became %q, then %q: %v", value, once, twice, err)
			}
		}
	})
}
