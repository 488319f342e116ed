package methods

import "testing"

func TestByteaLength(t *testing.T) {
	for value, want := range map[string]int{`\x`: 0, `\x00ff`: 2, ``: 0, `abc`: 3, `a\\b`: 3, `\001\377`: 2} {
		if got := byteaLength([]byte(value)); got != want {
			t.Errorf("%s: %d, want %d", value, got, want)
		}
	}
}

func TestLatinTextIsAsLongAsTheValue(t *testing.T) {
	k := testSeed.keyed("lorem")
	for _, tt := range []struct {
		value   string
		limit   int
		unicode bool
		want    int
	}{
		{"", 0, true, 0}, {"ünï", 0, true, 3}, {"ünï", 0, false, 5}, {"a longer text", 4, true, 4}, {"x", 4, true, 1},
	} {
		got, err := latinText(k, tt.limit, tt.unicode)(nil, []byte(tt.value), nil)
		if err != nil || len(got) != tt.want || !isASCII(got) {
			t.Errorf("%q became %q: %v", tt.value, got, err)
		}
	}
}
