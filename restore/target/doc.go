// Package target guards the database that a command replaces, copies or changes.
//
//	t.Lock      guard by flags and settings, connect, guard by the server's answers,
//	            lock, guard again (target.go)
//	guard       the rules that refuse a target (guard.go), by its identity (identity.go)
//	            and by the environment that its rows name (metadata.go)
//	production  the same check for the databases that hectl keeps (production.go)
//	rights      what the role lacks (rights.go), and free disk space (room.go)
//	marks       the comments by which hectl recognizes its databases (mark.go,
//	            origin.go); a database is hectl's if name and mark agree (names.go,
//	            holdings.go)
//	leftovers   what interrupted runs left behind (leftovers.go, tempfolders.go)
//
// The guard checks again once the lock is held and at the swap, because the target may
// have changed by then. See docs/guard.md for the rules and their tests.
package target
