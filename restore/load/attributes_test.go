package load

import (
	"testing"

	"github.com/rubyforgood/hectl/dump"
	"github.com/rubyforgood/hectl/pgtools"
	"github.com/rubyforgood/hectl/pgtools/archive"
)

// The end of an option may depend on the string syntax. If the archive does not set it,
// no option is cut.
func TestEditAttributes(t *testing.T) {
	const odd = "CREATE TABLE public.t (\n    a text DEFAULT '\\'';\nALTER TABLE ONLY public.t ALTER COLUMN a SET (pg_attver=1); --'\n);\n"
	const plain = "CREATE TABLE public.t (\n    a text\n);\nALTER TABLE ONLY public.t ALTER COLUMN a SET (pg_attver=1);\n"
	for _, tt := range []struct {
		name, strings, definition string
		edits                     bool
	}{
		{"on", "on", plain, true},
		{"off", "off", plain, true},
		{"not said", "", plain, true},
		{"within a string", "on", odd, false},
		{"not within a string", "off", odd, true},
		{"perhaps within a string", "", odd, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := &archive.Head{Entries: []archive.Entry{{ID: 1, Desc: "TABLE", Namespace: "public", Tag: "t", Definition: tt.definition}}}
			if tt.strings != "" {
				h.Entries = append(h.Entries, archive.Entry{ID: 2, Desc: "STDSTRINGS", Definition: "SET standard_conforming_strings = '" + tt.strings + "';\n"})
			}
			d := &dump.Dump{Head: h}
			CutUnknownOptions(d, pgtools.Version{Major: 15})
			if got := d.Edits.Definition(&d.Head.Entries[0]) != d.Head.Entries[0].Definition; got != tt.edits {
				t.Errorf("edited: %t", got)
			}
		})
	}
}
