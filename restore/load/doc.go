// Package load fills an empty database from a dump.
//
//	preflight  what would make the load fail: all problems at once (preflight.go), and
//	           what the server cannot hold, which is left out (lacks.go, leaveout.go)
//	schema     by pg_restore (load.go)
//	rows       several tables at once (data.go), a large one in several sessions
//	           (split.go), masked on their way (masked.go), or in order from a pipe
//	           (piped.go); a table's indexes and statistics as soon as its rows are
//	           in (build.go)
//	scrub      credentials in rows that came as statements (scrub.go)
//	post-data  what needs more than one table (postdata.go)
//
// Only what is known to be independent runs in parallel (independent.go).
package load
