// Package restore turns a dump into a database, and never risks the one that is
// there.
//
// The target is not touched until a complete new database stands beside it:
//
//	guard       is the target one that may be replaced? (guard.go)
//	lock        one run a target
//	preflight   credentials, dump, client tools, extensions: all problems at once
//	temp        CREATE DATABASE target_hectl_TIME from template0 (names.go)
//	load        (load.go) the schema; then all tables' rows, several tables at once
//	            (data.go) and a large one in several sessions (split.go); as soon
//	            as a table's rows are in, its indexes and statistics (build.go);
//	            in the end what needs more than one table (postdata.go)
//	scrub       when all rows are in: no password, token or job of production
//	            stays (scrub.go); tables that it changes get their indexes later
//	swap        target becomes target_previous, temp becomes target: renames in
//	            one transaction (swap.go)
//
// Whatever fails before the swap leaves the target as it was and drops the temp
// database, on a context of its own, so that a signal does not leave it behind.
// What a killed run could not drop, the next run does.
//
// What hectl keeps on the server is marked by the comment on it (mark.go), and
// counts when name and mark agree (holdings.go): the previous database, which "hectl
// rollback" puts back, snapshots (snapshot.go and its like), and temp databases.
// "hectl info" shows all that, "hectl purge" removes it. A fetch may keep a snapshot
// (keep.go) and restore from one (recipe.go) in place of the dump.
//
// Two more commands read a dump without replacing anything: "hectl download"
// (download.go, partial.go) and "hectl verify" (verify.go), which may restore it
// by way of trial (scratch.go) and note the result (record.go). Both look at
// every byte by way of check.go.
package restore
