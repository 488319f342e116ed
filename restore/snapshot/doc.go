// Package snapshot has the commands of "hectl snapshot", one file each, and what a fetch
// does with snapshots: keep one (keep.go) and restore from one that a fetch by the same
// recipe made (recipe.go).
//
// A snapshot is a copy of the target on the same server. Nobody can connect to it, and
// the mark on it says that hectl made it.
package snapshot
