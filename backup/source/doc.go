// Package source is the database that a backup dumps: hectl's session in it, the two
// locks that keep a second backup away, and the checks before pg_dump starts.
//
// The host lock is a file on this machine (hostlock.go). The lock in the database is
// an advisory lock, which also keeps other machines away (source.go). The preflight
// checks that the role can read everything that pg_dump reads (preflight.go).
//
// The session stays open during the dump, to end pg_dump's session and to explain why
// it failed. It never writes, and it is never in a transaction while it waits.
package source
