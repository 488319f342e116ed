// Package restore contains the commands that turn a dump into a local database, one file
// each. They never put the existing database at risk. Only main imports the package.
//
// fetch.go and restore.go replace the target. Read from top to bottom, a fetch is:
//
//	options    flags and settings (options.go, masking.go, afterrestore.go, loginas.go)
//	guard      refuse a target that must not be replaced, then lock the target, so
//	           that only one run at a time changes it (target/)
//	open       find the dump, read its head, run the preflight, which reports all
//	           problems at once, and make the plan (replace.go, plan.go)
//	load       schema and rows into a temp database beside the target (load/)
//	swap       rename the target to X_previous and the temp database to the target,
//	           in one transaction (swap/)
//
// A failure before the swap leaves the target unchanged and drops the temp database. That
// cleanup has its own context, so it also runs after a signal. The next run drops what a
// killed run left behind.
//
// The other commands:
//
//	rollback   swaps the target and its previous database (rollback.go)
//	snapshot   saves and restores copies of the target (snapshot/)
//	info       shows where each database comes from (info.go)
//	purge      drops what hectl keeps beside the target (purge.go, removal.go)
//	download   writes a dump to a file (download.go, partial.go)
//	verify     checks a dump, restores it into a temp database if asked, and
//	           records the result (verify.go, record.go) or writes a report
//	           (evidence.go, audit/)
//
// The checks of "hectl doctor" for dumps, targets and masking are in doctor.go,
// doctorrole.go and doctormasking.go.
package restore
