package methods

import "testing"

// checkText checks a rule's texts as far as hectl knows their types.
func TestCheckText(t *testing.T) {
	for _, tt := range []struct {
		typ, valid, invalid string
	}{
		{"uuid", "{6ECD8C99-4036-403d-bf84-cf8400f67836}", "6ecd8c99-4036-403d-bf84-cf8400f6783"},
		{"date", "infinity", "2021-02-29"},
		{"timestamp without time zone", "2021-02-28 10:00:00", "tomorrow"},
		{"smallint", "-32768", "32768"},
		{"bigint", "9223372036854775807", "1.5"},
		{"numeric(4,2)", "-99.99", "100"},
		{"numeric", "1e10", "0x10"},
		{"numeric(4)", "NaN", "Infinity"},
		{"real", "1e38", "1e39"},
		{"boolean", "Yes", "maybe"},
		{"jsonb", `{"a": []}`, `{"a": }`},
		{"inet", "10.0.0.1/8", "10.0.0"},
		{"cidr", "10.0.0.0/8", "10.0.0.1/8"},
		{"bytea", `\x00ff`, `\x0`},
		{"character varying(3)", "äöü", "four"},
		{"integer[]", "{1,NULL}", "{1,x}"},
	} {
		if _, err := New(Spec{Name: "value", Text: tt.valid}, testSeed, column(tt.typ)); err != nil {
			t.Errorf("%s: %v", tt.typ, err)
		}
		if _, err := New(Spec{Name: "value", Text: tt.invalid}, testSeed, column(tt.typ)); err == nil {
			t.Errorf("%s: takes %s", tt.typ, tt.invalid)
		}
	}
}
