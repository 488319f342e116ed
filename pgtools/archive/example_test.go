package archive_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"

	"github.com/rubyforgood/hectl/pgtools/archive"
)

// ExampleIndexer adds the offsets to an archive that pg_dump writes to a stream.
func ExampleIndexer() {
	stream, err := os.Open("testdata/17-zstd-pipe.archive")
	if err != nil {
		panic(err)
	}
	defer stream.Close()

	// Keep the head.
	in := bufio.NewReader(stream)
	var raw bytes.Buffer
	head, err := archive.ReadHead(io.TeeReader(in, &raw))
	if err != nil {
		panic(err)
	}
	// Send the rest to its destination and through the indexer.
	index := archive.NewIndexer(head, archive.IndexOptions{SHA256: true})
	var store bytes.Buffer
	if _, err := io.Copy(&store, io.TeeReader(in, index)); err != nil {
		panic(err)
	}
	blocks, err := index.Finish()
	if err != nil {
		panic(err)
	}
	// Send the head last.
	if err := archive.Patch(raw.Bytes(), head, blocks); err != nil {
		panic(err)
	}
	patched, err := archive.ReadHead(&raw)
	if err != nil {
		panic(err)
	}
	known, err := patched.Blocks(head.Length + int64(store.Len()))
	fmt.Println(len(known), "blocks, the first one right after the head:", known[0].Offset == head.Length, err)
	// Output: 6 blocks, the first one right after the head: true <nil>
}
