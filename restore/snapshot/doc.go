// Package snapshot contains the commands of "hectl snapshot", one file each. It also
// contains the part of a fetch that handles snapshots: keep.go plans the snapshot that
// the fetch keeps, and recipe.go finds one that a fetch with the same recipe has kept.
//
// A snapshot is a copy of the target on the same server. It accepts no connections, and
// its mark records that hectl made it.
package snapshot
