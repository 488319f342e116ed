package methods

import "testing"

func TestUnquoteJSON(t *testing.T) {
	for _, tt := range []struct {
		text, want string
		unicode    bool
		length     int // 0 means an error
	}{
		{`"a"`, "a", true, 3},
		{`"a", "b"`, "a", true, 3},
		{`"\"\\\/\b\f\n\r\t"`, "\"\\/\b\f\n\r\t", true, 18},
		{`"\u00e9"`, "é", true, 8},
		{`"\u00e9"`, "?", false, 8},
		{`"\u0041"`, "A", false, 8},
		{`"\ud83d\ude00"`, "😀", true, 14},
		{`"\ud83d"`, "\ufffd", true, 8},
		{`"a`, "", true, 0},
		{`"\x"`, "", true, 0},
		{`"\u12"`, "", true, 0},
		{"\"\n\"", "", true, 0},
	} {
		value, length, ok := unquoteJSON(nil, []byte(tt.text), tt.unicode)
		if ok != (tt.length > 0) || ok && (string(value) != tt.want || length != tt.length) {
			t.Errorf("%s: %q, %d, %t", tt.text, value, length, ok)
		}
	}
}

func TestAppendJSONString(t *testing.T) {
	for value, want := range map[string]string{"a": `"a"`, "\"\\": `"\"\\"`, "\b\t\n\f\r": `"\b\t\n\f\r"`, "\v\x01": `"\u000b\u0001"`, "é/": `"é/"`} {
		if got := appendJSONString(nil, []byte(value)); string(got) != want {
			t.Errorf("%q: %s, want %s", value, got, want)
		}
	}
}
