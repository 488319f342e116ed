package methods

import (
	"fmt"
	"testing"
)

func TestSmallDigits(t *testing.T) {
	m := newFunc(t, specOf("digits"), "smallint")
	for _, numbers := range [][2]int{{-32768, -1}, {0, 32767}} {
		seen := map[string]bool{}
		for i := numbers[0]; i <= numbers[1]; i++ {
			got := apply(t, m, fmt.Sprint(i))
			var n int16
			if _, err := fmt.Sscan(got, &n); err != nil || seen[got] || len(got) != len(fmt.Sprint(i)) {
				t.Fatalf("%d became %s", i, got)
			}
			seen[got] = true
		}
	}
}
