// Package catalog defines the keys of dumps in the bucket and lists the dumps.
//
//	[BASE/]backups/production-20261123083000.rds.dump
//
// The time is in UTC. Dumps written by the application's own tasks may have no label before
// the time; their label is production. If a key has the suffix of a dump but no time, the
// object's LastModified is used. hectl ignores all other objects in the bucket.
//
// The package also uploads archives and manifests. While an archive is uploaded, written by
// pg_dump or by hectl, a Stream collects the facts for its manifest.
package catalog
