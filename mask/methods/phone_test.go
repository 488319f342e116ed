package methods

import "testing"

func TestPhoneFormat(t *testing.T) {
	for value, want := range map[string]struct {
		digits, extension int
		ok                bool
	}{
		"(614) 234-9876":   {10, 14, true},
		"614 234 9876 x12": {10, 13, true},
		"614 ext. 5":       {3, 5, false},
		"123":              {3, 3, true},
		"12-3":             {3, 4, false},
		"ask for Maria":    {0, 0, false},
		"":                 {0, 0, true},
	} {
		if digits, extension, ok := phoneFormat([]byte(value)); digits != want.digits || extension != want.extension || ok != want.ok {
			t.Errorf("%q: %d, %d, %t", value, digits, extension, ok)
		}
	}
}

func TestPhoneRefusesFractions(t *testing.T) {
	for typ, fits := range map[string]bool{"numeric": true, "numeric(10)": true, "numeric(10,0)": true, "numeric(10,2)": false, "bigint": true, "text": true} {
		if _, err := New(specOf("phone"), testSeed, column(typ)); (err == nil) != fits {
			t.Errorf("%s: %v", typ, err)
		}
	}
}
