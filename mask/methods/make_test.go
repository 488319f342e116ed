package methods

import "testing"

// Padding and case make no difference to Postgres, so they must make none to a method.
func TestEqualValuesStayEqual(t *testing.T) {
	for typ, pair := range map[string][2]string{"citext": {"Maria", "MARIA"}, "character(8)": {"maria", "maria   "}} {
		f := newFunc(t, specOf("hash"), typ)
		if a, b := apply(t, f, pair[0]), apply(t, f, pair[1]); a != b {
			t.Errorf("%s: %s and %s", typ, a, b)
		}
	}
}

func TestLengthOf(t *testing.T) {
	for typ, want := range map[string]int{"text": 0, "character varying(7)": 7, "name": 63, "name[]": 63, "character(3)[]": 3} {
		if got := LengthOf(column(typ).Type); got != want {
			t.Errorf("%s: %d, want %d", typ, got, want)
		}
	}
}

func TestInRange(t *testing.T) {
	for _, tt := range []struct{ typ, made, want string }{
		{"smallint", "99999", "19999"}, {"smallint", "32768", "12768"}, {"smallint", "-32768", "-32768"}, {"integer", "2147483647", "2147483647"}, {"text", "99999", "99999"},
	} {
		col := column(tt.typ)
		m := maker{typ: col.Type, kind: KindOf(col.Type)}
		got, err := m.inRange(func(dst, _, _ []byte) ([]byte, error) { return append(dst, tt.made...), nil })(nil, nil, nil)
		if err != nil || string(got) != tt.want {
			t.Errorf("%s in %s: %s, want %s", tt.made, tt.typ, got, tt.want)
		}
	}
}
