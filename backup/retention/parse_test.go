package retention

import (
	"encoding/json"
	"testing"

	"github.com/rubyforgood/hectl/internal/when"
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

func TestEmpty(t *testing.T) {
	for _, p := range []Policy{{}, {Min: 3}} {
		if !p.Empty() {
			t.Errorf("%+v is not empty", p)
		}
	}
	for _, p := range []Policy{{Last: 1}, {Yearly: Unlimited}, {Within: when.Span{Hours: 1}}} {
		if p.Empty() {
			t.Errorf("%+v is empty", p)
		}
	}
}

func TestPolicyAsJSON(t *testing.T) {
	text, err := json.Marshal(Policy{Daily: 14, Yearly: Unlimited, Within: when.Span{Months: 2}, Min: 3})
	if want := `{"daily":14,"yearly":-1,"within":"2m","min":3}`; err != nil || string(text) != want {
		t.Errorf("%s, %v", text, err)
	}
}
