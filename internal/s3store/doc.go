// Package s3store is the only place that talks to S3, or to a store that
// speaks its protocol: it lists, uploads a stream of unknown length, reads
// ranges, deletes, and says in words what went wrong.
//
// # One way to call
//
// Every request goes through call, which follows a bucket to its region, over
// a client with 13 attempts and no token bucket of its own (S3 answers a
// burst with 503 SlowDown for longer than the SDK's three attempts last), and
// with a watchdog that cancels a request in which no byte has moved for too
// long. What still fails is turned by fail into a [fault.Error]: a sentence
// "operation s3://bucket/key: cause", an exit code, and a hint.
//
// # Upload
//
// pg_dump's output has no length and must not touch the disk. Upload cuts it
// into equal parts, of which a fixed ring of buffers holds a few at a time:
//
//	stream ──> buffer ──> CRC64NVME ──> UploadPart ×4 ──> CompleteMultipartUpload
//	              ^                         │
//	              └──────── reused ─────────┘
//
// A stream that fits one part is a single PutObject. Parts and the whole
// object carry a CRC64NVME that the store checks before it accepts them. The
// object appears at the last request or not at all: whatever fails earlier
// aborts the upload on a context of its own, so that a signal leaves neither
// an object nor parts. The last request carries If-None-Match: *, hence an
// existing object is never overwritten (unless the caller names the one that is
// to be replaced: If-Match); when its answer is lost, the store is
// asked whether the object is there and is ours.
//
// # Download
//
// ReadRange reads one range. A body that breaks, or stalls, is reopened at the
// byte reached with If-Match, so that what follows comes from the same object
// or not at all. Download is a window of such ranges, fetched in parallel and
// handed out in order: one S3 connection gives some tens of MiB/s, eight give
// several hundred. An error comes in place of io.EOF: whoever reads to EOF has
// every byte. Whether they are those that were uploaded, Details.Sum tells, by
// the store's own checksum.
//
// # Other stores
//
// With a custom endpoint the bucket goes into the path, not the host name. No
// request has an aws-chunked body or a signed Accept-Encoding header, parts
// are equal, and a store that refuses checksums gets none, which Config.Log is
// told. Uploads need a store that knows If-None-Match on writes; one that
// ignores it uploads all the same, but may overwrite.
package s3store
