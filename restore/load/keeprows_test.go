package load

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rubyforgood/hectl/dump"
	"github.com/rubyforgood/hectl/internal/config"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/mask"
	"github.com/rubyforgood/hectl/mask/rows"
	"github.com/rubyforgood/hectl/pgtools/archive"
)

func keptRows(t *testing.T, patterns ...string) KeptRows {
	t.Helper()
	var values []config.Value
	for _, p := range patterns {
		values = append(values, config.Value{Text: p})
	}
	k, err := NewKeptRows(values)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestKeptRows(t *testing.T) {
	t.Parallel()
	if _, err := NewKeptRows([]config.Value{{Text: "public."}}); fault.CodeOf(err) != fault.Usage {
		t.Errorf("an incomplete pattern: %v", err)
	}
	one, other := keptRows(t, "b", "a", "b"), keptRows(t, "a", "b")
	if one.Key() != other.Key() || one.Key() == keptRows(t, "a").Key() {
		t.Errorf("%q, %q", one.Key(), other.Key())
	}
}

func TestFindKept(t *testing.T) {
	t.Parallel()
	h := &archive.Head{}
	for i, table := range []string{"delayed_jobs", "users"} {
		id := 2*i + 1
		h.Entries = append(h.Entries,
			archive.Entry{ID: id, Section: archive.SectionPreData, Desc: "TABLE", Namespace: "public", Tag: table, Definition: "CREATE TABLE public." + table + " (\n    id bigint\n);\n"},
			archive.Entry{ID: id + 1, Section: archive.SectionData, Desc: "TABLE DATA", Namespace: "public", Tag: table, Dependencies: []int{id}})
	}
	const jobs = 2
	all, err := NewChooser(nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	others, err := NewChooser(nil, []string{"delayed_jobs"})
	if err != nil {
		t.Fatal(err)
	}
	dropped := &dump.Dump{Head: h}
	dropped.Edits.Drop(h.ByID()[jobs])
	whole := &dump.Dump{Head: h}
	ruled := mask.NewPlan(map[int]*rows.Table{jobs: {None: true}}, "")
	for _, tt := range []struct {
		name        string
		keep        KeptRows
		tables      Chooser
		d           *dump.Dump
		plan        *mask.Plan
		kept, ruled []string
	}{
		{"nothing to keep", nil, all, whole, nil, nil, nil},
		{"a table of jobs", keptRows(t, "delayed_jobs"), all, whole, nil, []string{"delayed_jobs"}, nil},
		{"a table whose rows are restored anyway", keptRows(t, "users"), all, whole, nil, nil, nil},
		{"left out by the rules", keptRows(t, "*"), all, whole, ruled, nil, []string{"delayed_jobs"}},
		{"left out with --exclude-table-data", keptRows(t, "*"), others, whole, nil, nil, nil},
		{"not restored", keptRows(t, "*"), all, dropped, nil, nil, nil},
	} {
		kept, byRules := Options{KeepRows: tt.keep, Tables: tt.tables}.FindKept(tt.d, tt.plan)
		if diff := cmp.Diff([][]string{tt.kept, tt.ruled}, [][]string{kept, byRules}); diff != "" {
			t.Errorf("%s: %s", tt.name, diff)
		}
	}
}
