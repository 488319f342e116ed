package restore

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rubyforgood/hectl/pgtools/archive"
)

func TestPostDataPasses(t *testing.T) {
	entry := func(id int, section archive.Section, desc string) archive.Entry {
		return archive.Entry{ID: id, Section: section, Desc: desc}
	}
	table := entry(1, archive.SectionPreData, "TABLE")
	tableComment := entry(2, archive.SectionNone, "COMMENT")
	index := entry(3, archive.SectionPostData, "INDEX")
	indexComment := entry(4, archive.SectionNone, "COMMENT")
	key := entry(5, archive.SectionPostData, "CONSTRAINT")
	attach := entry(6, archive.SectionPostData, "INDEX ATTACH")
	foreignKey := entry(7, archive.SectionPostData, "FK CONSTRAINT")
	trigger := entry(8, archive.SectionPostData, "TRIGGER")
	triggerComment := entry(9, archive.SectionNone, "COMMENT")

	type ids struct{ Jobs, First, Last, N int }
	for _, tt := range []struct {
		name    string
		entries []archive.Entry
		want    []ids // First 0: all entries
	}{
		{"no partitions: one pass over all", []archive.Entry{table, tableComment, index, key, foreignKey}, []ids{{Jobs: 4}}},
		{"indexes, then attaching them one by one, then the rest",
			[]archive.Entry{table, tableComment, index, indexComment, key, attach, foreignKey, trigger, triggerComment},
			[]ids{{4, 3, 5, 3}, {1, 6, 6, 1}, {4, 7, 9, 3}}},
		{"nothing but partitions", []archive.Entry{table, index, attach}, []ids{{4, 3, 3, 1}, {1, 6, 6, 1}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got []ids
			for _, p := range postDataPasses(tt.entries, 4) {
				i := ids{Jobs: p.jobs, N: len(p.entries)}
				if p.entries != nil {
					i.First, i.Last = p.entries[0].ID, p.entries[len(p.entries)-1].ID
				}
				got = append(got, i)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}
