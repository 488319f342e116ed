package restore

import (
	"strconv"
	"testing"

	"github.com/rubyforgood/hectl/pgtools/archive"
)

func TestExtensionsOf(t *testing.T) {
	h := &archive.Head{Entries: []archive.Entry{
		{ID: 1, Desc: "EXTENSION", Tag: "postgis", Definition: "CREATE EXTENSION IF NOT EXISTS postgis WITH SCHEMA public;\n"},
		{ID: 2, Desc: "EXTENSION", Tag: "postgis_topology", Definition: "CREATE EXTENSION IF NOT EXISTS postgis_topology WITH SCHEMA topology;\n"},
		{ID: 3, Desc: "EXTENSION", Tag: "odd", Definition: "CREATE EXTENSION IF NOT EXISTS odd WITH SCHEMA \"Odd one\";\n"},
	}}
	for i := range 1000 {
		h.Entries = append(h.Entries, archive.Entry{ID: 10 + i, Desc: "COMMENT", Namespace: "n" + strconv.Itoa(i%2), Dependencies: []int{9, 9}})
	}
	x := extensionsOf(h)
	if len(x.all) != 3 {
		t.Fatalf("%d entries are looked at for each guess", len(x.all))
	}
	for namespace, want := range map[string]int{"topology": 2, "public": 1, "Odd one": 3, "postgis": 0, "other": 0, "": 0} {
		got := 0
		if e := x.of(namespace); e != nil {
			got = e.ID
		}
		if got != want {
			t.Errorf("%s: %d", namespace, got)
		}
	}
	if len(x.known) != 6 {
		t.Errorf("%d guesses are kept", len(x.known))
	}
}

func TestNeeds(t *testing.T) {
	found := needs(&archive.Head{Entries: []archive.Entry{
		{ID: 1, Desc: "EXTENSION", Tag: "x", Definition: "CREATE EXTENSION IF NOT EXISTS x WITH SCHEMA public;\n"},
		{ID: 2, Desc: "TABLE DATA", Namespace: "public", Dependencies: []int{9, 1, 1, 9}},
		{ID: 3, Desc: "TABLE DATA", Namespace: "public", Dependencies: []int{9}},
		{ID: 4, Desc: "COMMENT", Namespace: "public", Dependencies: []int{2, 3, 2}},
	}})
	for id, want := range map[int]int{1: 2, 2: 1, 3: 1} {
		if len(found[id]) != want {
			t.Errorf("%d is needed by %v", id, found[id])
		}
	}
}
