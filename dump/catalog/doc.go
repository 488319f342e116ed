// Package catalog knows how dumps are named in the bucket, and which is the
// latest.
//
//	[BASE/]backups/production-20261123083000.rds.dump
//
// The time is in UTC. Dumps that the application's own tasks wrote may have no
// label before the time; they count as production's. A key that ends like a
// dump but holds no time is dated by its LastModified. Everything else in the
// bucket is none of hectl's business.
//
// It also knows how an archive becomes a dump: a Stream notes what the manifest
// will say while the archive flows by, whether pg_dump writes it or hectl does.
package catalog
