// Package backup contains the commands that make dumps and manage them: "hectl backup",
// "hectl list", "hectl status", "hectl prune" and "hectl schedule". Each command has a
// file with its name.
//
// A backup streams the output of pg_dump through memory into a multipart upload; nothing
// is written to disk (upload.go). The dump appears in the bucket when the upload is
// completed. That happens only after pg_dump, or the sessions that read the rows in its
// place, have finished without an error and the archive is known to be complete. A
// failure, a signal or a stall aborts the upload before that, so no partial dump is ever
// in the bucket. The key contains the time and is unique (freekey.go). A masked dump is
// made from the same stream (maskeddump.go).
//
// The packages below this one do the work that needs no flags and no console: source (the
// database that is dumped), parallel (dumping with several sessions), status (whether the
// dumps are fresh), retention (which dumps to keep), prune (removing the others) and
// lifecycle (lifecycle rules that remove dumps too early).
package backup
