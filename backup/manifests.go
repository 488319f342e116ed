package backup

import (
	"context"
	"os"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/rubyforgood/hectl/backup/source"
	"github.com/rubyforgood/hectl/backup/status"
	"github.com/rubyforgood/hectl/dump/catalog"
	"github.com/rubyforgood/hectl/internal/console"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/s3store"
)

// newManifest returns the manifest of a dump, without the parts that come from its
// stream.
func (o *backupOptions) newManifest(r backupResult, src *source.Source, hectlVersion string) *catalog.Manifest {
	return &catalog.Manifest{
		Key: r.Key, Size: r.Size, ETag: r.ETag, Label: r.Label, Started: r.Started, Finished: r.Finished,
		HectlVersion: hectlVersion, Database: r.Database, DatabaseSize: src.Size,
		SourceIdentity: catalog.NewSourceIdentity(string(src.Identity)), ServerVersion: r.ServerVersion, DumpVersion: r.DumpVersion,
		Compression: r.Compression, ExcludedTableData: o.exclude,
	}
}

// writeManifest completes m from the stream and writes it. A dump without a manifest can
// be restored but not checked in parts, so errors have the code fault.Warnings.
func (o *backupOptions) writeManifest(ctx context.Context, out *console.Console, store *s3store.Store, m *catalog.Manifest, dump dumped) error {
	stream := dump.Stream
	if !stream.Known() {
		out.Warn("pg_dump %s writes an archive format that this version of hectl does not support: the dump is in the bucket, but has no manifest", m.DumpVersion)
		return nil
	}
	hostname, err := os.Hostname()
	if err == nil {
		m.SourceFingerprint = o.source.FingerprintFrom(hostname)
		stream.Describe(m)
		m.DescribeRows(dump.Tables)
		// The dump exists: a signal that arrives now should not leave it without a manifest.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
		defer cancel()
		err = catalog.WriteManifest(ctx, store, o.bucket.Base, m, o.upload)
	}
	if err != nil {
		return fault.New(fault.Warnings, "", "the dump is in the bucket, but has no manifest: %w", err)
	}
	return nil
}

// manifestReads is the number of manifests that are read at once. Each takes two round
// trips for little data.
const manifestReads = 16

// readManifests returns the dumps with the data of their manifests, in the same order. A
// manifest that the credentials cannot read or that does not match its dump is not an
// error; denied is the store's refusal of the first unreadable one.
func readManifests(ctx context.Context, store *s3store.Store, base string, dumps []catalog.Dump) (described []status.Described, denied, _ error) {
	described = make([]status.Described, len(dumps))
	errs := make([]error, len(dumps))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(manifestReads)
	for i, d := range dumps {
		group.Go(func() error {
			m, err := catalog.ReadManifest(ctx, store, base, d)
			described[i] = describe(d, m, err)
			if described[i].Manifest == "" {
				return err
			}
			errs[i] = err
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, nil, err
	}
	for _, err := range errs {
		if fault.CodeOf(err) == fault.Denied {
			return described, err, nil
		}
	}
	return described, nil, nil
}

// describe returns a dump with the result of reading its manifest. The state of the
// manifest is "" after an error that is not about this dump.
func describe(d catalog.Dump, m *catalog.Manifest, err error) status.Described {
	switch {
	case fault.CodeOf(err) == fault.Integrity:
		return status.Described{Dump: d, Manifest: status.ManifestMismatch}
	case fault.CodeOf(err) == fault.Denied:
		return status.Described{Dump: d, Manifest: status.ManifestUnreadable}
	case err != nil:
		return status.Described{Dump: d}
	case m == nil:
		return status.Described{Dump: d, Manifest: status.ManifestNone}
	}
	return status.Described{Dump: d, Manifest: status.ManifestFits, Verified: m.Verified, Restored: m.Restored}
}
