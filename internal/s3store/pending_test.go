package s3store_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/rubyforgood/hectl/internal/s3store"
)

func TestPendingUploads(t *testing.T) {
	b := newBench(t)
	// Without the permission to abort, a failed upload stays open, and the error says so.
	if err := b.AddUser(t.Context(), "writer", "writer-secret", "user"); err != nil {
		t.Fatal(err)
	}
	if err := b.Allow(t.Context(), bucket, "writer", "s3:PutObject"); err != nil {
		t.Fatal(err)
	}
	t.Setenv("AWS_ACCESS_KEY_ID", "writer")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "writer-secret")
	writer, err := s3store.Open(t.Context(), s3store.Config{Bucket: bucket, EndpointURL: b.URL})
	if err != nil {
		t.Fatal(err)
	}
	defer writer.Close()
	broken := errors.New("pg_dump exited with 1")
	_, err = writer.Upload(t.Context(), "backups/x", stream(content(2*part), broken), smallParts)
	if !errors.Is(err, broken) || !strings.Contains(err.Error(), "; its parts are still in the bucket: abort the upload of s3://dumps/backups/x: access denied") {
		t.Errorf("err = %v", err)
	}

	var pending []s3store.PendingUpload
	for up, err := range b.store.PendingUploads(t.Context(), "backups/") {
		if err != nil {
			t.Fatal(err)
		}
		pending = append(pending, up)
	}
	if len(pending) != 1 || pending[0].Key != "backups/x" || pending[0].ID == "" || pending[0].Initiated.IsZero() {
		t.Fatalf("pending: %+v", pending)
	}
	for range 2 { // the second abort finds no upload and succeeds
		if err := b.store.AbortUpload(t.Context(), pending[0]); err != nil {
			t.Error(err)
		}
	}
	for up, err := range b.store.PendingUploads(t.Context(), "") {
		t.Errorf("still pending: %+v, %v", up, err)
	}
}
