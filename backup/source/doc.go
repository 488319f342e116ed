// Package source connects to the database that a backup dumps. It holds hectl's session
// there, the two locks that prevent a second backup, and the checks before pg_dump starts.
//
// The host lock is a file on this machine (hostlock.go). The lock in the database is an
// advisory lock, which also excludes other machines (source.go). The preflight checks
// that the role can read everything that pg_dump reads (preflight.go).
//
// The session stays open during the dump, to end pg_dump's session and to explain a
// failure of pg_dump. It never writes, and it is never in a transaction while it waits.
package source
