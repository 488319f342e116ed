package load

import (
	"bytes"
	"crypto/sha256"
	"io"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/pgtools/archive"
)

func TestDivide(t *testing.T) {
	t.Parallel()
	const copied, inserted, routed, unread, objects, sequence = 11, 12, 13, 14, 15, 16
	h := &archive.Head{Entries: []archive.Entry{
		{ID: 1, Section: archive.SectionPreData, Desc: "TABLE", Namespace: "public", Tag: "copied"},
		{ID: 3, Section: archive.SectionPreData, Desc: "TABLE", Namespace: "public", Tag: "part"},
		{ID: copied, Section: archive.SectionData, Desc: "TABLE DATA", Namespace: "public", Tag: "copied", Copy: "COPY public.copied (id) FROM stdin;\n", HadDumper: true, Dependencies: []int{1}},
		{ID: inserted, Section: archive.SectionData, Desc: "TABLE DATA", Namespace: "public", Tag: "inserted", HadDumper: true},
		{ID: routed, Section: archive.SectionData, Desc: "TABLE DATA", Namespace: "public", Tag: "part", Copy: "COPY public.parted (id) FROM stdin;\n", HadDumper: true, Dependencies: []int{3}},
		{ID: unread, Section: archive.SectionData, Desc: "TABLE DATA", Namespace: "public", Tag: "unread", Copy: "COPY public.unread (id) FROM stdin;\n"},
		{ID: objects, Section: archive.SectionData, Desc: "BLOBS", HadDumper: true},
		{ID: sequence, Section: archive.SectionData, Desc: "SEQUENCE SET", Namespace: "public", Tag: "copied_id_seq"},
	}}
	blocks := []archive.Block{{ID: copied, Offset: 100}, {ID: objects, Offset: 400}, {ID: routed, Offset: 300}, {ID: inserted, Offset: 200}}
	for _, tt := range []struct {
		name   string
		blocks []archive.Block
		rest   []int // blocks, by offset
	}{
		{"from a file", blocks, []int{inserted, objects}},
		{"from a pipe", nil, nil},
	} {
		copies, rest := divide(h, tt.blocks, newDependents(h))
		var ids, restIDs, restBlocks []int
		for _, c := range copies {
			ids = append(ids, c.entry.ID)
			if (c.table != nil) != (c.entry.ID == copied) {
				t.Errorf("%s: entry %d has table %v", tt.name, c.entry.ID, c.table)
			}
			if want := int64(100 * (c.entry.ID - 10)); tt.blocks != nil && c.block.Offset != want {
				t.Errorf("%s: entry %d is at %d, want %d", tt.name, c.entry.ID, c.block.Offset, want)
			}
		}
		for _, e := range rest.entries {
			restIDs = append(restIDs, e.ID)
		}
		for _, b := range rest.blocks {
			restBlocks = append(restBlocks, b.ID)
		}
		want := [][]int{{copied, routed}, {inserted, unread, objects, sequence}, tt.rest}
		if diff := cmp.Diff(want, [][]int{ids, restIDs, restBlocks}); diff != "" {
			t.Errorf("%s: %s", tt.name, diff)
		}
	}
}

func TestBatches(t *testing.T) {
	t.Parallel()
	const small = smallBlock - 1
	place := func(id int, offset, length int64) tableCopy {
		return tableCopy{block: archive.Block{ID: id, Offset: offset, Length: length}}
	}
	many := []tableCopy{}
	for i := range 10 {
		many = append(many, place(i, int64(i)*small, small))
	}
	for _, tt := range []struct {
		name   string
		copies []tableCopy
		want   [][]int
	}{
		{"none", nil, nil},
		{"small neighbors, in any order", []tableCopy{place(2, 110, 5), place(1, 100, 10)}, [][]int{{1, 2}}},
		{"with a gap", []tableCopy{place(1, 100, 10), place(2, 111, 5)}, [][]int{{1}, {2}}},
		{"the largest first", []tableCopy{place(1, 0, 10), place(2, 20, 30)}, [][]int{{2}, {1}}},
		{"a large one stays alone", []tableCopy{place(1, 0, 10), place(2, 10, smallBlock), place(3, 10+smallBlock, 10)}, [][]int{{2}, {1}, {3}}},
		{"no more than a batch", many, [][]int{{0, 1, 2, 3, 4, 5, 6, 7}, {8, 9}}},
	} {
		var got [][]int
		for _, b := range batches(tt.copies) {
			var ids []int
			for _, c := range b {
				ids = append(ids, c.block.ID)
			}
			got = append(got, ids)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s: %s", tt.name, diff)
		}
	}
}

func TestCheckedReader(t *testing.T) {
	t.Parallel()
	sum := sha256.Sum256([]byte("rows"))
	for _, tt := range []struct {
		data string
		sum  [sha256.Size]byte
		ok   bool
	}{
		{"rows", sum, true},
		{"rowz", sum, false},
		{"row", sum, false},
		{"rowz", [sha256.Size]byte{}, true}, // no checksum to compare with
	} {
		got, err := io.ReadAll(&checkedReader{r: bytes.NewBufferString(tt.data), block: archive.Block{SHA256: tt.sum}, sum: sha256.New()})
		if string(got) != tt.data || (err == nil) != tt.ok || !tt.ok && fault.CodeOf(err) != fault.Integrity {
			t.Errorf("%s: %q, %v", tt.data, got, err)
		}
	}
}

// A copy that runs alone separates those before it from those after it.
func TestInTurn(t *testing.T) {
	for _, tt := range []struct {
		alone string // one character per table
		want  [][]int
	}{
		{"", [][]int{nil}},
		{"...", [][]int{{0, 1, 2}}},
		{"!", [][]int{{0}, nil}},
		{"..!.!!.", [][]int{{0, 1}, {2}, {3}, {4}, {5}, {6}}},
		{".!", [][]int{{0}, {1}, nil}},
	} {
		var copies []tableCopy
		for i, c := range tt.alone {
			copies = append(copies, tableCopy{entry: &archive.Entry{ID: i}, alone: c == '!'})
		}
		var got [][]int
		for _, turn := range inTurn(copies) {
			var ids []int
			for _, c := range turn {
				ids = append(ids, c.entry.ID)
			}
			got = append(got, ids)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s: %s", tt.alone, diff)
		}
	}
}
