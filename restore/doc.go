// Package restore has the commands that turn a dump into a local database, one file
// each, and never puts the existing database at risk. Only main imports it.
//
// fetch.go and restore.go replace the target. Read from top to bottom, a fetch is:
//
//	options    flags and settings (options.go, masking.go, afterrestore.go, loginas.go)
//	guard      may the target be replaced? Then lock it: one run per target (target/)
//	open       find the dump, read its head, run the preflight, which reports all
//	           problems at once, and make the plan (replace.go, plan.go)
//	load       schema and rows into a temp database beside the target (load/)
//	swap       rename the target to X_previous and the temp database to the target,
//	           in one transaction (swap/)
//
// A failure before the swap leaves the target unchanged and drops the temp database.
// That cleanup has its own context, so it also runs after a signal. The next run drops
// what a killed run left behind.
//
// The other commands:
//
//	rollback   swaps the target and its previous database (rollback.go)
//	snapshot   copies of the target to go back to (snapshot/)
//	info       where each database comes from (info.go)
//	purge      drops what hectl keeps beside the target (purge.go, removal.go)
//	download   a dump into a file (download.go, partial.go)
//	verify     checks a dump, restores it into a scratch database if asked, and
//	           records the result (verify.go, record.go) or writes a report
//	           (evidence.go, audit/)
//
// The checks of "hectl doctor" for dumps, targets and masking are in doctor.go,
// doctorrole.go and doctormasking.go.
package restore
