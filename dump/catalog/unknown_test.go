package catalog

import "testing"

func TestWithUnknown(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ before, now, want string }{
		{``, `{"a":1}`, `{"a":1}`},
		{`{"a":1}`, `{"a":2}`, `{"a":2}`},
		{`{"a":1,"z":12345678901234567890}`, `{"a":2}`, `{"a":2,"z":12345678901234567890}`},
		{`{"h":{"x":"<&>"}}`, `{"h":{"l":1}}`, `{"h":{"l":1,"x":"<&>"}}`},
		{`{"b":[{"x":1},{}]}`, `{"b":[{"i":1},{"i":2}]}`, `{"b":[{"i":1,"x":1},{"i":2}]}`},
		{`{"b":[{"x":1}]}`, `{"b":[{"i":1},{"i":2}]}`, `{"b":[{"i":1},{"i":2}]}`},
		{`{"b":{"x":1}}`, `{"b":null}`, `{"b":null}`},
		{`{"b":null}`, `{"b":{"x":1}}`, `{"b":{"x":1}}`},
		{`{"b":{"x":1}}`, `{"b":[1]}`, `{"b":[1]}`},
	} {
		got, changed := withUnknown([]byte(tt.before), []byte(tt.now))
		if trimmed := string(got); trimmed != tt.want && trimmed != tt.want+"\n" || changed != (tt.want != tt.now) {
			t.Errorf("%s in %s: %s, %t", tt.before, tt.now, got, changed)
		}
	}
}
