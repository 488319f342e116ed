package archive

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/adler32"
	"io"
	"slices"

	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/zstd"
)

// endOfRows ends the text of a table's rows in pg_dump's format.
const endOfRows = "\\.\n\n\n"

// A Segment is a piece of one table's rows that is compressed separately. Several
// goroutines can therefore compress one block, and a reader can start at any segment.
// Joined by a BlockJoiner, the segments of a block are one stream for every pg_restore:
//
//   - gzip: each segment is deflate data (RFC 1951) that ends with a sync flush, as
//     pigz writes it. The header of the zlib stream comes before the first segment,
//     the end of the stream and its Adler-32 after the last.
//   - zstd, lz4: each segment is a frame that starts at the beginning of a chunk.
//     pg_restore ignores the rest of a chunk after the end of a zstd frame.
type Segment struct {
	Chunks []byte            // bytes of the block
	Length int               // length of the text, in bytes
	SHA256 [sha256.Size]byte // checksum of the text

	adler uint32
}

// A SegmentPacker compresses segments, one after another, with the same buffers. It needs
// the memory of one compressor.
type SegmentPacker struct {
	method Compression
	codec  compressor
	packed bytes.Buffer
}

// NewSegmentPacker returns a SegmentPacker for archives with head h. level is as for
// NewDataWriter.
func NewSegmentPacker(h *Head, level int) (*SegmentPacker, error) {
	level = cmp.Or(level, h.Level)
	p := &SegmentPacker{method: h.Compression}
	var err error
	switch h.Compression {
	case Gzip:
		p.codec, err = newDeflater(level)
	case Zstd:
		p.codec, err = newZstdEncoder(level, zstd.WithEncoderConcurrency(1)) // compress in the caller's goroutine
	case LZ4, None:
		p.codec, err = h.Compression.compressor(level)
	}
	return p, err
}

// Pack compresses the text of whole rows and appends the chunks to buffer.
func (p *SegmentPacker) Pack(buffer, text []byte) (Segment, error) {
	s := Segment{Length: len(text), SHA256: sha256.Sum256(text)}
	packed := text
	if p.method != None {
		p.packed.Reset()
		p.codec.Reset(&p.packed)
		if _, err := p.codec.Write(text); err != nil {
			return s, err
		}
		if err := p.codec.Close(); err != nil {
			return s, err
		}
		packed = p.packed.Bytes()
	}
	if p.method == Gzip {
		s.adler = adler32.Checksum(text)
	}
	s.Chunks = appendChunks(buffer, packed)
	if p.packed.Cap() > 2*maxSegment {
		p.packed = bytes.Buffer{} // release the memory of a long row
	}
	return s, nil
}

func appendChunks(b, data []byte) []byte {
	b = slices.Grow(b, len(data)+(len(data)/chunkSize+1)*intBytes)
	for len(data) > 0 {
		n := min(len(data), chunkSize)
		b = append(appendInt(b, int32(n)), data[:n]...)
		data = data[n:]
	}
	return b
}

// A deflater ends its deflate data with a sync flush instead of a last block.
type deflater struct{ *flate.Writer }

func newDeflater(level int) (compressor, error) {
	w, err := flate.NewWriter(nil, gzipLevel(level))
	return deflater{w}, err
}

func (d deflater) Close() error { return d.Flush() }

// A BlockJoiner writes the bytes before, between and after the segments of a block.
type BlockJoiner struct {
	method Compression
	end    []byte // the end of the rows, compressed
	header []byte // header of the compressed data; nil once written
	adler  uint32 // checksum of the segments so far
}

// NewBlockJoiner returns a BlockJoiner for archives with head h.
func NewBlockJoiner(h *Head) (*BlockJoiner, error) {
	j := &BlockJoiner{method: h.Compression}
	switch j.method {
	case Gzip:
		j.end = []byte(deflatedEnd)
		return j, nil
	case Zstd:
		j.end = []byte(zstdEnd)
		return j, nil
	case None, LZ4:
	}
	codec, err := h.Compression.compressor(0)
	if err != nil {
		return nil, err
	}
	var packed bytes.Buffer
	codec.Reset(&packed)
	if _, err := codec.Write([]byte(endOfRows)); err != nil {
		return nil, err
	}
	if err := codec.Close(); err != nil {
		return nil, err
	}
	j.end = packed.Bytes()
	return j, nil
}

