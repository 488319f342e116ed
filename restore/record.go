package restore

import (
	"strings"

	"github.com/rubyforgood/hectl/dump/catalog"
	"github.com/rubyforgood/hectl/internal/s3store"
)

// noteIn returns manifest m of a dump with the result added. If m is nil, it returns a
// new manifest by this version of hectl.
func (r verified) noteIn(m *catalog.Manifest, of catalog.Dump, version string) *catalog.Manifest {
	if m == nil {
		m = r.Checked.NewManifest(of)
		m.HectlVersion = version
	}
	r.Checked.NoteRows(m)
	if r.Verified != nil {
		m.Verified = r.Verified
	}
	if r.Restored != nil {
		m.Restored = r.Restored
	}
	return m
}

// encryptedLike returns the options for a manifest that is encrypted like its dump.
func encryptedLike(dump s3store.Details) s3store.UploadOptions {
	if !strings.HasPrefix(dump.SSE, "aws:kms") {
		return s3store.UploadOptions{}
	}
	return s3store.UploadOptions{SSE: dump.SSE, KMSKeyID: dump.KMSKeyID}
}
