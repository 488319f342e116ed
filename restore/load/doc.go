// Package load fills an empty database from a dump.
//
//	preflight  report all problems that would make the load fail (preflight.go);
//	           leave out entries that the server cannot create (lacks.go, leaveout.go)
//	schema     by pg_restore (load.go)
//	rows       several tables at once (data.go), a large one in several sessions
//	           (split.go), masked while they are copied (masked.go), or in order from a
//	           pipe (piped.go); a table's indexes and statistics as soon as its rows are
//	           loaded (build.go)
//	scrub      credentials in rows that were loaded by INSERT statements (scrub.go)
//	post-data  entries that need more than one table (postdata.go)
//
// Only entries that are known to be independent run in parallel (independent.go).
package load
