package restore

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rubyforgood/hectl/dump"
	"github.com/rubyforgood/hectl/dump/catalog"
	"github.com/rubyforgood/hectl/internal/s3store"
)

// A result without a time keeps the time of an earlier run.
func TestNoteIn(t *testing.T) {
	t.Parallel()
	earlier, later := time.Unix(1000, 0).UTC(), time.Unix(2000, 0).UTC()
	for _, tt := range []struct {
		name                       string
		verified, restored         *time.Time
		wantVerified, wantRestored time.Time
	}{
		{"damaged", nil, nil, earlier, earlier},
		{"read", &later, nil, later, earlier},
		{"read and restored", &later, &later, later, later},
	} {
		m := &catalog.Manifest{HectlVersion: "old", Verified: &earlier, Restored: &earlier}
		got := verified{Checked: &dump.Report{}, Verified: tt.verified, Restored: tt.restored}.noteIn(m, catalog.Dump{}, "new")
		if got != m || m.HectlVersion != "old" || !m.Verified.Equal(tt.wantVerified) || !m.Restored.Equal(tt.wantRestored) {
			t.Errorf("%s: %+v", tt.name, got)
		}
	}
}

func TestEncryptedLike(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		sse  string
		want s3store.UploadOptions
	}{
		{"", s3store.UploadOptions{}},
		{"AES256", s3store.UploadOptions{}}, // the bucket's default
		{"aws:kms", s3store.UploadOptions{SSE: "aws:kms", KMSKeyID: "key"}},
		{"aws:kms:dsse", s3store.UploadOptions{SSE: "aws:kms:dsse", KMSKeyID: "key"}},
	} {
		got := encryptedLike(s3store.Details{SSE: tt.sse, KMSKeyID: "key"})
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s: %s", tt.sse, diff)
		}
	}
}
