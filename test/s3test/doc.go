// Package s3test runs a real S3 server for tests, the demo and benchmarks, and
// puts faults between it and its clients.
//
// The server is versitygw, which checks signatures, checksums and conditions
// as S3 does; "make bin/versitygw" builds it, and so does "make test". Start is
// for programs, New for tests.
//
// A Proxy stands before a server and forwards what it is sent, Host header
// included, so that signatures stay good. Rules make it misbehave: answer 503,
// break a body off after some bytes, stall, lose an answer.
package s3test
