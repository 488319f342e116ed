package mask_test

import (
	"bytes"
	"compress/flate"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"

	"github.com/rubyforgood/hectl/mask"
	"github.com/rubyforgood/hectl/mask/rows"
	"github.com/rubyforgood/hectl/pgtools/archive"
)

// withPeople returns an archive with other rows for the table people.
func withPeople(t *testing.T, data []byte, people string) []byte {
	t.Helper()
	h, blocks := open(t, data)
	entries := h.ByID()
	out := bytes.NewBuffer(bytes.Clone(data[:h.Length]))
	w := archive.NewDataWriter(h, 1)
	for _, b := range blocks {
		if entries[b.ID].Tag != "people" {
			out.Write(data[b.Offset:][:b.Length])
			continue
		}
		if err := w.Reset(out, b); err != nil {
			t.Fatal(err)
		}
		_, err := io.WriteString(w, people+"\\.\n\n\n")
		if err := errors.Join(err, w.Close()); err != nil {
			t.Fatal(err)
		}
	}
	return out.Bytes()
}

// segmentText returns the rows of a segment, without reading the rest of its block.
func segmentText(t *testing.T, method archive.Compression, chunks []byte) []byte {
	t.Helper()
	var packed bytes.Buffer
	for len(chunks) > 0 {
		n := binary.LittleEndian.Uint32(chunks[1:])
		packed.Write(chunks[5:][:n])
		chunks = chunks[5+n:]
	}
	var r io.Reader = &packed
	switch method {
	case archive.Gzip:
		r = flate.NewReader(io.MultiReader(r, strings.NewReader("\x03\x00"))) // an empty last block
	case archive.Zstd:
		d, err := zstd.NewReader(r)
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		r = d
	case archive.LZ4:
		r = lz4.NewReader(r)
	case archive.None:
	}
	text, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// checkSegments checks that each segment of an archive can be read separately, and that
// together they are its rows. It returns the rows by table.
func checkSegments(t *testing.T, data []byte, tables map[int]archive.Rows) map[string]string {
	t.Helper()
	h, blocks := open(t, data)
	entries := h.ByID()
	all := map[string]string{}
	for _, b := range blocks {
		e, of := entries[b.ID], tables[b.ID]
		if _, known := tables[b.ID]; known == b.LargeObjects {
			t.Errorf("%s: rows known: %t", e, known)
		}
		var text []byte
		var next, count int64
		for i, s := range of.Segments {
			if i > 0 && s.Offset != next {
				t.Errorf("%s: a segment is at %d instead of %d", e, s.Offset, next)
			}
			next, count = s.Offset+s.Length, count+s.Rows
			own := segmentText(t, h.Compression, data[b.Offset+s.Offset:][:s.Length])
			if sha256.Sum256(own) != s.SHA256 || int64(bytes.Count(own, []byte("\n"))) != s.Rows {
				t.Errorf("%s: the segment at %d has other rows", e, s.Offset)
			}
			text = append(text, own...)
		}
		const edge = 64 // maximum number of bytes before and after the segments
		if len(of.Segments) > 0 && (of.Segments[0].Offset > edge || b.Length-next > edge) {
			t.Errorf("%s: the segments lie from %d to %d of %d bytes", e, of.Segments[0].Offset, next, b.Length)
		}
		if count != of.Count {
			t.Errorf("%s: %d rows instead of %d", e, of.Count, count)
		}
		all[e.Tag] = string(text)
	}
	return all
}

// Masked rows are in segments, most of which are the same in an archive with other rows.
func TestArchiveSegments(t *testing.T) {
	upper := func(dst, value, _ []byte) ([]byte, bool, error) {
		return append(dst, bytes.ToUpper(value)...), false, nil
	}
	plan := func(h *archive.Head) (*mask.Plan, error) {
		return everyTable(h, map[string]*rows.Table{
			"people":      {Name: "public.people", Columns: []rows.Column{{}, {Name: "name", Method: upper}, {}}},
			"parted_2026": {Name: "public.parted_2026", None: true},
		}), nil
	}
	var people []string
	for i := range 20_000 {
		people = append(people, fmt.Sprintf("%d\talice %d\t%s\n", i, i*i, strings.Repeat("n", i%1400)))
	}
	people[3000] = "3000\talice\t" + strings.Repeat("n", 6<<20) + "\n"
	changed := slices.Delete(slices.Insert(slices.Clone(people), 1000, "-1\talice\t\\N\n"), 15_000, 15_010)
	for _, name := range []string{"15-gzip-pipe", "17-none-pipe", "17-lz4-pipe", "17-zstd-pipe"} {
		t.Run(name, func(t *testing.T) {
			before := map[[32]byte]bool{}
			same, all := 0, 0
			for _, list := range [][]string{people, changed} {
				text := strings.Join(list, "")
				var out bytes.Buffer
				tables, err := mask.Archive(&out, bytes.NewReader(withPeople(t, archives(t)[name], text)), plan, 0)
				if err != nil {
					t.Fatal(err)
				}
				got := checkSegments(t, out.Bytes(), tables)
				if got["people"] != strings.ReplaceAll(text, "alice", "ALICE") || got["parted_2026"] != "" {
					t.Error("the rows differ")
				}
				same, all = 0, 0
				for _, of := range tables {
					for _, s := range of.Segments {
						all++
						if before[s.SHA256] {
							same++
						}
						before[s.SHA256] = true
					}
				}
			}
			if all < 10 || same < all-5 {
				t.Errorf("%d of %d segments are the same", same, all)
			}
		})
	}
}
