package restore

import (
	"context"
	"strings"

	"github.com/rubyforgood/hectl/dump/catalog"
	"github.com/rubyforgood/hectl/internal/command"
	"github.com/rubyforgood/hectl/internal/s3store"
)

// writeManifest notes the result in the dump's manifest, and makes one where
// there is none.
func writeManifest(ctx context.Context, env *command.Env, src bucketSource, d *dump, details s3store.Details, r verified) error {
	m := d.manifest
	if m == nil {
		m = r.Checked.newManifest(src.dump)
		m.HectlVersion = env.Version
	}
	r.Checked.noteRows(m)
	if r.Verified != nil {
		m.Verified = r.Verified
	}
	if r.Restored != nil {
		m.Restored = r.Restored
	}
	opt := s3store.UploadOptions{}
	if strings.HasPrefix(details.SSE, "aws:kms") { // as its dump
		opt.SSE, opt.KMSKeyID = details.SSE, details.KMSKeyID
	}
	return catalog.WriteManifest(ctx, src.store, src.bucket.Base, m, opt)
}
