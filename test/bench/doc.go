// Bench measures hectl side by side with what one would otherwise do.
//
// It makes a database and dumps it (world.go), on a Postgres cluster and an S3
// server of its own, gives each contender in turn the same work (fetch.go,
// backup.go), several rounds, A B C A B C, so that noise hits all alike, and
// prints medians, ratios to the floor, peak memory and bytes moved (report.go).
// The floor is what Postgres's own programs take where S3 costs nothing.
//
// The S3 server is behind a link (s3test.Link): as fast as loopback goes, or
// with the bandwidth and the latency of a good line. All clients but the floors
// go through it. Where hectl is compared with "an S3 client", that is hectl's
// own internal/s3store in a process of its own (client.go), with parallel
// ranges and parts as well: what is measured is not one client against
// another.
//
// Before each run the target is an empty database, nothing is left of the run
// before, and the server has written a checkpoint. After each run its result
// is compared with the source, outside the measured time. The page cache is
// warm for all, and there is memory for what is written (pages.go).
//
//	make bench BENCH="--size 100MB --only fetch/loopback"
package main
