package methods

import "testing"

// shout appends value with an exclamation mark; "gone" becomes NULL.
func shout(dst, value, _ []byte) ([]byte, bool, error) {
	if string(value) == "gone" {
		return dst, true, nil
	}
	return append(append(dst, value...), '!'), false, nil
}

func TestElements(t *testing.T) {
	for value, want := range map[string]string{
		`{}`:                   `{}`,
		`{a,NULL,b}`:           `{a!,NULL,b!}`,
		`{a,gone}`:             `{a!,NULL}`,
		`{"NULL","a b",""}`:    `{NULL!,"a b!",!}`,
		`{"q\"\\",{x}}`:        `{"q\"\\!",{x!}}`,
		`[0:1][2:2]={{a},{b}}`: `[0:1][2:2]={{a!},{b!}}`,
	} {
		if got, null, err := elements(shout)(nil, []byte(value), nil); err != nil || null || string(got) != want {
			t.Errorf("%s became %s (%v), want %s", value, got, err, want)
		}
	}
	for _, value := range []string{``, `a`, `{`, `{a}}`, `[0:1]{a}`, `{"a`, `{"a"b}`, `,`, `{a"b}`} {
		if got, _, err := elements(shout)(nil, []byte(value), nil); err == nil || err.Error() != "not an array" {
			t.Errorf("%s became %s: %v", value, got, err)
		}
	}
}
