package restore

import (
	"context"
	"strings"

	"github.com/rubyforgood/hectl/dump"
	"github.com/rubyforgood/hectl/dump/catalog"
	"github.com/rubyforgood/hectl/internal/command"
	"github.com/rubyforgood/hectl/internal/s3store"
)

// writeManifest records the result in the dump's manifest, and creates one if there is
// none.
func writeManifest(ctx context.Context, env *command.Env, src dump.Object, d *dump.Dump, details s3store.Details, r verified) error {
	m := d.Manifest
	if m == nil {
		m = r.Checked.NewManifest(src.Dump)
		m.HectlVersion = env.Version
	}
	r.Checked.NoteRows(m)
	if r.Verified != nil {
		m.Verified = r.Verified
	}
	if r.Restored != nil {
		m.Restored = r.Restored
	}
	opt := s3store.UploadOptions{}
	if strings.HasPrefix(details.SSE, "aws:kms") { // encrypt it like its dump
		opt.SSE, opt.KMSKeyID = details.SSE, details.KMSKeyID
	}
	return catalog.WriteManifest(ctx, src.Store, src.Bucket.Base, m, opt)
}
