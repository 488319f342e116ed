package s3store_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/s3store"
	"github.com/rubyforgood/hectl/test/s3test"
)

func readAndClose(t *testing.T, r io.ReadCloser) io.Reader {
	t.Helper()
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	return r
}

func TestDownloadThroughFaults(t *testing.T) {
	b := newBench(t)
	data := content(10*mib + 123)
	obj := b.put(t, "backups/x", data)
	for _, tt := range []struct {
		name  string
		rule  func() *s3test.Rule
		stall time.Duration
	}{
		{"none", func() *s3test.Rule { return b.proxy.On(s3test.Is("GetObject"), nil).Times(0) }, 0},
		{"every third body reset", func() *s3test.Rule {
			return b.proxy.On(s3test.Is("GetObject"), s3test.ResetAnswer(300<<10)).Every(3)
		}, 0},
		{"every body reset, but after progress", func() *s3test.Rule {
			return b.proxy.On(s3test.Is("GetObject"), s3test.ResetAnswer(400<<10))
		}, 0},
		{"reset before the first byte", func() *s3test.Rule {
			return b.proxy.On(s3test.Is("GetObject"), s3test.ResetAnswer(0)).Every(4)
		}, 0},
		{"slow down", func() *s3test.Rule {
			return b.proxy.On(s3test.Is("GetObject"), s3test.Answer(503, "SlowDown")).Every(3)
		}, 0},
		{"stalled in the body", func() *s3test.Rule {
			return b.proxy.On(s3test.Is("GetObject"), s3test.StallAnswer(300<<10)).Times(3)
		}, 300 * time.Millisecond},
		{"stalled before the answer", func() *s3test.Rule {
			return b.proxy.On(s3test.Is("GetObject"), s3test.Stall()).Times(3)
		}, 300 * time.Millisecond},
	} {
		t.Run(tt.name, func(t *testing.T) {
			defer b.proxy.Reset()
			rule := tt.rule()
			var progress atomic.Int64
			got, err := io.ReadAll(readAndClose(t, b.store.Download(t.Context(), obj, s3store.DownloadOptions{
				RangeSize: mib, Window: 4, StallTimeout: tt.stall,
				Progress: func(n int64) { progress.Add(n) },
			})))
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, data) {
				t.Errorf("got %d bytes that differ", len(got))
			}
			if progress.Load() != int64(len(data)) {
				t.Errorf("progress adds up to %d of %d", progress.Load(), len(data))
			}
			if tt.name != "none" && rule.Hits() == 0 {
				t.Error("there was no fault")
			}
		})
	}
}

// A broken body goes on where it broke: what has arrived is not fetched again.
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
		want           string // "" with an error
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

func TestDownloadReplacedObject(t *testing.T) {
	b := newBench(t)
	data := content(6 * mib)
	const text = "read s3://dumps/backups/x: the object was replaced while it was read"
	for _, tt := range []struct {
		name  string
		other []byte
		etag  bool
	}{
		{"by one of the same size", content(6*mib + 1)[1:], true},
		{"by a shorter one", data[:100], true},
		{"by a shorter one, without ETag", data[:100], false},
		{"by a longer one, without ETag", content(7 * mib), false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			defer b.proxy.Reset()
			obj := b.put(t, "backups/x", data)
			if !tt.etag {
				obj.ETag = ""
			}
			b.proxy.On(s3test.Is("GetObject"), s3test.Hold(func() {
				if err := b.Put(context.WithoutCancel(t.Context()), bucket, "backups/x", tt.other); err != nil {
					t.Error(err)
				}
			})).After(2).Times(1)
			got, err := io.ReadAll(readAndClose(t, b.store.Download(t.Context(), obj, s3store.DownloadOptions{RangeSize: mib, Window: 1})))
			wantFault(t, err, fault.Integrity, text, "start again with the new object")
			if !bytes.Equal(got, data[:2*mib]) {
				t.Errorf("got %d bytes before the error", len(got))
			}
		})
	}
}

func TestDownloadDeletedObject(t *testing.T) {
	b := newBench(t)
	obj := b.put(t, "backups/x", content(3*mib))
	if err := b.store.Delete(t.Context(), "backups/x"); err != nil {
		t.Fatal(err)
	}
	_, err := io.ReadAll(readAndClose(t, b.store.Download(t.Context(), obj, s3store.DownloadOptions{})))
	wantFault(t, err, fault.NotFound, "read s3://dumps/backups/x: there is no such object", "")
}

// The error comes again on every Read, and io.EOF never after it.
func TestDownloadErrorIsFinal(t *testing.T) {
	b := newBench(t)
	obj := b.put(t, "backups/x", content(3*mib))
	b.proxy.On(s3test.Is("GetObject"), s3test.Answer(403, "AccessDenied")).After(1)
	d := b.store.Download(t.Context(), obj, s3store.DownloadOptions{RangeSize: mib, Window: 1})
	_, first := io.Copy(io.Discard, readAndClose(t, d))
	_, second := d.Read(make([]byte, 1))
	if first == nil || !errors.Is(second, first) {
		t.Errorf("first %v, then %v", first, second)
	}
}

func TestDownloadCloseReleasesEverything(t *testing.T) {
	b := newBench(t)
	obj := b.put(t, "backups/x", content(8*mib))
	b.store.Close()
	running := goleak.IgnoreCurrent()
	b.proxy.On(rangeFrom(3*mib), s3test.StallAnswer(mib/2))
	for _, read := range []int{0, 1, mib, 3 * mib} {
		d := b.store.Download(t.Context(), obj, s3store.DownloadOptions{RangeSize: mib, Window: 3})
		if _, err := io.ReadFull(d, make([]byte, read)); err != nil {
			t.Error(err)
		}
		for range 2 {
			if err := d.Close(); err != nil {
				t.Error(err)
			}
		}
		if _, err := d.Read(make([]byte, 1)); err == nil || errors.Is(err, io.EOF) {
			t.Errorf("Read after Close: %v", err)
		}
	}
	b.store.Close()
	b.proxy.Close()
	b.CloseIdle()
	goleak.VerifyNone(t, running)
}

func TestDownloadCancelled(t *testing.T) {
	b := newBench(t)
	obj := b.put(t, "backups/x", content(8*mib))
	ctx, cancel := context.WithCancel(t.Context())
	b.proxy.On(rangeFrom(2*mib), func(p *s3test.Proxy, w http.ResponseWriter, r *http.Request) {
		cancel()
		s3test.StallAnswer(mib/2)(p, w, r)
	})
	d := b.store.Download(ctx, obj, s3store.DownloadOptions{RangeSize: mib, Window: 2})
	_, err := io.ReadAll(readAndClose(t, d))
	if !errors.Is(err, context.Canceled) {
		t.Errorf("err = %v", err)
	}
}

// rangeFrom matches requests for a range that begins at offset or after it.
func rangeFrom(offset int) s3test.Match {
	return func(r *http.Request) bool {
		var first, last int
		_, err := fmt.Sscanf(r.Header.Get("Range"), "bytes=%d-%d", &first, &last)
		return err == nil && first >= offset
	}
}
