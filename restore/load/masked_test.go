package load

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"github.com/rubyforgood/hectl/mask"
	"github.com/rubyforgood/hectl/mask/rows"
	"github.com/rubyforgood/hectl/pgtools/archive"
)

// Tables that the plan leaves out are neither copied nor given to pg_restore.
func TestSetMasks(t *testing.T) {
	t.Parallel()
	const kept, masked, emptied, kept2, emptied2, objects = 1, 2, 3, 4, 5, 6
	entry := func(id int, desc string) *archive.Entry { return &archive.Entry{ID: id, Desc: desc} }
	copies := []tableCopy{{entry: entry(kept, "TABLE DATA")}, {entry: entry(masked, "TABLE DATA")}, {entry: entry(emptied, "TABLE DATA")}}
	rest := remainder{
		entries: []*archive.Entry{entry(kept2, "TABLE DATA"), entry(emptied2, "TABLE DATA"), entry(objects, "BLOBS")},
		blocks:  []archive.Block{{ID: kept2}, {ID: emptied2}, {ID: objects}},
	}
	none := &rows.Table{None: true}
	tables := map[int]*rows.Table{masked: {Name: "public.masked"}, emptied: none, emptied2: none}
	without := mask.NewPlan(tables, "")
	without.EmptyLargeObjects()
	for _, tt := range []struct {
		name                 string
		plan                 *mask.Plan
		copies, rest, blocks []int
	}{
		{"no plan", nil, []int{kept, masked, emptied}, []int{kept2, emptied2, objects}, []int{kept2, emptied2, objects}},
		{"a plan", mask.NewPlan(tables, ""), []int{kept, masked}, []int{kept2, objects}, []int{kept2, objects}},
		{"no large objects", without, []int{kept, masked}, []int{kept2}, []int{kept2}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			gotCopies, gotRest := setMasks(tt.plan, append([]tableCopy{}, copies...), rest)
			var ids, restIDs, blockIDs []int
			for _, c := range gotCopies {
				ids = append(ids, c.entry.ID)
				if (c.mask != nil) != (tt.plan != nil && c.entry.ID == masked) {
					t.Errorf("entry %d has mask %v", c.entry.ID, c.mask)
				}
			}
			for _, e := range gotRest.entries {
				restIDs = append(restIDs, e.ID)
			}
			for _, b := range gotRest.blocks {
				blockIDs = append(blockIDs, b.ID)
			}
			if diff := cmp.Diff([][]int{tt.copies, tt.rest, tt.blocks}, [][]int{ids, restIDs, blockIDs}); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// An error from the reader is not mistaken for an error in the rows.
func TestMaskedReader(t *testing.T) {
	table := tableCopy{mask: &rows.Table{Name: "public.t", Columns: []rows.Column{{Name: "a"}, {Name: "b", Method: func(dst, _, _ []byte) ([]byte, bool, error) { return dst, true, nil }}}}}
	for _, tt := range []struct {
		name   string
		data   io.Reader
		want   string
		broken error // error from the reader of the data
		masked bool  // the error is a *maskError
	}{
		{"whole", strings.NewReader("1\t2\n\\.\n\n\n"), "1\t\\N\n\\.\n\n\n", nil, false},
		{"half a row, then damage", io.MultiReader(strings.NewReader("1"), iotest.ErrReader(io.ErrNoProgress)), "", io.ErrNoProgress, false},
		{"damage", iotest.ErrReader(io.ErrNoProgress), "", io.ErrNoProgress, false},
		{"other columns", strings.NewReader("1\n\\.\n\n\n"), "", nil, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := io.ReadAll(table.maskReader(tt.data))
			if string(got) != tt.want || isMaskError(err) != tt.masked || !tt.masked && !errors.Is(err, tt.broken) {
				t.Errorf("%q, %v", got, err)
			}
		})
	}
}
