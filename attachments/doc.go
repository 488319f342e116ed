// Package attachments brings the files of Rails' Active Storage from a bucket to
// where the application's Disk service looks for them.
//
// The database says which there are: its rows are blobs (tables.go), of which
// some are chosen (choice.go). The plan (plan.go) holds them against what the
// folder has (folder.go, diskpath.go); what is missing is fetched, several at
// once (fetch.go):
//
//	bucket ── KEY ──> .hectl/HASH.partial ── size and MD5 are right ── rename ──> ab/cd/abcd…
//
// A file has its name only when all of it is there and was found to be right.
// What an interrupted run leaves in .hectl is continued by the next one that
// wants it, and removed by one that does not.
//
// Nothing leaves the folder, whatever the keys or the links in it say: every
// file is opened by way of an os.Root.
package attachments
