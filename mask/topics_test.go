package mask

import (
	"strings"
	"testing"
)

func TestTopicOf(t *testing.T) {
	for name, want := range map[string]string{
		"email": "an e-mail address", "guardian_first_name": "a name", "resetPasswordToken": "a secret", "user_agent": "a network address", "dob": "a date of birth",
		"telephone2": "a phone number", "homecity": "", "cityscape": "", "address1": "an address", "internal_comments": "free text", "quantity": "", "stolen": "",
	} {
		if topic, ok := topicOf(name); topic.name != want || ok != (want != "") {
			t.Errorf("%s: %q, want %q", name, topic.name, want)
		}
	}
}

func TestNameWords(t *testing.T) {
	for name, want := range map[string]string{"guardian_first_name": "guardian first name", "birthYear": "birth year", "address1": "address", "Mixed Case-name": "mixed case name", "IP": "ip", "_": "", "x2y": "x y"} {
		if got := strings.Join(nameWords(name), " "); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

func TestNumberTopicOf(t *testing.T) {
	for _, tt := range []struct {
		name                  string
		times, few, reference bool
		want                  string
	}{
		{"birth_year", false, false, false, "a date of birth"},
		{"phone", false, false, true, ""},
		{"phones_count", false, false, false, ""},
		{"income_count", false, false, false, "personal finances"},
		{"tax_id", false, false, false, "a personal number"},
		{"tax_rate", false, false, false, ""},
		{"card_last4", false, false, false, "a personal number"},
		{"card_last4", false, true, false, ""},
		{"married", false, true, false, "personal details"},
		{"show_gender", false, true, false, ""},
		{"gender", false, false, false, "personal details"},
		{"minimum_age", false, false, false, ""},
		{"died_at", true, false, false, "personal details"},
		{"phone_verified_at", true, false, false, ""},
		{"sms_opt_in", false, true, false, ""},
		{"population_age", false, false, false, ""},
	} {
		if got := numberTopicOf(tt.name, tt.times, tt.few, tt.reference); got != tt.want {
			t.Errorf("%s (%t, %t, %t): %q, want %q", tt.name, tt.times, tt.few, tt.reference, got, tt.want)
		}
	}
}
