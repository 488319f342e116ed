package methods

import (
	"strings"
	"testing"
)

func TestUUIDHasTheFormOfTheValue(t *testing.T) {
	f := newFunc(t, specOf("uuid"), "text")
	for value, hyphens := range map[string]int{"6ecd8c99-4036-403d-bf84-cf8400f67836": 4, "6ecd8c994036403dbf84cf8400f67836": 0, "x": 4} {
		if got := apply(t, f, value); strings.Count(got, "-") != hyphens || len(got) != 32+hyphens {
			t.Errorf("%s became %s", value, got)
		}
	}
}
