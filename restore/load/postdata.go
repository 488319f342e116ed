package load

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/mask"
	"github.com/rubyforgood/hectl/pgtools"
	"github.com/rubyforgood/hectl/pgtools/archive"
	"github.com/rubyforgood/hectl/pgtools/schema"
)

// postData restores indexes, keys, triggers and the like, several at once.
//
// pg_restore knows which of them must not run together, with one exception. Attaching an
// index of a partition to its parent's index locks both tables. Two such steps, or one
// and a REFRESH MATERIALIZED VIEW, can deadlock (seen with PostgreSQL 15 and a schema
// of 80 entries in one of three restores). The same is true of two indexes of one table
// that alter it, and for keys and triggers of tables with partitions. These steps run
// one at a time, in their own passes. They are quick, except for such an index on a
// table whose rows were loaded late.
//
// Indexes, materialized views and event triggers with dependencies that the archive
// does not record also run one at a time. So do entries that enable or disable a
// trigger of a partition: they do not name the entry of the partitioned table, which
// creates that trigger.
func (l *Loader) postData(ctx context.Context, head string, b *builder) ([]pgtools.Ignored, error) {
	defer b.bar.Done()
	return l.runPasses(ctx, head, b, postDataPasses(l.given, b.restored, l.Jobs, b.dependents))
}

// runPasses runs passes one after another.
func (l *Loader) runPasses(ctx context.Context, head string, b *builder, passes []pass) ([]pgtools.Ignored, error) {
	var warnings []pgtools.Ignored
	for _, pass := range passes {
		list := filepath.Join(filepath.Dir(head), "list")
		if err := writeList(list, pass.entries); err != nil {
			return warnings, err
		}
		w, err := l.restore(ctx, pgtools.RestoreOptions{
			File: head, Sections: []string{"post-data"}, Jobs: pass.jobs, ListFile: list,
			Entry: func(statement string) string { return entryOf(pass.entries, statement) },
			Log:   onItem(func(string) { b.bar.Add(1) }),
		})
		warnings = append(warnings, w...)
		if err != nil {
			return warnings, l.explainKey(err)
		}
	}
	return warnings, nil
}

// entryOf names the entry of a statement in pg_restore's format, "" if several match.
// The end of the statement may be missing, or other text may follow it.
func entryOf(entries []*archive.Entry, statement string) string {
	var found *archive.Entry
	best := 0
	for _, e := range entries {
		definition := strings.TrimSpace(e.Definition)
		fits := 0 // length of the common part
		switch {
		case definition == "" || statement == "":
		case strings.HasPrefix(statement, definition):
			fits = len(definition)
		case strings.HasPrefix(definition, statement):
			fits = len(statement)
		}
		switch {
		case fits > best:
			found, best = e, fits
		case fits == best:
			found = nil
		}
	}
	if found == nil {
		return ""
	}
	return fmt.Sprintf("%d; %s %s %s %s %s", found.ID, found.TableOID, found.OID, found.Desc, found.Tag, found.Owner)
}

// explainKey adds a hint to the error of a foreign key to jobs or sessions: their rows
// are left out, so the references to them dangle.
func (l *Loader) explainKey(err error) error {
	failed, ok := errors.AsType[*pgtools.RestoreError](err)
	if !ok {
		return err
	}
	id, _, _ := strings.Cut(failed.Entry, ";")
	n, _ := strconv.Atoi(id) // no entry has the ID 0
	e := l.Dump.Head.ByID()[n]
	if e == nil || e.Desc != "FK CONSTRAINT" {
		return err
	}
	from, to, ok := schema.References(e.Definition)
	if !ok || !mask.Skips(to.Name) || l.hasRows(to.Name) {
		return err
	}
	return fault.Wrap(fault.CodeOf(err), fmt.Sprintf("leave out the rows of %[2]s with --exclude-table-data '%[2]s', because they refer to rows of %[1]s, which are left out; or keep both with --keep-rows %[1]s", to.Name, from), err)
}

// hasRows reports whether the rows of a table with this name are restored. Tables in
// several schemas can have the name.
func (l *Loader) hasRows(table string) bool {
	return slices.ContainsFunc(l.Dump.Head.Entries, func(e archive.Entry) bool {
		if _, tag := e.Names(); e.Desc != "TABLE DATA" || tag != table || !l.Tables.Takes(&e) {
			return false
		}
		m := l.Mask.Table(&e)
		return m == nil || !m.None
	})
}

