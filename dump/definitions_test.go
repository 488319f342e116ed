package dump

import (
	"strings"
	"testing"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/pgtools/archive"
)

func TestCheckDefinitions(t *testing.T) {
	t.Parallel()
	table := archive.Entry{ID: 2, Section: archive.SectionPreData, Desc: "TABLE", Namespace: "public", Tag: "t", Definition: "CREATE TABLE public.t (\n    a integer\n);\n"}
	row := func(statement string) archive.Entry {
		return archive.Entry{ID: 1, Section: archive.SectionData, Desc: "TABLE DATA", Namespace: "public", Tag: "t", Copy: statement}
	}
	for _, tt := range []struct {
		name string
		e    archive.Entry
		code fault.Code
		hint string
		copy string // regenerated statement; "" means the dump's own
	}{
		{"as pg_dump writes it", row("COPY public.t (a) FROM stdin;\n"), fault.Done, "", ""},
		{"written in another way", row("COPY  public.t(a) FROM stdin;\n"), fault.Done, "", "COPY public.t (a) FROM stdin;\n"},
		{"rows for another table", row("COPY public.other (a) FROM stdin;\n"), fault.Integrity, "find out who wrote the dump", ""},
		{"another statement", row("COPY public.t (a) FROM PROGRAM 'x';\n"), fault.Integrity, "find out who wrote the dump", ""},
		{"a kind of a later version", archive.Entry{ID: 1, Desc: "QUANTUM GRAPH", Tag: "x", Definition: "CREATE"}, fault.Failed, "install the newest hectl", ""},
	} {
		d := &Dump{Name: "x.dump", Head: &archive.Head{Entries: []archive.Entry{table, tt.e}}}
		err := d.CheckDefinitions()
		if fault.CodeOf(err) != tt.code || !strings.Contains(strings.Join(fault.Hints(err), ""), tt.hint) {
			t.Errorf("%s: %v, hints %q", tt.name, err, fault.Hints(err))
		}
		if got := d.Edits.byID[1].Copy; got != tt.copy {
			t.Errorf("%s: runs %q", tt.name, got)
		}
	}
}
