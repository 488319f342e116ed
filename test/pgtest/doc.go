// Package pgtest starts throwaway PostgreSQL clusters for tests, for the demo
// and for the benchmarks.
//
// A cluster is a real server in a folder of its own under /tmp, without fsync,
// reachable by a Unix socket there and by a free port on 127.0.0.1. PostgreSQL
// refuses to run as root, so a caller who is root gets a server that runs as
// the user postgres, or nobody where that one does not exist.
//
// The server stops with Stop. On Linux it also stops when the caller is killed
// (the kernel sends it SIGQUIT, PostgreSQL's immediate shutdown); its folder,
// /tmp/pgtest-*, then stays. Elsewhere a killed caller leaves the server
// running: stop it by the process id in its folder's data/postmaster.pid.
package pgtest
