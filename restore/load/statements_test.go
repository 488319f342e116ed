package load

import (
	"testing"

	"github.com/rubyforgood/hectl/dump"
	"github.com/rubyforgood/hectl/pgtools/archive"
)

// Blocks with statements are read before pg_restore runs them. All blocks are recompressed
// if pg_restore cannot decompress them.
func TestRepacks(t *testing.T) {
	t.Parallel()
	const copied, inserted, objects = 1, 2, 3
	head := func(c archive.Compression) *archive.Head {
		return &archive.Head{Compression: c, Entries: []archive.Entry{
			{ID: copied, Desc: "TABLE DATA", Copy: "COPY t (a) FROM stdin;\n"}, {ID: inserted, Desc: "TABLE DATA"}, {ID: objects, Desc: "BLOBS"},
		}}
	}
	for _, tt := range []struct {
		given archive.Compression
		want  map[int]bool
	}{
		{archive.Zstd, map[int]bool{copied: false, inserted: true, objects: false, 99: false}},
		{archive.Gzip, map[int]bool{copied: true, inserted: true, objects: true}},
	} {
		s := (&Loader{Dump: &dump.Dump{Head: head(archive.Zstd)}, given: head(tt.given)}).statements()
		for id, want := range tt.want {
			if got := s.repacks(archive.Block{ID: id}); got != want {
				t.Errorf("%s, block %d: %t", tt.given, id, got)
			}
		}
	}
}
