package s3store_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/rubyforgood/hectl/internal/s3store"
	"github.com/rubyforgood/hectl/test/s3test"
)

// After a broken body, the next request starts at the next byte.
func TestReadRangeResumesAtTheByteReached(t *testing.T) {
	b := newBench(t)
	data := content(4 * mib)
	obj := b.put(t, "backups/x", data)
	b.proxy.On(s3test.Is("GetObject"), s3test.StallAnswer(mib)).Times(2)
	before := b.proxy.Received()
	ctx := s3store.WithStall(t.Context(), time.Second)
	got, err := io.ReadAll(readAndClose(t, b.store.ReadRange(ctx, obj, mib/2, 3*mib)))
	if err != nil || !bytes.Equal(got, data[mib/2:mib/2+3*mib]) {
		t.Errorf("got %d bytes (%v)", len(got), err)
	}
	if n := b.proxy.Received() - before; n != 3*mib {
		t.Errorf("%d bytes were sent, want %d", n, 3*mib)
	}
	if n := b.proxy.Requests(s3test.Is("GetObject")); n != 3 {
		t.Errorf("%d requests, want 3", n)
	}
}

func TestReadRangeBounds(t *testing.T) {
	b := newBench(t)
	obj := b.put(t, "backups/x", []byte("0123456789"))
	for _, tt := range []struct {
		offset, length int64
		want           string // "" for an error
		fails          bool
	}{
		{0, 10, "0123456789", false},
		{3, 4, "3456", false},
		{9, 1, "9", false},
		{10, 0, "", false},
		{0, 0, "", false},
		{0, 11, "", true},
		{-1, 3, "", true},
		{5, -1, "", true},
	} {
		got, err := io.ReadAll(readAndClose(t, b.store.ReadRange(t.Context(), obj, tt.offset, tt.length)))
		if string(got) != tt.want || (err != nil) != tt.fails {
			t.Errorf("%d, %d: %q, %v", tt.offset, tt.length, got, err)
		}
	}
}

// rangeFrom matches requests for a range that starts at or after offset.
func rangeFrom(offset int) s3test.Match {
	return func(r *http.Request) bool {
		var first, last int
		_, err := fmt.Sscanf(r.Header.Get("Range"), "bytes=%d-%d", &first, &last)
		return err == nil && first >= offset
	}
}
