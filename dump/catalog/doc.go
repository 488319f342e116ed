// Package catalog defines the keys of dumps in the bucket and finds the latest dump.
//
//	[BASE/]backups/production-20261123083000.rds.dump
//
// The time is in UTC. Dumps that the application's own tasks wrote may have no label
// before the time; their label is production. A key with the suffix of a dump but
// without a time is dated by its LastModified. hectl ignores all other objects in the
// bucket.
//
// The package also uploads archives and manifests. While an archive is uploaded,
// whether pg_dump or hectl writes it, a Stream collects the facts for its manifest.
package catalog
