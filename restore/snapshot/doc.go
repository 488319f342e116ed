// Package snapshot has the commands of "hectl snapshot", one file each. It also has what
// a fetch does with snapshots: keep.go plans the one that the fetch keeps, and recipe.go
// finds one that a fetch with the same recipe has kept.
//
// A snapshot is a copy of the target on the same server. It accepts no connections, and
// its mark says that hectl made it.
package snapshot
