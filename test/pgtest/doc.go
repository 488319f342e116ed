// Package pgtest starts throwaway PostgreSQL clusters for tests, the demo and the
// bench.
//
// A cluster is a real server without fsync, in its own folder below /tmp. It listens on
// a Unix socket there and on a free port of 127.0.0.1. PostgreSQL refuses to run as
// root, so for root the server runs as the user postgres, or as nobody if that user
// does not exist.
//
// Stop stops the server. On Linux it also stops when the caller is killed: the kernel
// sends it SIGQUIT, PostgreSQL's immediate shutdown. Its folder, /tmp/pgtest-*, then
// remains. On other systems, a killed caller leaves the server running: stop it by the
// process id in data/postmaster.pid in its folder.
package pgtest
