package archive

import (
	"bufio"
	"errors"
	"io"

	"github.com/klauspost/compress/zlib"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
)

// maxZstdWindow is the largest window that pg_dump uses, with level 22 or "long", in
// bytes. The decoder takes a little more memory than the window.
const maxZstdWindow = 128 << 20

// A codec decompresses series of chunks, one at a time.
type codec interface {
	// reset starts to decompress r, which has at least one byte.
	reset(r io.Reader) (io.Reader, error)
	// rest reports whether the codec has buffered bytes after the end of the data.
	rest() bool
}

// codec returns a new decompressor.
func (c Compression) codec() (codec, error) {
	switch c {
	case Gzip:
		return &gzipCodec{}, nil
	case LZ4:
		return &lz4Codec{}, nil
	case Zstd:
		dec, err := zstd.NewReader(nil,
			zstd.WithDecoderConcurrency(1), // decode in the caller's goroutine, so there is no other goroutine to stop
			zstd.WithDecoderMaxWindow(maxZstdWindow))
		return &zstdCodec{dec}, err
	case None:
	}
	return noCodec{}, nil
}

type noCodec struct{}

func (noCodec) reset(r io.Reader) (io.Reader, error) { return r, nil }
func (noCodec) rest() bool                           { return false }

// gzipCodec reads zlib streams (RFC 1950), which pg_dump calls gzip.
type gzipCodec struct {
	in  *bufio.Reader // flate has a fast path for this type
	dec io.ReadCloser
}

func (g *gzipCodec) reset(r io.Reader) (_ io.Reader, err error) {
	if g.in == nil {
		g.in = bufio.NewReaderSize(r, rawBuffer)
	} else {
		g.in.Reset(r)
	}
	if g.dec == nil {
		g.dec, err = zlib.NewReader(g.in)
	} else {
		err = g.dec.(zlib.Resetter).Reset(g.in, nil) //nolint:forcetypeassert // documented
	}
	return g.dec, err
}

func (g *gzipCodec) rest() bool { return g.in.Buffered() > 0 }

// lz4Codec reads consecutive LZ4 frames.
type lz4Codec struct {
	in  *bufio.Reader
	dec *lz4.Reader
}

func (l *lz4Codec) reset(r io.Reader) (io.Reader, error) {
	if l.dec == nil {
		l.in = bufio.NewReaderSize(r, rawBuffer)
		l.dec = lz4.NewReader(l.in)
	} else {
		l.in.Reset(r)
		l.dec.Reset(l.in)
	}
	return l, nil
}

// Read implements io.Reader. The library's Read stops after the first frame.
func (l *lz4Codec) Read(p []byte) (int, error) {
	n, err := l.dec.Read(p)
	if errors.Is(err, io.EOF) {
		if _, end := l.in.Peek(1); end != nil {
			return n, end
		}
		l.dec.Reset(l.in)
		err = nil
	}
	return n, err
}

func (*lz4Codec) rest() bool { return false }

// zstdCodec reads Zstandard frames (RFC 8878).
type zstdCodec struct{ dec *zstd.Decoder }

func (z *zstdCodec) reset(r io.Reader) (io.Reader, error) { return z.dec, z.dec.Reset(r) }
func (*zstdCodec) rest() bool                             { return false }