// pass is a run of pg_restore over some of the entries.
type pass struct {
	entries []*archive.Entry
	jobs    int
}

// postDataPasses divides the entries of the post-data section that are not restored yet
// into passes. Indexes come before the entries that must run one at a time. So do the
// entries that pg_dump put among the indexes, such as a materialized view that groups
// by a primary key. Materialized views are filled last, and one at a time unless all
// their dependencies are recorded. Row security is enabled after all foreign keys, whose
// checks of a table with forced policies would fail. Comments and other entries without a
// section are restored in the pass of the entry that they follow, or in the first pass if
// that entry is already restored.
func postDataPasses(h *archive.Head, restored map[int]bool, jobs int, reading *dependents) []pass {
	var build, attach, rest, linked, secured, states, fill []*archive.Entry
	list := &build
	attaching := false
	fillInTurn := fillsInTurn(h, reading)
	parts := map[int]bool{} // ids of partitioned tables and partitions
	for part, whole := range schema.Attachments(h) {
		parts[part], parts[whole] = true, true
	}
	in := map[int]*[]*archive.Entry{} // the list of an entry, by its id
	dependsOn := func(e *archive.Entry, list *[]*archive.Entry) bool {
		return slices.ContainsFunc(e.Dependencies, func(id int) bool { return in[id] == list })
	}
	for _, e := range h.InSection(archive.SectionPostData) {
		isIndex := e.Desc == "INDEX" || e.Desc == "CONSTRAINT"
		switch {
		case e.Section == archive.SectionNone:
		case e.Desc == "TRIGGER" && !strings.HasPrefix(strings.TrimSpace(e.Definition), "CREATE "):
			list = &states
		case e.Desc == "ROW SECURITY":
			list = &secured
		case locksParts(e) && slices.ContainsFunc(e.Dependencies, func(id int) bool { return parts[id] }):
			list = &linked
		case fillInTurn && (e.Desc == "MATERIALIZED VIEW DATA" || e.Desc == "EVENT TRIGGER" || dependsOn(e, &fill)): // pg_restore also restores these last
			list = &fill
		case isIndex && dependsOn(e, &rest):
			list = &rest
		case e.Desc == "INDEX ATTACH", isIndex && reading.index(e), e.Desc == "INDEX" && altersTable(e.Definition):
			list, attaching = &attach, true
		case isIndex || !attaching:
			list = &build
		default:
			list = &rest
		}
		in[e.ID] = list
		if !restored[e.ID] {
			*list = append(*list, e)
		}
	}
	if len(attach) == 0 {
		build, rest = nil, slices.Concat(build, rest)
	}
	return slices.DeleteFunc([]pass{{build, jobs}, {attach, 1}, {rest, jobs}, {linked, 1}, {secured, 1}, {states, 1}, {fill, 1}},
		func(p pass) bool { return len(p.entries) == 0 })
}

// locksParts reports whether the statement of an entry for a partitioned table also
// applies to its partitions, or vice versa. It then locks all of them in its own order,
// so two such entries can deadlock.
func locksParts(e *archive.Entry) bool {
	switch e.Desc {
	case "FK CONSTRAINT", "CHECK CONSTRAINT", "TRIGGER", "RULE", "POLICY":
		return true
	}
	return false
}

// fillsInTurn reports whether materialized views must be filled one at a time: one of
// them, or an index of one, has dependencies that the archive does not record, or the
// dump has event triggers, which may do anything.
func fillsInTurn(h *archive.Head, reading *dependents) bool {
	byID := h.ByID()
	return slices.ContainsFunc(h.InSection(archive.SectionPostData), func(e *archive.Entry) bool {
		switch e.Desc {
		case "EVENT TRIGGER":
			return true
		case "MATERIALIZED VIEW DATA":
			return reading.reads(e)
		case "INDEX":
			return dependsOnA("MATERIALIZED VIEW", e, byID) && reading.index(e)
		}
		return false
	})
}

func writeList(path string, entries []*archive.Entry) error {
	var b strings.Builder
	for _, e := range entries {
		fmt.Fprintf(&b, "%d; %s\n", e.ID, e.Desc)
	}
	if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
		return fmt.Errorf("write the list of entries: %w", err)
	}
	return nil
}
