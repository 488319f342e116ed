package s3store_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"sync"
	"testing"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/s3store"
	"github.com/rubyforgood/hectl/test/s3test"
)

// If the stream fails while parts are being sent, their requests are canceled, and no part
// stays on the server.
func TestUploadReaderFailureWithPartsInFlight(t *testing.T) {
	b := newBench(t)
	broken := errors.New("pg_dump exited with 1")
	started := make(chan struct{})
	b.proxy.On(s3test.Is("UploadPart"), s3test.Hold(sync.OnceFunc(func() { close(started) })))
	r := io.MultiReader(bytes.NewReader(content(3*part)), readerFunc(func([]byte) (int, error) {
		<-started
		return 0, broken
	}))
	if _, err := b.store.Upload(t.Context(), "backups/x", r, smallParts); !errors.Is(err, broken) {
		t.Error(err)
	}
	b.wantNothingLeft(t)
}

// S3's documentation warns that parts can arrive after an abort, so hectl checks for
// parts and repeats the abort.
func TestAbortIsRepeatedWhilePartsArrive(t *testing.T) {
	b := newBench(t)
	s3store.NoBackoff(b.store)
	b.proxy.On(s3test.Is("ListParts"), func(_ *s3test.Proxy, w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "<ListPartsResult></ListPartsResult>")
	}).Times(1)
	broken := errors.New("pg_dump exited with 1")
	_, err := b.store.Upload(t.Context(), "backups/x", stream(content(2*part), broken), smallParts)
	if !errors.Is(err, broken) {
		t.Error(err)
	}
	// A part that was interrupted causes one more abort.
	if n := b.proxy.Requests(s3test.Is("AbortMultipartUpload")); n != 2 && n != 3 {
		t.Errorf("%d aborts, want 2 or 3", n)
	}
	b.wantNothingLeft(t)
}

func TestUploadPartThatKeepsFailingLeavesNothing(t *testing.T) {
	b := newBench(t)
	s3store.NoBackoff(b.store)
	rule := b.proxy.On(s3test.Is("UploadPart"), s3test.FlipRequest(1000)).After(1)
	_, err := b.store.Upload(t.Context(), "backups/x", bytes.NewReader(content(3*part)), smallParts)
	wantFault(t, err, fault.Integrity, "upload s3://dumps/backups/x: the data was changed on the way to the store", "")
	if n := rule.Hits(); n < 5 || n > 10 {
		t.Errorf("two parts were sent %d times", n)
	}
	b.wantNothingLeft(t)
}

func TestUploadTooManyParts(t *testing.T) {
	b := newBench(t)
	s3store.SetMaxParts(b.store, 2)
	if _, err := b.store.Upload(t.Context(), "fits", bytes.NewReader(content(2*part)), smallParts); err != nil {
		t.Fatal(err)
	}
	_, err := b.store.Upload(t.Context(), "backups/x", bytes.NewReader(content(2*part+1)), smallParts)
	wantFault(t, err, fault.Failed, "upload s3://dumps/backups/x: the stream is longer than 2 parts of 5 MiB",
		"use larger parts: --part-size 20MiB")
	if err := b.store.Delete(t.Context(), "fits"); err != nil {
		t.Error(err)
	}
	b.wantNothingLeft(t)
}

// storedWrong accepts the body of a request and returns the checksum of another one.
func storedWrong(_ *s3test.Proxy, w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	w.Header().Set("X-Amz-Checksum-Crc64nvme", "AAAAAAAAAAA=")
	w.Header().Set("X-Amz-Checksum-Type", "FULL_OBJECT")
	w.Header().Set("Etag", `"0"`)
}
