// Package target guards the database that a command replaces, copies or changes.
//
//	t.Lock     guard by flags and settings, connect, guard by what the server says,
//	           lock, guard again (target.go)
//	guard      the rules that refuse a target (guard.go), by its identity
//	           (identity.go) and by what its rows say of its environment (metadata.go)
//	rights     what the role lacks (rights.go), and free disk space (room.go)
//	marks      what hectl keeps on the server is marked by the comment on it (mark.go,
//	           origin.go), and counts when name and mark agree (names.go, holdings.go)
//	leftovers  what interrupted runs left behind (leftovers.go, tempfolders.go)
//
// The guard judges again whenever time has passed: once the lock is held, and at the
// swap. See docs/guard.md for the rules and their tests.
package target
