package dump

import (
	"bytes"
	"cmp"

	"github.com/rubyforgood/hectl/pgtools/archive"
)

// Edits are the changes that a restore makes to a dump's table of contents: entries left
// out and statements replaced. Every such decision is made while the dump is opened, before
// hectl changes the server. Every later step reads the edited head. The zero value changes
// nothing.
type Edits struct {
	byID map[int]archive.Edit
}

// Drop leaves an entry out.
func (x *Edits) Drop(e *archive.Entry) { x.set(e, func(c *archive.Edit) { c.Drop = true }) }

// Redefine replaces the definition of an entry.
func (x *Edits) Redefine(e *archive.Entry, sql string) {
	x.set(e, func(c *archive.Edit) { c.Definition = sql })
}

// replaceCopy replaces the COPY statement of an entry.
func (x *Edits) replaceCopy(e *archive.Entry, sql string) {
	x.set(e, func(c *archive.Edit) { c.Copy = sql })
}

func (x *Edits) set(e *archive.Entry, change func(*archive.Edit)) {
	if x.byID == nil {
		x.byID = map[int]archive.Edit{}
	}
	c := x.byID[e.ID]
	change(&c)
	x.byID[e.ID] = c
}

// Definition returns the definition of an entry as it is restored.
func (x *Edits) Definition(e *archive.Entry) string {
	return cmp.Or(x.byID[e.ID].Definition, e.Definition)
}

// Drops reports whether an entry is left out.
func (x *Edits) Drops(e *archive.Entry) bool { return x.byID[e.ID].Drop }

// Edited returns the dump's head with its edits applied, and the head's bytes. Its entries
// have no offsets; the offsets of the blocks are in d.Blocks.
func (d *Dump) Edited() (*archive.Head, []byte, error) {
	if len(d.Edits.byID) == 0 {
		return d.Head, d.HeadBytes, nil
	}
	raw, err := archive.Rewrite(d.HeadBytes, d.Head, func(e *archive.Entry) archive.Edit { return d.Edits.byID[e.ID] })
	if err != nil {
		return nil, nil, err
	}
	head, err := archive.ReadHead(bytes.NewReader(raw))
	return head, raw, err
}
