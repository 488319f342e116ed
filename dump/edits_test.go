package dump

import (
	"testing"

	"github.com/rubyforgood/hectl/pgtools/archive"
)

func TestEdits(t *testing.T) {
	t.Parallel()
	data := readDump(t)
	d := dumpOf(t, data, false)
	head, raw, err := d.Edited()
	if err != nil || head != d.Head || &raw[0] != &d.HeadBytes[0] {
		t.Errorf("without edits, it is another head: %v", err)
	}
	var dropped, redefined, copied *archive.Entry
	for e := range d.Head.All() {
		switch e.Desc {
		case "CONSTRAINT":
			dropped = e
		case "SEQUENCE":
			redefined = e
		case "TABLE DATA":
			copied = e
		}
	}
	d.Edits.Drop(dropped)
	d.Edits.Redefine(redefined, "CREATE SEQUENCE changed")
	d.Edits.replaceCopy(copied, "COPY changed")
	d.Edits.Redefine(copied, "changed")
	if !d.Edits.Drops(dropped) || d.Edits.Drops(redefined) {
		t.Error("an entry is left out, or not, by mistake")
	}
	if d.Edits.Definition(redefined) != "CREATE SEQUENCE changed" || d.Edits.Definition(dropped) != dropped.Definition {
		t.Errorf("definitions %q, %q", d.Edits.Definition(redefined), d.Edits.Definition(dropped))
	}
	if head, _, err = d.Edited(); err != nil {
		t.Fatal(err)
	}
	byID := head.ByID()
	if byID[dropped.ID] != nil || len(head.Entries) != len(d.Head.Entries)-1 {
		t.Errorf("%d entries of %d are left", len(head.Entries), len(d.Head.Entries))
	}
	if e := byID[redefined.ID]; e.Definition != "CREATE SEQUENCE changed" || e.Copy != redefined.Copy {
		t.Errorf("%q, %q", e.Definition, e.Copy)
	}
	if e := byID[copied.ID]; e.Copy != "COPY changed" || e.Definition != "changed" { // the second edit keeps the first
		t.Errorf("%q, %q", e.Definition, e.Copy)
	}
}
