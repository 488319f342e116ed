package methods

import (
	"strings"
	"testing"
)

func TestHashLength(t *testing.T) {
	for _, tt := range []struct {
		number, want int // 0 means an error
		typ          string
	}{
		{0, 32, "text"}, {16, 16, "text"}, {64, 64, "text"}, {15, 0, "text"}, {65, 0, "text"}, {0, 20, "character varying(20)"}, {16, 18, "bytea"},
	} {
		f, err := New(Spec{Name: "hash", Number: tt.number}, testSeed, column(tt.typ))
		if (err == nil) != (tt.want > 0) {
			t.Errorf("{hash: %d} in %s: %v", tt.number, tt.typ, err)
		}
		if err != nil {
			continue
		}
		got := apply(t, f, `\x00`)
		if len(got) != tt.want || strings.Trim(strings.TrimPrefix(got, `\x`), "0123456789abcdef") != "" {
			t.Errorf("{hash: %d} in %s: %s", tt.number, tt.typ, got)
		}
	}
}
