package archive

import (
	"cmp"
	"io"

	"github.com/klauspost/compress/zlib"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
)

// A compressor compresses series of chunks, one at a time.
type compressor interface {
	io.WriteCloser
	// Reset starts a series.
	Reset(w io.Writer)
}

// compressor returns a new compressor. level is as for pg_dump -Z; 0 is the default.
func (c Compression) compressor(level int) (compressor, error) {
	switch c {
	case Gzip:
		return zlib.NewWriterLevel(nil, gzipLevel(level))
	case LZ4:
		w := lz4.NewWriter(nil)
		err := w.Apply(lz4.CompressionLevelOption(lz4Level(level)), lz4.BlockSizeOption(lz4.Block256Kb))
		return w, err
	case Zstd:
		return newZstdEncoder(level)
	case None:
	}
	return &noCompressor{}, nil
}

func newZstdEncoder(level int, more ...zstd.EOption) (*zstd.Encoder, error) {
	level = cmp.Or(level, defaultZstdLevel)
	return zstd.NewWriter(nil, append(more,
		zstd.WithEncoderLevel(zstd.EncoderLevelFromZstd(level)),
		zstd.WithWindowSize(zstdWindow(level)),
		zstd.WithAllLitEntropyCompression(true), // otherwise the low levels do not compress hexadecimal digits
		zstd.WithZeroFrames(true))...)
}

// gzipLevel translates a level of zlib to the level of this library that compresses equally
// well. The two lowest levels of the library hardly compress hexadecimal digits, which COPY
// writes for bytea. Level 7 is slower than 6 and compresses no better.
//
// Compressed sizes of COPY text in MB, with zlib and then with this library:
//
//	          rows of versions   bytea          uuids, hashes   jsonb
//	level 1   1.84   1.68        5.80   5.46    6.74   6.30     1.66   1.51
//	level 6   1.41   1.41        5.68   5.45    6.55   6.29     1.43   1.29
//
// A dump of the demo's 1 GB database takes 130 and 113 MB at level 1, and 100 and 98 MB at
// level 6. This library needs a fifth more time for level 6 than for level 1.
func gzipLevel(level int) int {
	const usual = 6 // default level of zlib and pg_dump
	if level <= 0 {
		level = usual
	}
	return [...]int{4, 4, 5, 5, 6, 6, 8, 8, 9}[min(level, zlib.BestCompression)-1]
}

// lz4Level translates a level of liblz4, where all levels below 3 select the fast mode.
func lz4Level(level int) lz4.CompressionLevel {
	const fromLiblz4, highest = 3, 9
	if level < fromLiblz4 {
		return lz4.Fast
	}
	return lz4.Level1 << (min(level, highest) - 1)
}

// defaultZstdLevel is the default level of libzstd and pg_dump.
const defaultZstdLevel = 3

// zstdWindow returns libzstd's window size for a level, in bytes. A larger window would
// cost memory in each job of a restore.
func zstdWindow(level int) int {
	const highLevel = 10
	if level < highLevel {
		return 2 << 20
	}
	return 8 << 20
}

type noCompressor struct{ io.Writer }

func (n *noCompressor) Reset(w io.Writer) { n.Writer = w }
func (*noCompressor) Close() error        { return nil }
