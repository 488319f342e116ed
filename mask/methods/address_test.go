package methods

import "testing"

func TestIsPostalCode(t *testing.T) {
	for value, want := range map[string]bool{"43215": true, "43215-1234": true, "K1A 0B6": true, "SW1A 1AA": true, "": false, "Ohio": false, "43215-12345": false, "43.215": false} {
		if got := isPostalCode([]byte(value)); got != want {
			t.Errorf("%q: %t", value, got)
		}
	}
}

// A shorter column gets a shorter street, and the shortest ones get only a number.
func TestStreetFitsItsColumn(t *testing.T) {
	for typ, longest := range map[string]int{"character varying(3)": 3, "character varying(8)": 8, "character varying(14)": 14} {
		m := newFunc(t, specOf("street"), typ)
		for _, value := range []string{"a", "b", "c", "d", "e", "f"} {
			if got := apply(t, m, value); len(got) > longest || got == "" || got[0] < '0' || got[0] > '9' {
				t.Errorf("%s: %q", typ, got)
			}
		}
	}
}
