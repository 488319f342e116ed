package methods

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzJSON checks that encoding/json and this package accept the same documents. A masked
// document is valid and has the same keys.
func FuzzJSON(f *testing.F) {
	for _, value := range samples() {
		if value != "" && strings.ContainsAny(value[:1], `{["`) {
			f.Add([]byte(value))
		}
	}
	for _, s := range []string{`{"a": {"b": [1, "x", null, true, -0.5e+3]}, "": ""}`, `[[[]]]`, ` "\ud83d\ude00\ud83d" `, `01`, `[1,]`, `{"a"}`, `"a` + "\n" + `"`, `{"a":1}}`, `-`, `1.`} {
		f.Add([]byte(s))
	}
	keepAll := maskJSON(&jsonRule{leaf: &jsonLeaf{keep: true}}, true)
	masking, err := New(Spec{Name: "json", Paths: map[string]Spec{
		"a.b": {Name: "full_name"}, "n": {Name: "noise", Number: 10}, "*.email": {Name: "email"}, "gone": {Name: "null"}, "at": {Name: "shift_days", Number: 9},
	}}, Seed{}, column("jsonb"))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, value []byte) {
		if !utf8.Valid(value) || bytes.Count(value, []byte("["))+bytes.Count(value, []byte("{")) > 9000 {
			return // encoding/json accepts invalid UTF-8, and limits the depth
		}
		kept, err := keepAll(nil, value, nil)
		if valid := json.Valid(value); valid != (err == nil) {
			t.Fatalf("%q: %v, and valid is %t", value, err, valid)
		}
		if err != nil {
			return
		}
		if !bytes.Equal(kept, value) {
			t.Fatalf("%q became %q", value, kept)
		}
		masked, null, err := masking(nil, value, nil)
		if err != nil || null || !json.Valid(masked) {
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
	d := json.NewDecoder(bytes.NewReader(document))
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
		case json.Delim:
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

// FuzzParts checks that arrays and hstores in a format that Postgres does not write are
// refused or normalized, and that nothing panics.
func FuzzParts(f *testing.F) {
	for _, value := range samples() {
		f.Add([]byte(value))
	}
	for _, s := range []string{`{"a\"b",NULL,"NULL",{}}`, `[0:1]={a,b}`, `{a}}`, `{`, `{"a"b}`, `"a"=>"b", "c"=>NULL`, `"a"=>"b",`, `"a"`} {
		f.Add([]byte(s))
	}
	funcs := []Func{elements(same), hstoreValues(same)}
	f.Fuzz(func(t *testing.T, value []byte) {
		for _, f := range funcs {
			once, _, err := f(nil, value, nil)
			if err != nil {
				continue
			}
			twice, _, err := f(nil, once, nil)
			if err != nil || !bytes.Equal(once, twice) {
				t.Fatalf("%q became %q, then %q: %v", value, once, twice, err)
			}
		}
	})
}
