package load

import (
	"slices"
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
	view := entry(10, archive.SectionPostData, "MATERIALIZED VIEW")
	viewIndex := entry(11, archive.SectionPostData, "INDEX")
	viewIndex.Dependencies = []int{view.ID}
	clustered := entry(12, archive.SectionPostData, "INDEX")
	clustered.Definition = "CREATE INDEX i ON public.t USING btree (a);\n\nALTER TABLE public.t CLUSTER ON i;\n"
	function := entry(14, archive.SectionPreData, "FUNCTION")
	calling := entry(15, archive.SectionPostData, "INDEX")
	calling.Dependencies = []int{table.ID, function.ID}
	filled := entry(16, archive.SectionPostData, "MATERIALIZED VIEW DATA")
	filled.Dependencies = []int{view.ID}
	behind := entry(17, archive.SectionPreData, "MATERIALIZED VIEW")
	behind.Dependencies = []int{function.ID}
	filledBehind := entry(18, archive.SectionPostData, "MATERIALIZED VIEW DATA")
	filledBehind.Dependencies = []int{behind.ID}
	query := entry(19, archive.SectionPreData, "MATERIALIZED VIEW")
	query.Definition = "CREATE MATERIALIZED VIEW public.q AS\n SELECT query_to_xml('SELECT 1'::text, true, true, ''::text) AS x\n  WITH NO DATA;\n"
	filledByQuery := entry(20, archive.SectionPostData, "MATERIALIZED VIEW DATA")
	filledByQuery.Dependencies = []int{query.ID}
	eventTrigger := entry(21, archive.SectionPostData, "EVENT TRIGGER")
	eventComment := entry(22, archive.SectionNone, "COMMENT")
	ofPart := entry(23, archive.SectionPostData, "TRIGGER")
	ofPart.Definition = "ALTER TABLE public.part DISABLE TRIGGER tg;\n"
	ofPartComment := entry(24, archive.SectionNone, "COMMENT")
	trigger.Definition = "CREATE TRIGGER tg BEFORE INSERT ON public.t FOR EACH ROW EXECUTE FUNCTION public.f();\n\nALTER TABLE public.t DISABLE TRIGGER tg;\n"
	partIndex := entry(13, archive.SectionPostData, "INDEX")
	partIndex.Dependencies = []int{clustered.ID}

	type ids struct {
		Jobs    int
		Entries []int
	}
	head := func(entries ...archive.Entry) *archive.Head { return &archive.Head{Entries: entries} }
	for _, tt := range []struct {
		name     string
		head     *archive.Head
		restored []int
		want     []ids
	}{
		{"no partitions: one pass over all", head(table, tableComment, index, key, foreignKey), nil,
			[]ids{{4, []int{3, 5, 7}}}},
		{"indexes, then attaching them one by one, then the rest",
			head(table, tableComment, index, indexComment, key, attach, foreignKey, trigger, triggerComment), nil,
			[]ids{{4, []int{3, 4, 5}}, {1, []int{6}}, {4, []int{7, 8, 9}}}},
		{"nothing but partitions", head(table, index, attach), nil, []ids{{4, []int{3}}, {1, []int{6}}}},
		{"what is there already is left out, its comment is not",
			head(table, index, indexComment, key, attach, foreignKey), []int{3, 5},
			[]ids{{4, []int{4}}, {1, []int{6}}, {4, []int{7}}}},
		{"a view that needs a key, and its index", head(table, key, view, viewIndex, attach, foreignKey), []int{5},
			[]ids{{4, []int{10, 11}}, {1, []int{6}}, {4, []int{7}}}},
		{"the same, behind what is attached", head(table, key, attach, view, viewIndex, index), []int{5},
			[]ids{{4, []int{3}}, {1, []int{6}}, {4, []int{10, 11}}}},
		{"an index that alters its table", head(table, clustered, index, foreignKey), nil,
			[]ids{{4, []int{3}}, {1, []int{12}}, {4, []int{7}}}},
		{"such an index of a whole, to which one of a part is attached", head(table, clustered, partIndex, attach), nil,
			[]ids{{4, []int{13}}, {1, []int{12, 6}}}},
		{"an index that alters its table, restored", head(table, clustered, index, foreignKey), []int{3, 12},
			[]ids{{4, []int{7}}}},
		{"an index that calls a function", head(function, table, calling, index, foreignKey), nil,
			[]ids{{4, []int{3}}, {1, []int{15}}, {4, []int{7}}}},
		{"views to fill", head(table, index, view, filled, filled), nil, []ids{{4, []int{3, 10, 16, 16}}}},
		{"views to fill, one behind a function", head(function, behind, index, view, filled, foreignKey, filledBehind), nil,
			[]ids{{4, []int{3, 10, 7}}, {1, []int{16, 18}}}},
		{"a view that runs a query", head(query, index, filledByQuery), nil, []ids{{4, []int{3}}, {1, []int{20}}}},
		{"event triggers", head(index, eventTrigger, eventComment, filled), nil, []ids{{4, []int{3}}, {1, []int{21, 22, 16}}}},
		{"a trigger of a part, made by that of the whole", head(ofPart, ofPartComment, trigger, triggerComment, foreignKey, filled), nil,
			[]ids{{4, []int{8, 9, 7, 16}}, {1, []int{23, 24}}}},
		{"the same, with views to fill", head(function, behind, index, attach, ofPart, trigger, filledBehind), nil,
			[]ids{{4, []int{3}}, {1, []int{6}}, {4, []int{8}}, {1, []int{23}}, {1, []int{18}}}},
		{"nothing left", head(table, index, key), []int{3, 5}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			restored := map[int]bool{}
			for _, id := range tt.restored {
				restored[id] = true
			}
			var got []ids
			for _, p := range postDataPasses(tt.head, restored, 4, newDependents(tt.head)) {
				i := ids{Jobs: p.jobs}
				for _, e := range p.entries {
					i.Entries = append(i.Entries, e.ID)
				}
				got = append(got, i)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestEntryOf(t *testing.T) {
	entries := []*archive.Entry{
		{ID: 1, TableOID: "2606", OID: "5", Desc: "FK CONSTRAINT", Tag: "t k", Owner: "me", Definition: "ALTER TABLE ONLY public.t\n    ADD CONSTRAINT k FOREIGN KEY (a);\n"},
		{ID: 2, TableOID: "2606", OID: "6", Desc: "FK CONSTRAINT", Tag: "t k2", Owner: "me", Definition: "ALTER TABLE ONLY public.t\n    ADD CONSTRAINT k2 FOREIGN KEY (a);\n"},
		{ID: 3, Desc: "COMMENT", Tag: "x"},
	}
	for statement, want := range map[string]string{
		"ALTER TABLE ONLY public.t\n    ADD CONSTRAINT k FOREIGN KEY (a);":                          "1; 2606 5 FK CONSTRAINT t k me",
		"ALTER TABLE ONLY public.t\n    ADD CONSTRAINT k2 FOREIGN KEY (a);\n\ncreating INDEX \"i\"": "2; 2606 6 FK CONSTRAINT t k2 me",
		"ALTER TABLE ONLY public.t\n    ADD CONSTRAINT k2 FOR":                                      "2; 2606 6 FK CONSTRAINT t k2 me",
		"ALTER TABLE ONLY public.t": "",
		"CREATE INDEX":              "",
		"":                          "",
	} {
		if got := entryOf(entries, statement); got != want {
			t.Errorf("%q: %q", statement, got)
		}
	}
}

// Row security is enabled after all foreign keys, including those of partitions.
func TestRowSecurityFollowsKeys(t *testing.T) {
	t.Parallel()
	post := func(id int, desc, tag string, on ...int) archive.Entry {
		return archive.Entry{ID: id, Section: archive.SectionPostData, Desc: desc, Namespace: "public", Tag: tag, Definition: "SELECT 1;\n", Dependencies: on}
	}
	h := &archive.Head{Entries: []archive.Entry{
		{ID: 1, Section: archive.SectionPreData, Desc: "TABLE", Namespace: "public", Tag: "t", Definition: "CREATE TABLE public.t (\n    a integer\n)\nPARTITION BY LIST (a);\n"},
		{ID: 2, Section: archive.SectionPreData, Desc: "TABLE", Namespace: "public", Tag: "p", Definition: "CREATE TABLE public.p (\n    a integer\n);\n"},
		{ID: 3, Section: archive.SectionPreData, Desc: "TABLE ATTACH", Namespace: "public", Tag: "p", Definition: "ALTER TABLE ONLY public.t ATTACH PARTITION public.p DEFAULT;\n", Dependencies: []int{1, 2}},
		{ID: 4, Section: archive.SectionPreData, Desc: "TABLE", Namespace: "public", Tag: "u", Definition: "CREATE TABLE public.u (\n    a integer\n);\n"},
		post(5, "ROW SECURITY", "u", 4),
		post(6, "FK CONSTRAINT", "t t_a_fkey", 1, 4),
		post(7, "POLICY", "u one", 4),
	}}
	var order []string
	for _, pass := range postDataPasses(h, nil, 2, newDependents(h)) {
		for _, e := range pass.entries {
			order = append(order, e.Desc)
		}
	}
	if want := []string{"POLICY", "FK CONSTRAINT", "ROW SECURITY"}; !slices.Equal(order, want) {
		t.Errorf("the order is %q, not %q", order, want)
	}
}
