package archive_test

import (
	"bytes"
	"errors"
	"runtime"
	"strings"
	"testing"

	"github.com/rubyforgood/hectl/pgtools/archive"
)

// A few bytes that announce gigabytes do not make the reader allocate them.
func TestPromisesTakeNoMemory(t *testing.T) {
	const budget = 8 << 20
	zstd := func(header ...byte) []byte {
		return wrapped(append(append([]byte{0x28, 0xb5, 0x2f, 0xfd}, header...), 0, 0, 0))
	}
	read := func(c archive.Compression, block []byte) func() error {
		h := benchHead(c)
		return func() error {
			return readBlock(archive.NewDataReader(h), bytes.NewReader(block), archive.Block{ID: 1, Length: int64(len(block))})
		}
	}
	head := func(rest string) func() error {
		return func() error {
			_, err := archive.ReadHead(strings.NewReader("PGDMP\x01\x10\x00\x04\x08\x01\x00" + strings.Repeat("\x00\x01\x00\x00\x00", 7) + rest))
			return err
		}
	}
	for _, tt := range []struct {
		name string
		do   func() error
		want string
	}{
		{"a zstd window of 256 MiB", read(archive.Zstd, zstd(0, 0x90)), "zstd data: window size exceeded"},
		{"a zstd window of 3.75 TiB", read(archive.Zstd, zstd(0, 0xff)), "zstd data: window size exceeded"},
		{"a zstd segment of 32 GiB", read(archive.Zstd, zstd(0xe0, 0, 0, 0, 0, 8, 0, 0, 0)), "zstd data: "},
		{"a chunk of 2 GiB", read(archive.None, []byte{1, 0, 1, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0x7f, 'x'}), "unexpected EOF"},
		{"a name of 200 MB", head("\x00\x00\x00\x00\x0c" + strings.Repeat("x", 100)), "database: unexpected EOF"},
		{"two million entries", head(strings.Repeat("\x01\x01\x00\x00\x00", 3) + "\x00\x00\x00\x20\x00"), "entry 1 of 2097152: byte 67: dump id: unexpected EOF"},
		{"two billion entries", head(strings.Repeat("\x01\x01\x00\x00\x00", 3) + "\x00\x00\x00\x00\x7f"), "number of entries: 2130706432 is out of range"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			err := tt.do()
			runtime.ReadMemStats(&after)
			if _, ok := errors.AsType[*archive.FormatError](err); !ok || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
			if took := after.TotalAlloc - before.TotalAlloc; took > budget {
				t.Errorf("it took %d bytes", took)
			}
		})
	}
}

// A decompression bomb, 64 MiB of zeros, takes only the memory of a buffer or a window.
func TestBombsTakeNoMemory(t *testing.T) {
	zeros := make([]byte, 64<<20)
	for _, c := range []archive.Compression{archive.None, archive.Gzip, archive.LZ4, archive.Zstd} {
		h := benchHead(c)
		block := bigBlock(t, h, zeros, []int{len(zeros)})
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		err := readBlock(archive.NewDataReader(h), bytes.NewReader(block), archive.Block{ID: 1, Length: int64(len(block))})
		runtime.ReadMemStats(&after)
		if took := after.TotalAlloc - before.TotalAlloc; took > 4<<20 || err != nil {
			t.Errorf("%s: %d bytes of memory: %v", c, took, err)
		}
	}
}
