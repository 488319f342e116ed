package restore

import (
	"context"
	"crypto/sha256"
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
		m = newManifest(src.dump, d, r.Checked)
		m.HectlVersion = env.Version
	}
	for i := range m.Blocks {
		if n, ok := r.Checked.rows[m.Blocks[i].ID]; ok {
			m.Blocks[i].Rows = &n
		}
	}
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

// newManifest makes the manifest of a dump that has none, of what was found in it.
// It does not know the source.
func newManifest(of catalog.Dump, d *dump, c *checked) *catalog.Manifest {
	m := &catalog.Manifest{
		Key: of.Key, Size: of.Size, ETag: of.ETag, Label: of.Label, Started: of.Time, Finished: of.Upload,
		Database: d.Head.Database, ServerVersion: d.Head.ServerVersion, DumpVersion: d.Head.DumpVersion,
		ArchiveVersion: d.Head.Version.String(), Compression: c.Compression,
		Head:   catalog.ManifestHead{Length: d.Head.Length, SHA256: sha256.Sum256(d.raw)},
		Blocks: []catalog.ManifestBlock{},
	}
	entries := d.Head.ByID()
	for _, b := range c.blocks {
		namespace, tag := entries[b.ID].Names()
		m.Blocks = append(m.Blocks, catalog.ManifestBlock{
			ID: b.ID, Schema: namespace, Table: tag,
			Offset: b.Offset, Length: b.Length, SHA256: b.SHA256,
		})
	}
	return m
}
