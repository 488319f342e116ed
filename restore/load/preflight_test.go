package load

import (
	"testing"

	"github.com/rubyforgood/hectl/pgtools/archive"
)

func TestDefines(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		kinds []string
		want  bool
	}{
		{"an empty archive", nil, true},
		{"no rows", []string{"FUNCTION"}, true},
		{"a table and rows", []string{"TABLE", "TABLE DATA"}, true},
		{"rows of an extension's table", []string{"TABLE DATA", "EXTENSION"}, true},
		{"a foreign table", []string{"FOREIGN TABLE", "TABLE DATA"}, true},
		{"rows only", []string{"TABLE DATA", "SEQUENCE SET"}, false},
	} {
		h := &archive.Head{}
		for i, kind := range tt.kinds {
			h.Entries = append(h.Entries, archive.Entry{ID: i + 1, Desc: kind})
		}
		if got := defines(h); got != tt.want {
			t.Errorf("%s: %t", tt.name, got)
		}
	}
}

func TestForeignRows(t *testing.T) {
	t.Parallel()
	h := &archive.Head{Entries: []archive.Entry{
		{ID: 1, Section: archive.SectionPreData, Desc: "TABLE", Tag: "local"},
		{ID: 2, Section: archive.SectionPreData, Desc: "FOREIGN TABLE", Tag: "remote"},
		{ID: 3, Section: archive.SectionData, Desc: "TABLE DATA", Tag: "local", Dependencies: []int{1}},
		{ID: 4, Section: archive.SectionData, Desc: "TABLE DATA", Tag: "remote", Dependencies: []int{2}},
		{ID: 5, Section: archive.SectionPostData, Desc: "TRIGGER", Tag: "remote t", Dependencies: []int{2}},
		{ID: 6, Section: archive.SectionData, Desc: "TABLE DATA", Tag: "unknown", Dependencies: []int{99}},
	}}
	if got := foreignRows(h); len(got) != 1 || got[0].ID != 4 {
		t.Errorf("found %v", got)
	}
}
