package text_test

import (
	"slices"
	"testing"

	"github.com/rubyforgood/hectl/internal/text"
)

func TestWrap(t *testing.T) {
	for _, tt := range []struct {
		text string
		n    int
		want []string
	}{
		{"", 10, []string{""}},
		{"one two  three", 7, []string{"one two", "three"}},
		{"a-long-word then one", 5, []string{"a-long-word", "then", "one"}},
		{"2 × N is", 5, []string{"2 × N", "is"}}, // characters count, not bytes
	} {
		if got := text.Wrap(tt.text, tt.n); !slices.Equal(got, tt.want) {
			t.Errorf("%q: got %q", tt.text, got)
		}
	}
}
