package methods

import "testing"

// A shorter column has the same words if they fit, and shorter ones otherwise.
func TestOrShorter(t *testing.T) {
	long := func(dst, value, _ []byte) ([]byte, error) { return append(append(dst, "long "...), value...), nil }
	short := func(dst, _, _ []byte) ([]byte, error) { return append(dst, "s"...), nil }
	for limit, want := range map[int]string{0: "x long ab", 7: "x long ab", 6: "x s"} {
		got, err := orShorter(limit, long, short)([]byte("x "), []byte("ab"), nil)
		if err != nil || string(got) != want {
			t.Errorf("%d: %q, want %q", limit, got, want)
		}
	}
}
