// Package s3test runs a real S3 server for tests, the demo and the bench, and injects
// faults between it and its clients.
//
// The server is versitygw, which checks signatures, checksums and conditions like
// S3. "make bin/versitygw" and "make test" build it. Start is for programs, New for
// tests.
//
// A Proxy forwards requests to a server, with the Host header, so that signatures
// stay valid. Rules make it misbehave: answer 503, cut a body off after some bytes,
// stall, lose an answer.
package s3test
