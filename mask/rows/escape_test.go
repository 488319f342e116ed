package rows

import "testing"

func TestEscape(t *testing.T) {
	for value, want := range map[string]string{"": "", "a b": "a b", "\b\f\n\r\t\v\\": `\b\f\n\r\t\v\\`, `\N`: `\\N`, `\.`: `\\.`, "é\x00": "é\x00"} {
		got := string(Escape(nil, []byte(value)))
		if got != want {
			t.Errorf("%q: %s, want %s", value, got, want)
		}
		if back := string(Unescape([]byte("x"), []byte(got))); back != "x"+value {
			t.Errorf("%q came back as %q", value, back)
		}
	}
}

// COPY FROM accepts more than COPY TO writes.
func TestUnescape(t *testing.T) {
	for field, want := range map[string]string{
		`\x41\x4a5`: "AJ5", `\x`: "x", `\xg`: "xg", `\101\7\0012`: "A\a\x012", `\777`: "\xff", `\q\8`: "q8", `a\`: `a\`,
	} {
		if got := string(Unescape(nil, []byte(field))); got != want {
			t.Errorf("%s: %q, want %q", field, got, want)
		}
	}
}
