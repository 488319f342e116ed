// Package attachments downloads the files of Rails' Active Storage from a bucket into
// the folder of the application's Disk service.
//
// The database lists the files: each row of its tables is a blob (tables.go), and the
// flags choose among them (choice.go). The plan (plan.go) compares the chosen blobs
// with the folder (folder.go, diskpath.go). The missing ones are fetched several at
// once (fetch.go):
//
//	bucket ── KEY ──> .hectl/HASH.partial ── check size and MD5 ── rename ──> ab/cd/abcd…
//
// A file gets its final name only when it is complete and its checksum matches. The
// next run continues a partial file in .hectl if it needs that blob, and removes it
// otherwise.
//
// No key and no symbolic link can lead outside the folder: every file is opened
// through an os.Root.
package attachments
