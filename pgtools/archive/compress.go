package archive

import (
	"cmp"
	"io"

	"github.com/klauspost/compress/zlib"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
)

// compressor compresses one series of chunks after another.
type compressor interface {
	io.WriteCloser
	// Reset begins a series.
	Reset(w io.Writer)
}

// compressor returns a new compressor. level is that of pg_dump -Z; 0 is the default.
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
		zstd.WithAllLitEntropyCompression(true), // or the low levels store hexadecimal digits as they are
		zstd.WithZeroFrames(true))...)
}

// gzipLevel translates a level of zlib to the level of this library that compresses as
// well. The two lowest levels of the library hardly compress hexadecimal digits, in which
// COPY writes bytea. Level 7 is slower than 6 and compresses no better.
//
// Compressed sizes of COPY text in MB, with zlib and then with this library:
//
//	          rows of versions   bytea          uuids, hashes   jsonb
//	level 1   1.84   1.68        5.80   5.46    6.74   6.30     1.66   1.51
//	level 6   1.41   1.41        5.68   5.45    6.55   6.29     1.43   1.29
//
// A dump of the demo's 1 GB database has 130 and 113 MB at level 1, and 100 and 98 MB at
// level 6, which takes this library a fifth more time than level 1.
func gzipLevel(level int) int {
	const usual = 6 // the default of zlib and pg_dump
	if level <= 0 {
		level = usual
	}
	return [...]int{4, 4, 5, 5, 6, 6, 8, 8, 9}[min(level, zlib.BestCompression)-1]
}

// lz4Level translates a level of liblz4, where all levels below 3 mean the fast mode.
func lz4Level(level int) lz4.CompressionLevel {
	const fromLiblz4, highest = 3, 9
	if level < fromLiblz4 {
		return lz4.Fast
	}
	return lz4.Level1 << (min(level, highest) - 1)
}

// defaultZstdLevel is the default of libzstd and pg_dump.
const defaultZstdLevel = 3

// zstdWindow returns the window of a level, in bytes, like libzstd's. A larger window
// would cost memory in each job of a restore.
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
