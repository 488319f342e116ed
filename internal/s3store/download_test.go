package s3store_test

import (
	"bytes"
	"context"
	"errors"
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

// Every further Read returns the error, never io.EOF.
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

func TestDownloadFromAnOffset(t *testing.T) {
	b := newBench(t)
	data := content(3*mib + 5)
	obj := b.put(t, "backups/x", data)
	for _, offset := range []int{0, 1, mib, 2*mib + 7, len(data) - 1, len(data)} {
		before := b.proxy.Received()
		got, err := io.ReadAll(readAndClose(t, b.store.Download(t.Context(), obj, s3store.DownloadOptions{Offset: int64(offset), RangeSize: mib})))
		if err != nil || !bytes.Equal(got, data[offset:]) {
			t.Errorf("from %d: %d bytes (%v)", offset, len(got), err)
		}
		if n := b.proxy.Received() - before; n != int64(len(data)-offset) {
			t.Errorf("from %d: %d bytes were sent", offset, n)
		}
	}
}
