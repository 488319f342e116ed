package archive_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"testing"

	"github.com/rubyforgood/hectl/pgtools/archive"
)

// FuzzReadHead checks that input that is not an archive causes an error, never a panic, and
// that a FormatError names a byte of the input. The seeds are real archives; testdata/fuzz
// has inputs that failed once.

func FuzzReadHead(f *testing.F) {
	for _, data := range fixtures(f) {
		f.Add(data[:min(len(data), int(readHead(f, data).Length))])
	}
	f.Add([]byte("PGDMP\x01\x10\x00\x04\x08\x01\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		h, err := archive.ReadHead(bytes.NewReader(data))
		if err != nil {
			checkPlace(t, err, 0, len(data))
			return
		}
		if h.Length > int64(len(data)) || len(h.Entries) > len(data) {
			t.Errorf("%d entries in a head of %d bytes, out of %d bytes", len(h.Entries), h.Length, len(data))
		}
		if old, err := archive.Downgrade(data[:h.Length], h); err == nil {
			if got, err := archive.ReadHead(bytes.NewReader(old)); err != nil || len(got.Entries) != len(h.Entries) {
				t.Errorf("downgraded, it is not a head of %d entries: %v", len(h.Entries), err)
			}
		}
		blocks, err := h.Blocks(h.Length + 1000)
		if err != nil {
			return
		}
		raw := bytes.Clone(data[:h.Length])
		if err := archive.Patch(raw, h, blocks); err != nil {
			t.Error(err)
		}
		again, err := archive.ReadHead(bytes.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := again.Blocks(h.Length + 1000); err != nil {
			t.Error(err)
		}
	})
}

// FuzzIndexer passes the bytes after a head to an Indexer, in two pieces.
func FuzzIndexer(f *testing.F) {
	data := fixture(f, "15-none-pipe")
	h := readHead(f, data)
	body := data[h.Length:]
	f.Add(body, 1)
	f.Add(body[:100], 13)
	f.Add([]byte{}, 0)
	f.Add(append(bytes.Clone(body), 0, 1), 99)
	f.Fuzz(func(t *testing.T, body []byte, cut int) {
		whole, err := archive.Scan(bytes.NewReader(body), h, archive.IndexOptions{SHA256: true})
		cut = int(uint(cut) % uint(len(body)+1))
		x := archive.NewIndexer(h, archive.IndexOptions{SHA256: true})
		_, _ = x.Write(body[:cut])
		_, _ = x.Write(body[cut:])
		pieces, piecesErr := x.Finish()
		if err != nil {
			checkPlace(t, err, h.Length, len(body))
			if piecesErr == nil || piecesErr.Error() != err.Error() {
				t.Errorf("in pieces: %v, else %v", piecesErr, err)
			}
			return
		}
		end := h.Length
		for _, b := range whole {
			end += b.Length
		}
		if behind := body[end-h.Length:]; len(behind) > 0 { // only Scan skips these bytes
			if behind[0] != 0 || piecesErr == nil {
				t.Errorf("%x behind the blocks: in pieces %v", behind[0], piecesErr)
			}
			return
		}
		if piecesErr != nil || len(pieces) != len(whole) {
			t.Fatalf("in pieces: %d blocks, %v; else %d blocks", len(pieces), piecesErr, len(whole))
		}
		end = h.Length
		for i, b := range whole {
			if pieces[i] != b || b.Offset != end {
				t.Errorf("block %d is %+v in pieces, else %+v", i, pieces[i], b)
			}
			end = b.Offset + b.Length
		}
	})
}

// FuzzDataReader reads a fuzzed block, or one chunk of fuzzed compressed bytes.
func FuzzDataReader(f *testing.F) {
	heads := map[byte]*archive.Head{}
	for _, name := range pipes {
		data := fixture(f, name)
		h := readHead(f, data)
		heads[byte(h.Compression)] = h
		d := archive.NewDataReader(h)
		for _, b := range scan(f, data, h) {
			block := data[b.Offset:][:b.Length]
			f.Add(byte(h.Compression), b.LargeObjects, false, block)
			if err := readBlock(d, bytes.NewReader(block), b); err != nil {
				f.Fatal(err)
			}
			if n := int(binary.LittleEndian.Uint32(block[7:])); !b.LargeObjects && 11+n <= len(block) {
				f.Add(byte(h.Compression), false, true, block[11:][:n])
			}
		}
	}
	f.Fuzz(func(t *testing.T, compression byte, objects, payload bool, data []byte) {
		h := heads[compression%4]
		if payload {
			data = wrapped(data)
			objects = false
		}
		b := archive.Block{Offset: h.Length, Length: int64(len(data)), LargeObjects: objects}
		if len(data) >= 6 {
			b.ID = int(int32(binary.LittleEndian.Uint32(data[2:])))
			if data[1] != 0 {
				b.ID = -b.ID
			}
		}
		err := readSome(archive.NewDataReader(h), bytes.NewReader(data), b)
		if err != nil {
			checkPlace(t, err, h.Length, len(data))
		}
	})
}

// wrapped returns a block with payload in one chunk.
func wrapped(payload []byte) []byte {
	block := []byte{1, 0, 1, 0, 0, 0, 0}
	block = binary.LittleEndian.AppendUint32(block, uint32(len(payload)))
	block = append(block, payload...)
	return append(block, 0, 0, 0, 0, 0)
}

// readSome is like readBlock, with a limit for decompression bombs.
func readSome(d *archive.DataReader, r io.Reader, b archive.Block) error {
	err := d.Reset(r, b)
	budget := int64(16 << 20)
	read := func() error {
		n, err := io.CopyN(io.Discard, d, budget)
		if budget -= n; errors.Is(err, io.EOF) {
			return nil
		}
		return err
	}
	if err != nil || !b.LargeObjects {
		return errors.Join(err, read())
	}
	for err == nil && budget > 0 {
		if _, err = d.NextObject(); err == nil {
			err = read()
		}
	}
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

// checkPlace checks that an error is a FormatError about one of the n bytes from start on.
func checkPlace(t *testing.T, err error, start int64, n int) {
	t.Helper()
	format, ok := errors.AsType[*archive.FormatError](err)
	if !ok || format.At < start || format.At > start+int64(n) {
		t.Errorf("no place in the bytes %d to %d: %v", start, start+int64(n), err)
	}
}
