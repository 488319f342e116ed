package when

import "testing"

func TestParseSpan(t *testing.T) {
	for _, tt := range []struct {
		text string
		want Span
		ok   bool
	}{
		{"2y5m7d3h", Span{2, 5, 7, 3}, true},
		{"30d", Span{Days: 30}, true},
		{"12h", Span{Hours: 12}, true},
		{"0", Span{}, true},
		{"0d", Span{}, true},
		{"", Span{}, false},
		{"30", Span{}, false},
		{"1w", Span{}, false},
		{"-3d", Span{}, false},
		{"7d2y", Span{}, false},
		{"1.5y", Span{}, false},
		{"9999999y", Span{}, false},
	} {
		got, err := ParseSpan(tt.text)
		if got != tt.want || (err == nil) != tt.ok {
			t.Errorf("%q: %+v, %v", tt.text, got, err)
		}
		if again, err := ParseSpan(got.String()); again != got || err != nil {
			t.Errorf("%q: %s is %+v, %v", tt.text, got, again, err)
		}
	}
}
