package schema_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/rubyforgood/hectl/pgtools/archive"
	"github.com/rubyforgood/hectl/pgtools/schema"
)

// Up to version 13 pg_dump attaches a partition in the entry of its table, and from 14 on
// in a separate entry. Both mean the same.
func TestAttachments(t *testing.T) {
	whole := archive.Entry{ID: 1, Desc: "TABLE", Namespace: "public", Tag: "whole", Definition: "CREATE TABLE public.whole (\n    at date,\n    name text DEFAULT ' ATTACH PARTITION '::text\n)\nPARTITION BY RANGE (at);\n"}
	part := archive.Entry{ID: 2, Desc: "TABLE", Namespace: "public", Tag: "part", Definition: "CREATE TABLE public.part (\n    at date,\n    name text\n);\n"}
	const attach = "ALTER TABLE ONLY public.whole ATTACH PARTITION public.part FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');\n"
	other := archive.Entry{ID: 4, Desc: "TABLE", Namespace: "public", Tag: "row_type", Definition: "CREATE TABLE public.row_type (\n    a integer\n);\n"}

	old := part
	old.Definition += attach
	old.Dependencies = []int{4, 1}
	separate := archive.Entry{ID: 3, Desc: "TABLE ATTACH", Namespace: "public", Tag: "part", Definition: attach, Dependencies: []int{1, 2}}
	for name, entries := range map[string][]archive.Entry{"13": {other, whole, old}, "14": {other, whole, part, separate}} {
		h := &archive.Head{ServerVersion: name, DumpVersion: name, Entries: entries}
		if err := schema.Genuine(h); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if got := schema.Attachments(h); !maps.Equal(got, map[int]int{2: 1}) {
			t.Errorf("%s: %v", name, got)
		}
		for _, table := range schema.Read(h).Tables {
			if is := table.PartitionOf != nil && *table.PartitionOf == (schema.Name{Schema: "public", Name: "whole"}); is != (table.Name.Name == "part") {
				t.Errorf("%s: %s is a partition of %v", name, table.Name.Name, table.PartitionOf)
			}
		}
	}
	old.Definition = part.Definition + "ALTER TABLE ONLY public.whole DETACH PARTITION public.part;\n"
	if err := schema.Genuine(&archive.Head{Entries: []archive.Entry{whole, old}}); err == nil {
		t.Error("a partition may be detached")
	}
}

func TestAncestors(t *testing.T) {
	name := func(n string) schema.Name { return schema.Name{Schema: "public", Name: n} }
	p := schema.Partitions{name("part"): name("middle"), name("middle"): name("root"), name("a"): name("b"), name("b"): name("a")}
	for of, want := range map[string][]schema.Name{
		"part": {name("part"), name("middle"), name("root")},
		"root": {name("root")},
	} {
		if got := slices.Collect(p.Ancestors(name(of))); !slices.Equal(got, want) {
			t.Errorf("%s: %v", of, got)
		}
	}
	if got := slices.Collect(p.Ancestors(name("a"))); len(got) < 2 || len(got) > 1000 {
		t.Errorf("partitions in a circle have %d ancestors", len(got))
	}
}
