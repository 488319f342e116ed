package retention

import (
	"encoding/json"
	"testing"
)

func TestParseCount(t *testing.T) {
	for _, tt := range []struct {
		text string
		want Count
		ok   bool
	}{
		{"0", 0, true},
		{"14", 14, true},
		{"unlimited", Unlimited, true},
		{"-1", Unlimited, true},
		{"-2", 0, false},
		{"", 0, false},
		{"1.5", 0, false},
		{"7d", 0, false},
		{"99999999999", 0, false},
	} {
		got, err := ParseCount(tt.text)
		if got != tt.want || (err == nil) != tt.ok {
			t.Errorf("%q: %d, %v", tt.text, got, err)
		}
	}
}

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

func TestEmpty(t *testing.T) {
	for _, p := range []Policy{{}, {Min: 3}} {
		if !p.Empty() {
			t.Errorf("%+v is not empty", p)
		}
	}
	for _, p := range []Policy{{Last: 1}, {Yearly: Unlimited}, {Within: Span{Hours: 1}}} {
		if p.Empty() {
			t.Errorf("%+v is empty", p)
		}
	}
}

func TestPolicyAsJSON(t *testing.T) {
	text, err := json.Marshal(Policy{Daily: 14, Yearly: Unlimited, Within: Span{Months: 2}, Min: 3})
	if want := `{"daily":14,"yearly":-1,"within":"2m","min":3}`; err != nil || string(text) != want {
		t.Errorf("%s, %v", text, err)
	}
}
