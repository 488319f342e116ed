// Package load fills an empty database from a dump.
//
//	preflight  report all problems at once that would make the load fail (preflight.go);
//	           leave out entries that the server cannot create (lacks.go, leaveout.go)
//	schema     by pg_restore (load.go)
//	rows       several tables at once (data.go), a large one in several sessions
//	           (split.go), masked on their way (masked.go), or in order from a pipe
//	           (piped.go); a table's indexes and statistics as soon as its rows are
//	           in (build.go)
//	scrub      credentials in rows that came as statements (scrub.go)
//	post-data  entries that need more than one table (postdata.go)
//
// Only entries that are known to be independent run in parallel (independent.go).
package load
