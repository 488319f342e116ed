package methods

import (
	"strings"
	"testing"

	"github.com/rubyforgood/hectl/test/masktest"
)

// Long values are shortened only in an indexed column, and stay distinct.
func TestShortKeepsValuesDistinct(t *testing.T) {
	long := strings.Repeat("7", 3000)
	for _, room := range []int{0, MostInColumn} {
		f, err := New(Spec{Name: "digits"}, testSeed, Column{Type: masktest.Type("text"), Encoding: "UTF8", Room: room})
		if err != nil {
			t.Fatal(err)
		}
		a, b := apply(t, f, long+"1"), apply(t, f, long+"2")
		if want := map[int]int{0: 3001, MostInColumn: MostInColumn}[room]; len(a) != want || a == b {
			t.Errorf("room %d: %d bytes, the same: %t", room, len(a), a == b)
		}
		if short := apply(t, f, "77"); len(short) != 2 {
			t.Errorf("room %d: %s", room, short)
		}
	}
}

func TestCheckRoom(t *testing.T) {
	for _, tt := range []struct {
		room, length int
		fits         bool
	}{{0, 5000, true}, {500, 2000, true}, {500, 2001, false}} {
		_, err := New(Spec{Name: "value", Text: strings.Repeat("x", tt.length)}, testSeed, Column{Type: masktest.Type("text"), Encoding: "UTF8", Room: tt.room})
		if (err == nil) != tt.fits {
			t.Errorf("%d bytes with room %d: %v", tt.length, tt.room, err)
		}
	}
}