// The end of the rows is as short as pg_dump's, because the length of a block shows whether
// it has rows.
const (
	// zlibHeader starts a zlib stream with a window of 32 KiB and the default level.
	zlibHeader = "\x78\x9c"
	// deflatedEnd is endOfRows as the last deflate block, with fixed codes.
	deflatedEnd = "\x8b\xd1\xe3\xe2\xe2\x02\x00"
	// zstdEnd is endOfRows as a frame with its size, one raw block and no checksum.
	zstdEnd = "\x28\xb5\x2f\xfd\x20\x05\x29\x00\x00" + endOfRows
)

// Begin appends the start of the block of an entry to b.
func (j *BlockJoiner) Begin(b []byte, id int) []byte {
	j.adler = adler32.Checksum(nil)
	if j.method == Gzip {
		j.header = []byte(zlibHeader)
	}
	return appendInt(append(b, typeData), int32(id))
}

// Add appends the bytes that precede the chunks of s to b.
func (j *BlockJoiner) Add(b []byte, s Segment) []byte {
	if j.method == Gzip {
		j.adler = combineAdler(j.adler, s.adler, s.Length)
	}
	b, j.header = appendChunks(b, j.header), nil
	return b
}

// End appends the end of the rows and of the block to b.
func (j *BlockJoiner) End(b []byte) []byte {
	end := slices.Concat(j.header, j.end)
	if j.method == Gzip {
		sum := combineAdler(j.adler, adler32.Checksum([]byte(endOfRows)), len(endOfRows))
		end = binary.BigEndian.AppendUint32(end, sum)
	}
	return appendInt(appendChunks(b, end), 0)
}

// combineAdler returns the Adler-32 of two consecutive byte sequences, the second of which
// has length bytes.
func combineAdler(first, second uint32, length int) uint32 {
	const mod = 65521
	n := uint64(length % mod)
	a1, b1 := uint64(first&0xffff), uint64(first>>16)
	a2, b2 := uint64(second&0xffff), uint64(second>>16)
	// Each byte adds the preceding a to b. The second sum started with a = 1.
	a := (a1 + a2 + mod - 1) % mod
	b := (b1 + b2 + n*(a1+mod-1)) % mod
	return uint32(b<<16 | a)
}

// A SegmentReader decompresses segments of one archive, one after another, with the same
// buffers. Only one goroutine may use it at a time.
type SegmentReader struct {
	method  Compression
	codec   codec
	inflate io.ReadCloser
	packed  bytes.Buffer
	text    bytes.Buffer
}

// NewSegmentReader returns a SegmentReader for segments of an archive with head h.
func NewSegmentReader(h *Head) (*SegmentReader, error) {
	r := &SegmentReader{method: h.Compression}
	var err error
	if r.method != Gzip {
		r.codec, err = h.Compression.codec()
	}
	return r, err
}

// endOfDeflate is an empty last block of deflate data, which a segment does not have.
const endOfDeflate = "\x03\x00"

// Text returns the text of the rows in chunks, which are all chunks of one segment. The
// text is valid until the next call. The caller compares its checksum.
func (r *SegmentReader) Text(chunks []byte) ([]byte, error) {
	r.packed.Reset()
	for rest := chunks; len(rest) > 0; {
		if len(rest) < intBytes {
			return nil, errors.New("the segment ends in the length of a chunk")
		}
		n := decodeInt(rest)
		if n <= 0 || n > int64(len(rest)-intBytes) {
			return nil, fmt.Errorf("a chunk of %d bytes in the last %d of a segment", n, len(rest)-intBytes)
		}
		r.packed.Write(rest[intBytes : intBytes+n])
		rest = rest[intBytes+n:]
	}
	if r.method == None {
		return r.packed.Bytes(), nil
	}
	text, err := r.open()
	if err != nil {
		return nil, fmt.Errorf("%s data: %w", r.method, err)
	}
	r.text.Reset()
	if _, err := r.text.ReadFrom(text); err != nil {
		return nil, fmt.Errorf("%s data: %w", r.method, err)
	}
	return r.text.Bytes(), nil
}

// open starts to decompress r.packed.
func (r *SegmentReader) open() (io.Reader, error) {
	if r.method != Gzip {
		return r.codec.reset(&r.packed)
	}
	r.packed.WriteString(endOfDeflate)
	if r.inflate == nil {
		r.inflate = flate.NewReader(&r.packed)
		return r.inflate, nil
	}
	return r.inflate, r.inflate.(flate.Resetter).Reset(&r.packed, nil) //nolint:forcetypeassert // documented
}
