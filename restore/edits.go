package restore

import (
	"bytes"

	"github.com/rubyforgood/hectl/pgtools/archive"
)

// edits are the changes that a restore makes to a dump's table of contents before
// anything runs it: entries that are left out, and statements that are replaced.
// Every decision of this kind is added here while the dump is opened, before the
// server is changed, and everything after that reads the edited head. The zero
// value changes nothing.
type edits struct {
	byID map[int]archive.Edit
}

// drop leaves an entry out.
func (x *edits) drop(e *archive.Entry) { x.set(e, func(c *archive.Edit) { c.Drop = true }) }

// define replaces the definition of an entry.
func (x *edits) define(e *archive.Entry, sql string) {
	x.set(e, func(c *archive.Edit) { c.Definition = sql })
}

// copyWith replaces the COPY statement of an entry.
func (x *edits) copyWith(e *archive.Entry, sql string) {
	x.set(e, func(c *archive.Edit) { c.Copy = sql })
}

func (x *edits) set(e *archive.Entry, change func(*archive.Edit)) {
	if x.byID == nil {
		x.byID = map[int]archive.Edit{}
	}
	c := x.byID[e.ID]
	change(&c)
	x.byID[e.ID] = c
}

// definition returns the definition of an entry as it is restored.
func (x *edits) definition(e *archive.Entry) string {
	if now := x.byID[e.ID].Definition; now != "" {
		return now
	}
	return e.Definition
}

// drops reports whether an entry is left out.
func (x *edits) drops(e *archive.Entry) bool { return x.byID[e.ID].Drop }

// edited returns the dump's head with its edits, and its bytes. Its entries have
// no places: those of the blocks are in d.Blocks.
func (d *dump) edited() (*archive.Head, []byte, error) {
	if len(d.edits.byID) == 0 {
		return d.Head, d.raw, nil
	}
	raw, err := archive.Rewrite(d.raw, d.Head, func(e *archive.Entry) archive.Edit { return d.edits.byID[e.ID] })
	if err != nil {
		return nil, nil, err
	}
	head, err := archive.ReadHead(bytes.NewReader(raw))
	return head, raw, err
}
