package setup

import (
	"testing"

	"github.com/rubyforgood/hectl/internal/config"
)

func TestApprovalText(t *testing.T) {
	for _, tt := range []struct {
		name     string
		approval approval
		want     string
	}{
		{"nothing to approve", approval{Approved: true}, "nothing here needs approval"},
		{"revoked", approval{Paths: []string{"/a", "/b"}}, "no longer approved: /a, /b"},
		{"approved", approval{Paths: []string{"/a"}, Approved: true, Claims: []config.Claim{{Key: "bucket", Text: "s3://b"}}}, "approved /a:\n  bucket: s3://b"},
	} {
		if got := tt.approval.Text(); got != tt.want {
			t.Errorf("%s: got %q", tt.name, got)
		}
	}
}
