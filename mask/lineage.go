package mask

import (
	"slices"

	"github.com/rubyforgood/hectl/pgtools/schema"
)

// maxDepth limits how many ancestors of a table hectl follows, because a hostile archive
// may have any number.
const maxDepth = 100

// ancestors returns t and the tables from which it inherits, nearest first. For a
// partition, the partitioned table comes first.
func ancestors(byName map[schema.Name]*schema.Table, t *schema.Table) []*schema.Table {
	isPart := func(of *schema.Table) bool { return of.PartitionOf != nil && byName[*of.PartitionOf] != nil }
	if list := slices.DeleteFunc(parts(byName, t), isPart); len(list) > 0 {
		return list
	}
	return []*schema.Table{t} // a hostile archive may have partitions that contain each other
}

// whole returns the topmost partitioned table above t, or t if it is not a partition.
func whole(byName map[schema.Name]*schema.Table, t *schema.Table) *schema.Table {
	return ancestors(byName, t)[0]
}

// lineage returns a function that returns the names of a table, of the partitioned tables
// above it, and of all tables from which it inherits.
func lineage(s *schema.Schema) func(*schema.Table) []string {
	byName := s.ByName()
	return func(t *schema.Table) []string {
		var names []string
		for _, of := range parts(byName, t) {
			names = append(names, of.Name.Name)
		}
		return names
	}
}

// parts returns t, the partitioned tables above it, and all tables from which it inherits.
func parts(byName map[schema.Name]*schema.Table, t *schema.Table) []*schema.Table {
	var all []*schema.Table
	for next := []*schema.Table{t}; len(next) > 0 && len(all) < maxDepth; next = next[1:] {
		of := next[0]
		if of == nil || slices.Contains(all, of) { // a hostile archive may have tables that inherit from each other
			continue
		}
		all = append(all, of)
		for _, parent := range of.Inherits {
			next = append(next, byName[parent])
		}
		if of.PartitionOf != nil {
			next = append(next, byName[*of.PartitionOf])
		}
	}
	return all
}
