package load

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rubyforgood/hectl/pgtools/archive"
)

func TestDivideWork(t *testing.T) {
	entry := func(id int, section archive.Section, desc, tag string, on ...int) archive.Entry {
		return archive.Entry{ID: id, Section: section, Desc: desc, Namespace: "public", Tag: tag, Dependencies: on}
	}
	pre, data, post := archive.SectionPreData, archive.SectionData, archive.SectionPostData
	h := &archive.Head{Entries: []archive.Entry{
		entry(1, pre, "FUNCTION", "f()"),
		entry(2, pre, "TABLE", "items"),
		entry(3, pre, "TABLE", "users"),
		entry(4, pre, "TABLE", "parted"),
		entry(5, pre, "TABLE", "part", 4), // ATTACH PARTITION is a separate entry, so neither table depends on both
		entry(6, pre, "TABLE", "left_out"),
		entry(7, pre, "TABLE", "inserts"),
		entry(8, pre, "FOREIGN TABLE", "elsewhere"),
		entry(9, pre, "TABLE", "other"),
		entry(12, data, "TABLE DATA", "items", 2),
		entry(13, data, "TABLE DATA", "users", 3),
		entry(15, data, "TABLE DATA", "part", 5),
		entry(17, data, "TABLE DATA", "inserts", 7),
		entry(18, data, "TABLE DATA", "elsewhere", 8),
		entry(19, data, "TABLE DATA", "other", 9),
		entry(20, post, "CONSTRAINT", "items items_pkey", 2),
		entry(21, post, "INDEX", "items_f", 2, 1),
		entry(22, post, "INDEX", "items_name", 2),
		entry(23, post, "INDEX", "users_email", 3),
		entry(24, post, "INDEX", "parted_i", 4),
		entry(25, post, "INDEX", "part_i", 5),
		entry(26, post, "INDEX ATTACH", "part_i", 24, 25),
		entry(27, post, "INDEX", "left_out_i", 6),
		entry(28, post, "FK CONSTRAINT", "items items_users", 2, 3, 20),
		entry(29, post, "TRIGGER", "items audit", 2, 1),
		entry(30, post, "STATISTICS", "inserts_s", 7),
		entry(31, post, "INDEX", "inserts_i", 7),
		entry(32, post, "INDEX", "items_later", 2, 30),
		entry(33, post, "INDEX", "items_clustered", 2),
		entry(34, post, "INDEX", "users_lower", 3, 3),
		entry(35, post, "STATISTICS", "other_s", 9, 9),
	}}
	h.ByID()[33].Definition = "CREATE INDEX items_clustered ON public.items USING btree (i);\n\nALTER TABLE public.items CLUSTER ON items_clustered;\n"
	var copies []tableCopy
	for _, id := range []int{12, 13, 15, 18, 19} {
		e := h.ByID()[id]
		copies = append(copies, tableCopy{entry: e, table: tableOf(h.ByID(), e)})
	}
	copies[2].table = nil // copied into parted
	rest := remainder{entries: []*archive.Entry{h.ByID()[17]}}
	relations := []relation{
		{Schema: "public", Name: "items"},
		{Schema: "public", Name: "users"},
		{Schema: "public", Name: "part", Inherits: true},
		{Schema: "other", Name: "items", Inherits: true},
	}

	type work struct {
		Table         string
		Keys, Indexes []string
		Late, Analyze bool
	}
	tags := func(entries []*archive.Entry) (tags []string) {
		for _, e := range entries {
			tags = append(tags, e.Tag)
		}
		return tags
	}
	got := map[int]work{}
	for id, w := range divideWork(h, copies, rest, relations, newDependents(h)) {
		got[id] = work{w.table.Tag, tags(w.keys), tags(w.indexes), w.late, w.analyze}
	}
	want := map[int]work{
		12: {"items", []string{"items items_pkey", "items_clustered"}, []string{"items_name"}, false, false},
		13: {"users", nil, []string{"users_email", "users_lower"}, false, true},
		15: {"part", nil, []string{"part_i"}, true, false},
		17: {"inserts", nil, []string{"inserts_i"}, true, false},
		19: {"other", nil, nil, false, false},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
