package archive

import (
	"io"

	"github.com/klauspost/compress/zlib"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
)

// compressor compresses one series of chunks after another.
type compressor interface {
	io.WriteCloser
	// Reset begins one.
	Reset(w io.Writer)
}

// compressor returns a new one. Level is as pg_dump -Z has it, 0 for its
// default.
func (c Compression) compressor(level int) (compressor, error) {
	switch c {
	case Gzip:
		if level == 0 {
			level = zlib.DefaultCompression
		}
		return zlib.NewWriterLevel(nil, max(zlib.DefaultCompression, min(level, zlib.BestCompression)))
	case LZ4:
		w := lz4.NewWriter(nil)
		err := w.Apply(lz4.CompressionLevelOption(lz4Level(level)), lz4.BlockSizeOption(lz4.Block256Kb))
		return w, err
	case Zstd:
		if level == 0 {
			level = defaultZstdLevel
		}
		return zstd.NewWriter(nil,
			zstd.WithEncoderLevel(zstd.EncoderLevelFromZstd(level)),
			zstd.WithWindowSize(zstdWindow(level)),
			zstd.WithZeroFrames(true))
	case None:
	}
	return &noCompressor{}, nil
}

// lz4Level translates a level. Below 3 liblz4 has but one way, the fast one.
func lz4Level(level int) lz4.CompressionLevel {
	const fromLiblz4, highest = 3, 9
	if level < fromLiblz4 {
		return lz4.Fast
	}
	return lz4.Level1 << (min(level, highest) - 1)
}

// defaultZstdLevel is libzstd's, and so pg_dump's.
const defaultZstdLevel = 3

// zstdWindow is the window for a level, in bytes: that of libzstd, for each job
// of a restore will take it.
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
