package dump

import (
	"errors"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/pgtools/schema"
)

// CheckDefinitions refuses a dump whose table of contents has statements that pg_dump does
// not write. It also regenerates the COPY statements, so hectl runs none from the dump.
func (d *Dump) CheckDefinitions() error {
	err := schema.Genuine(d.Head)
	if errors.Is(err, schema.ErrKind) {
		return fault.New(fault.Failed, "install the newest hectl; if it also refuses a dump that pg_dump wrote, report the error", "restore %s: %w", d.Name, err)
	}
	var copies map[int]string
	if err == nil {
		copies, err = schema.CopyStatements(d.Head)
	}
	if err != nil {
		return fault.New(fault.Integrity, "find out who wrote the dump; docs/security.md describes what hectl checks",
			"%s is not what pg_dump writes: %w", d.Name, err)
	}
	for e := range d.Head.All() {
		if copies[e.ID] != e.Copy {
			d.Edits.replaceCopy(e, copies[e.ID])
		}
	}
	return nil
}
