// Package s3store talks to S3 and to stores with the same protocol. It lists, uploads
// streams of unknown length, reads ranges, deletes, and explains errors.
//
// # Requests
//
// Every request goes through call, which finds the region of the bucket. The client
// makes 13 attempts, without the SDK's token bucket: S3 answers a burst with 503 SlowDown
// for longer than the SDK's three attempts last. A watchdog cancels a request in which no
// byte has moved for too long. The method fail turns an error into a [fault.Error] with a
// text "operation s3://bucket/key: cause", an exit code and a hint.
//
// # Upload
//
// The output of pg_dump has no known length and must not touch the disk. Upload cuts it
// into equal parts and keeps a few of them in a fixed ring of buffers:
//
//	stream ──> buffer ──> CRC64NVME ──> UploadPart ×4 ──> CompleteMultipartUpload
//	              ^                         │
//	              └──────── reused ─────────┘
//
// A stream that fits into one part is a single PutObject. The parts and the whole object
// carry a CRC64NVME that the store checks before it accepts them. The last request
// creates the object. An earlier failure aborts the upload on a separate context, so that
// a signal leaves neither an object nor parts. The last request carries
// If-None-Match: *, so it never overwrites an existing object, or If-Match if the caller
// names the object to replace. If its answer is lost, Upload looks for the object and
// compares the checksum.
//
// # Download
//
// ReadRange reads one range. If the body breaks or stalls, it continues at the next byte
// with If-Match, so that all bytes come from the same object. Download fetches a window of
// ranges in parallel and returns them in order: one connection to S3 carries tens of
// MiB/s, and eight carry several hundred. An error replaces io.EOF, so a reader that
// reaches EOF has every byte. Details.Sum compares them with the store's own checksum.
//
// # Other stores
//
// With a custom endpoint, the bucket is in the path instead of the host name. No request
// has an aws-chunked body or a signed Accept-Encoding header, and all parts are equal. A
// store that refuses checksums gets none, which Config.Log reports. The store must
// support If-None-Match on writes; a store that ignores it may overwrite an object.
package s3store
