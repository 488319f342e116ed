package load

import (
	"context"
	"fmt"
	"slices"

	"github.com/rubyforgood/hectl/dump"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/pgtools"
	"github.com/rubyforgood/hectl/pgtools/archive"
)

// Preflight is the result of the checks before a restore changes anything.
type Preflight struct {
	Tool     pgtools.Tool // the pg_restore to use
	Left     []LeftOut
	Problems []error // everything that would make the restore fail
}

// Check looks for a suitable pg_restore and for problems that would make a restore
// fail.
func (o Options) Check(ctx context.Context, admin *pgtools.DB, d *dump.Dump, tools *pgtools.Tools) (p Preflight, err error) {
	add := func(problems ...error) { p.Problems = append(p.Problems, problems...) }
	if p.Tool, err = tools.Restore(admin.ServerVersion(), d.Head.Version.Minor); err != nil {
		add(err)
	} else if !p.Tool.Reads(d.Head.Version.Minor) {
		if _, err := archive.Downgrade(d.HeadBytes, d.Head); err != nil {
			add(fmt.Errorf("%w (%w)", tools.NoRestore(d.Head.Version.Minor, admin.ServerVersion()), err))
		}
	}
	if err := noLiterals(d.Head, admin.ServerVersion()); err != nil {
		add(err)
	}
	if !defines(d.Head) {
		add(fault.New(fault.Failed, "dump the database with its definitions: pg_dump -Fc, without -a (--data-only) or --section=data",
			"the dump has rows, but does not define their tables"))
	}
	left, unmet, err := o.leaveOut(ctx, admin, d)
	if err != nil {
		return p, err
	}
	p.Left = left
	add(unmet...)
	for _, e := range foreignRows(d.Head) {
		if o.Tables.Takes(e) && !d.Edits.Drops(e) {
			add(fmt.Errorf("the dump has rows of the foreign table %s, which would be written to another server: leave them out with --exclude-table-data", e.DisplayName()))
		}
	}
	return p, nil
}

// defines reports whether an archive with rows also defines a table, or an extension that
// may define one.
func defines(h *archive.Head) bool {
	rows := false
	for e := range h.All() {
		switch e.Desc {
		case "TABLE", "FOREIGN TABLE", "EXTENSION":
			return true
		case "TABLE DATA":
			rows = true
		}
	}
	return !rows
}

// foreignRows returns the entries with rows of foreign tables, as pg_dump
// --include-foreign-data writes them. A restore would send those rows to the foreign
// server.
func foreignRows(h *archive.Head) []*archive.Entry {
	byID := h.ByID()
	return slices.DeleteFunc(h.InSection(archive.SectionData), func(e *archive.Entry) bool {
		return e.Desc != "TABLE DATA" || !dependsOnA("FOREIGN TABLE", e, byID)
	})
}
