package diff

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
)

// Rows are sorted by key, whether or not they fit in memory, and no file has a name while
// they are read.
func TestSorter(t *testing.T) {
	for _, count := range []int{0, 1, 2, 500, 4500} {
		for _, limit := range []int{1, 100, 5000, 1 << 20} {
			dir := t.TempDir()
			s := &sorter{limit: limit, dir: dir}
			random := rand.New(rand.NewPCG(uint64(count), uint64(limit)))
			var want []string
			for i := range count {
				key := fmt.Sprint(random.Uint32())
				row := key + "\t" + strings.Repeat("x", i%40) + "\n"
				want = append(want, row)
				if err := s.add([]byte(key), []byte(row)); err != nil {
					t.Fatal(err)
				}
			}
			slices.Sort(want) // a tab sorts before digits
			if files, err := os.ReadDir(dir); len(files) > 0 || err != nil {
				t.Errorf("files: %v, %v", files, err)
			}
			if spilled := len(s.runs) > 0; spilled != (count*30 > limit) && count != 1 {
				t.Errorf("%d rows with a limit of %d: %d files", count, limit, len(s.runs))
			}
			if len(s.runs) > 3*mostRuns { // three levels at most
				t.Errorf("%d rows with a limit of %d: %d open files", count, limit, len(s.runs))
			}
			c, err := s.sorted()
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for err = c.next(); err == nil; err = c.next() {
				got = append(got, string(c.row))
			}
			if !errors.Is(err, io.EOF) || !slices.Equal(got, want) {
				t.Errorf("%d rows with a limit of %d: got %d, %v", count, limit, len(got), err)
			}
			if err := s.close(); err != nil {
				t.Error(err)
			}
		}
	}
}
