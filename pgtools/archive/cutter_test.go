package archive

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// cut returns the segments of rows that arrive in these pieces.
func cut(t *testing.T, pieces []string) []string {
	t.Helper()
	var segments []string
	begun := 0 // segments not emitted yet
	c := &Cutter{
		begin: func() ([]byte, error) {
			begun++
			return nil, nil
		},
		emit: func(text []byte, rows int) error {
			begun--
			if rows == 0 {
				return nil
			}
			if n := strings.Count(string(text), "\n"); n != rows {
				t.Errorf("%d rows instead of %d", rows, n)
			}
			segments = append(segments, string(text))
			return nil
		},
	}
	for _, p := range pieces {
		if _, err := c.Write([]byte(p)); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.Flush(); err != nil {
		t.Fatal(err)
	}
	if begun != 0 {
		t.Errorf("%d buffers are lost", begun)
	}
	return segments
}

// Segments have 1 to 4 MiB, and a changed row affects only a few of them.
func TestCutter(t *testing.T) {
	var rows []string
	for i := range 200_000 {
		rows = append(rows, fmt.Sprintf("%d\t%s\n", i, strings.Repeat("x", 50+i%97)))
	}
	before := cut(t, rows)
	if strings.Join(before, "") != strings.Join(rows, "") {
		t.Fatal("the segments have other rows")
	}
	for i, s := range before {
		if len(s) > maxSegment || len(s) < minSegment && i < len(before)-1 {
			t.Errorf("segment %d has %d bytes", i, len(s))
		}
	}
	for _, size := range []int{97, 7000, 128 << 10, 20 << 20} {
		text, pieces := strings.Join(rows, "")+endOfRows, []string(nil)
		for text != "" {
			n := min(size, len(text))
			pieces, text = append(pieces, text[:n]), text[n:]
		}
		if !slices.Equal(cut(t, pieces), before) {
			t.Errorf("pieces of %d bytes make other segments", size)
		}
	}
	changed := slices.Insert(slices.Clone(rows), 20_000, "new\n")
	changed = slices.Delete(changed, 100_000, 100_050)
	same := 0
	for _, s := range cut(t, changed) {
		if slices.Contains(before, s) {
			same++
		}
	}
	if same < len(before)-6 || len(before) < 8 {
		t.Errorf("%d of %d segments are the same", same, len(before))
	}
	if cut(t, []string{endOfRows}) != nil {
		t.Error("no rows have a segment")
	}
	long := strings.Repeat("y", maxSegment+5) + "\n"
	if got := cut(t, []string{"a\n", long, "b\n"}); !slices.Equal(got, []string{"a\n", long, "b\n"}) {
		t.Errorf("a long row is in one of %d segments", len(got))
	}
	half := maxSegment / 2
	if got := cut(t, []string{"a\n" + long[:half], long[half:] + "b", "\n"}); !slices.Equal(got, []string{"a\n", long, "b\n"}) {
		t.Errorf("a long row in pieces is in one of %d segments", len(got))
	}
}
