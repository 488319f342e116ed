package dump

import (
	"bytes"
	"os"
	"testing"

	"github.com/rubyforgood/hectl/pgtools/archive"
)

// The length of a block shows whether a table has no rows, in every default compression of
// pg_dump. A table with the shortest row is not treated as empty.
func TestEmpty(t *testing.T) {
	for name, known := range map[string]bool{"15-none-file": true, "15-gzip-file": true, "17-gzip-pipe": true, "17-zstd-file": true, "18-zstd-pipe": true, "18-lz4-pipe": false} {
		data, err := os.ReadFile("../pgtools/archive/testdata/" + name + ".archive")
		if err != nil {
			t.Fatal(err)
		}
		in := bytes.NewReader(data)
		h, err := archive.ReadHead(in)
		if err != nil {
			t.Fatal(err)
		}
		d := &Dump{Head: h}
		if d.Blocks, err = archive.Scan(in, h, archive.IndexOptions{}); err != nil {
			t.Fatal(err)
		}
		for _, e := range h.Entries {
			if e.Desc == "TABLE DATA" && d.Empty(e.ID) != (known && e.Tag == "empty") {
				t.Errorf("%s: %s is empty: %t", name, e.Tag, d.Empty(e.ID))
			}
		}
		joiner, err := archive.NewBlockJoiner(h)
		if err != nil {
			t.Fatal(err)
		}
		d.Blocks = []archive.Block{{ID: 1, Length: int64(len(joiner.End(joiner.Begin(nil, 1))))}}
		if d.Empty(1) != known {
			t.Errorf("%s: a block of hectl without rows is empty: %t, in %d bytes", name, !known, d.Blocks[0].Length)
		}
		// hectl writes its own frames into masked dumps.
		var block bytes.Buffer
		w := archive.NewDataWriter(h, 0)
		if err := w.Reset(&block, archive.Block{ID: 1}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte("\n\\.\n\n\n")); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		d.Blocks = []archive.Block{{ID: 1, Length: int64(block.Len())}}
		if d.Empty(1) {
			t.Errorf("%s: a row of an empty string is none, in %d bytes", name, block.Len())
		}
	}
}
