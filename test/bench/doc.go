// Bench measures hectl side by side with the alternatives.
//
// It starts a Postgres cluster and an S3 server, fills a database and dumps it
// (world.go). In each round, every contender does the same work (fetch.go,
// backup.go), one after the other, so that noise hits all of them alike. The report
// has medians, ratios to the floor, peak memory and bytes moved (report.go). The
// floor is the time that Postgres's own programs need if S3 costs nothing.
//
// The S3 server is behind a link (s3test.Link), as fast as loopback or with the
// bandwidth and latency of a good line. All clients but the floors use it. "An S3
// client" is hectl's own internal/s3store in a separate process (client.go), with
// parallel ranges and parts, so that the bench does not compare S3 clients.
//
// Before each run, the target is an empty database, the files of the previous run
// are removed, and the server has written a checkpoint. After each run, the result
// is compared with the source, outside the measured time. The page cache is warm
// for every contender, and memory for its writes is free (pages.go).
//
//	make bench BENCH="--size 100MB --only fetch/loopback"
package main
