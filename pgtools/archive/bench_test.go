package archive_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
	"testing"

	"github.com/klauspost/compress/zlib"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"

	"github.com/rubyforgood/hectl/pgtools/archive"
)

// copyText returns about n bytes of COPY text, which compresses about as well as an app's
// tables, and the end offset of each row.
func copyText(n int) (text []byte, ends []int) {
	random := rand.New(rand.NewPCG(1, 2))
	words := []string{"diapers", "wipes", "storage", "distribution", "Main Street", "pending", "partner", "2026-11-23"}
	for id := 1; len(text) < n; id++ {
		text = fmt.Appendf(text, "%d\t%s %s\t%s\t\\N\t%d\t2026-%02d-%02d %02d:%02d:%02d.%06d\n", id,
			words[random.IntN(8)], words[random.IntN(8)], words[random.IntN(8)], random.IntN(100000),
			1+random.IntN(12), 1+random.IntN(28), random.IntN(24), random.IntN(60), random.IntN(60), random.IntN(1000000))
		ends = append(ends, len(text))
	}
	return text, ends
}

// bigBlock returns the only block of an archive with head h. It puts text in the chunks
// that pg_dump would write: 4 KiB for gzip, a frame's block for lz4, up to 128 KiB for
// zstd, and one row without compression.
func bigBlock(tb testing.TB, h *archive.Head, text []byte, ends []int) []byte {
	tb.Helper()
	var out bytes.Buffer
	out.Write([]byte{1, 0, 1, 0, 0, 0})
	chunk := func(data []byte) {
		out.Write(binary.LittleEndian.AppendUint32([]byte{0}, uint32(len(data))))
		out.Write(data)
	}
	compress := func(w io.WriteCloser, compressed *bytes.Buffer, size int) {
		if _, err := w.Write(text); err != nil {
			tb.Fatal(err)
		}
		if err := w.Close(); err != nil {
			tb.Fatal(err)
		}
		for compressed.Len() > 0 {
			chunk(compressed.Next(size))
		}
	}
	var compressed bytes.Buffer
	switch h.Compression {
	case archive.None:
		at := 0
		for _, end := range ends {
			chunk(text[at:end])
			at = end
		}
	case archive.Gzip:
		compress(zlib.NewWriter(&compressed), &compressed, 4<<10)
	case archive.LZ4:
		w := lz4.NewWriter(&compressed)
		if err := w.Apply(lz4.BlockSizeOption(lz4.Block64Kb), lz4.ChecksumOption(false)); err != nil {
			tb.Fatal(err)
		}
		compress(w, &compressed, 64<<10)
	case archive.Zstd:
		w, err := zstd.NewWriter(&compressed, zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(2<<20), zstd.WithEncoderCRC(false))
		if err != nil {
			tb.Fatal(err)
		}
		compress(w, &compressed, 128<<10)
	}
	chunk(nil)
	return out.Bytes()
}

const benchText = 32 << 20

func benchHead(c archive.Compression) *archive.Head {
	return &archive.Head{Compression: c, OffsetSize: 8, Entries: []archive.Entry{
		{ID: 1, Desc: "TABLE DATA", HadDumper: true, OffsetState: archive.OffsetUnknown},
	}}
}

// BenchmarkIndexer measures bytes of the archive per second. Without compression a chunk is
// a row, here of 75 bytes.
func BenchmarkIndexer(b *testing.B) {
	text, ends := copyText(benchText)
	for _, c := range []archive.Compression{archive.None, archive.Gzip, archive.Zstd} {
		h := benchHead(c)
		block := bigBlock(b, h, text, ends)
		for _, sum := range []bool{false, true} {
			b.Run(fmt.Sprintf("%s/sha256=%t", c, sum), func(b *testing.B) {
				b.SetBytes(int64(len(block)))
				b.ReportAllocs()
				for b.Loop() {
					x := archive.NewIndexer(h, archive.IndexOptions{SHA256: sum})
					for rest := block; len(rest) > 0; {
						n := min(len(rest), 64<<10) // size of a read from a pipe
						if _, err := x.Write(rest[:n]); err != nil {
							b.Fatal(err)
						}
						rest = rest[n:]
					}
					if _, err := x.Finish(); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// BenchmarkDataReader measures bytes of COPY text per second.
func BenchmarkDataReader(b *testing.B) {
	text, ends := copyText(benchText)
	for _, c := range []archive.Compression{archive.None, archive.Gzip, archive.LZ4, archive.Zstd} {
		h := benchHead(c)
		data := bigBlock(b, h, text, ends)
		block := archive.Block{ID: 1, Length: int64(len(data))}
		b.Run(c.String(), func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			d := archive.NewDataReader(h)
			buf := make([]byte, 64<<10) // size of a write by pgx
			for b.Loop() {
				if err := d.Reset(bytes.NewReader(data), block); err != nil {
					b.Fatal(err)
				}
				for {
					if _, err := d.Read(buf); err == io.EOF { //nolint:errorlint // documented
						break
					} else if err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}

// BenchmarkSmallBlocks measures the cost of a block with hardly any data.
func BenchmarkSmallBlocks(b *testing.B) {
	text, ends := copyText(300)
	for _, c := range []archive.Compression{archive.None, archive.Gzip, archive.LZ4, archive.Zstd} {
		h := benchHead(c)
		data := bigBlock(b, h, text, ends)
		block := archive.Block{ID: 1, Length: int64(len(data))}
		b.Run(c.String(), func(b *testing.B) {
			b.ReportAllocs()
			d := archive.NewDataReader(h)
			for b.Loop() {
				if err := readBlock(d, bytes.NewReader(data), block); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
