package load

import (
	"strconv"
	"strings"
	"testing"

	"github.com/rubyforgood/hectl/dump"
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

// An entry that cannot be left out, or is reached through many others, is examined only
// once.
func TestOmitLacking(t *testing.T) {
	h := &archive.Head{}
	lacks := map[int]lack{}
	const chain = 5000
	for id := 1; id <= chain; id++ { // each is needed by the one before it
		h.Entries = append(h.Entries, archive.Entry{ID: id, Desc: "FUNCTION", Namespace: "public", Tag: "f" + strconv.Itoa(id), Dependencies: []int{id + 1}})
		lacks[id] = lack{why: "why"}
	}
	h.Entries = append(h.Entries, archive.Entry{ID: chain + 1, Desc: "SCHEMA", Tag: "public"})
	d := &dump.Dump{Head: h}
	o := omitter{d: d, takesRows: func(*archive.Entry) bool { return true }, needs: needs(h), lacks: lacks}
	o.omitLacking()
	o.name()
	if len(o.problems) > 0 || len(o.left) != 1 || strings.Count(o.left[0].Name, ", ") != chain-1 || !d.Edits.Drops(&h.Entries[chain-1]) {
		t.Errorf("%d problems, %d left out", len(o.problems), len(o.left))
	}
	if all := o.closure(&h.Entries[chain-1]); len(all) != 1 {
		t.Errorf("%d entries are looked at again", len(all)-1)
	}

	// Each entry has its own reason and a dependent entry. The list of names is limited.
	h = &archive.Head{}
	lacks = map[int]lack{}
	for id := 1; id < 2*mostProblems*2; id += 2 {
		h.Entries = append(h.Entries,
			archive.Entry{ID: id, Desc: "FUNCTION", Namespace: "public", Tag: "f" + strconv.Itoa(id)},
			archive.Entry{ID: id + 1, Desc: "VIEW", Namespace: "public", Tag: "v" + strconv.Itoa(id), Dependencies: []int{id}})
		lacks[id] = lack{why: "why " + strconv.Itoa(id)}
	}
	o = omitter{d: &dump.Dump{Head: h}, takesRows: func(*archive.Entry) bool { return true }, needs: needs(h), lacks: lacks}
	o.omitLacking()
	if len(o.problems) != mostProblems {
		t.Errorf("%d problems", len(o.problems))
	}
}

// Whether a later entry matters is independent of the first one.
func TestNoteMatters(t *testing.T) {
	o := omitter{}
	f := func(tag string) *archive.Entry {
		return &archive.Entry{Desc: "FUNCTION", Namespace: "public", Tag: tag}
	}
	o.note(f("a"), lack{why: "x"}, nil)
	o.note(f("b"), lack{why: "x", matters: true}, []string{"view public.v"})
	o.note(f("a"), lack{why: "x"}, nil)
	o.name()
	if len(o.left) != 1 || !o.left[0].Matters || o.left[0].Name != "public.a, public.b" || len(o.left[0].With) != 1 {
		t.Errorf("%+v", o.left)
	}
}
