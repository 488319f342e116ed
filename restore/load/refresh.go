package load

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/rubyforgood/hectl/dump"
	"github.com/rubyforgood/hectl/dump/diff"
	"github.com/rubyforgood/hectl/internal/console"
	"github.com/rubyforgood/hectl/internal/text"
	"github.com/rubyforgood/hectl/mask/rows"
	"github.com/rubyforgood/hectl/pgtools/archive"
	"github.com/rubyforgood/hectl/pgtools/schema"
)

// A Refresh turns a copy of a database that was restored from an older dump into the
// database that a restore of a newer dump would create. Its steps are Plan, Read and
// Apply; Close removes its temporary files. Read does not need the copy.
//
// A refresh changes only rows, so both dumps must have the same schema. It compares the
// rows of a table in the two archives (package diff). It replaces a table as a whole if
// the table has no key or most rows differ.
type Refresh struct {
	Loader *Loader
	From   *dump.Dump // the older dump
	// ChangedSince is the number of rows of a table that have changed since its
	// statistics were taken, by the SQL of the table's name: in the copy and, after
	// Apply, in the result.
	ChangedSince map[string]int64

	Unchanged int // tables whose rows are the same
	changed   []*changedTable
	replaced  []tableCopy
	sequences []*archive.Entry
	emptied   []*archive.Entry // materialized views that only the older dump fills
}

// NotRefreshedError reports that a database must be restored in full, which is not a
// failure.
type NotRefreshedError struct{ Why string }

func (e *NotRefreshedError) Error() string { return e.Why }

func notRefreshed(format string, args ...any) error {
	return &NotRefreshedError{fmt.Sprintf(format, args...)}
}

// changedTable is a table in which some rows differ.
type changedTable struct {
	tableCopy
	diff *diff.Table
	key  []string // SQL of the columns that identify a row

	remove *rowSpool // the keys of the rows to delete
	insert *rowSpool // the rows to insert, masked
	RowChanges
}

// RowChanges counts the rows that differ.
type RowChanges struct {
	Added   int64 `json:"rows_added"`
	Removed int64 `json:"rows_removed"`
	Changed int64 `json:"rows_changed"`
}

func (c *RowChanges) add(o RowChanges) {
	c.Added, c.Removed, c.Changed = c.Added+o.Added, c.Removed+o.Removed, c.Changed+o.Changed
}

// Total returns the number of rows.
func (c RowChanges) Total() int64 { return c.Added + c.Removed + c.Changed }

// Limits within which a refresh is worthwhile.
const (
	// littleMore is the number of bytes beyond the size of a whole table that may be
	// downloaded to compare its rows. Replacing even a small table can be expensive,
	// because foreign keys that refer to it must be checked again.
	littleMore = 1 << 20 // bytes

	// most is the share of rows that differ, by their size in the archive, at which a
	// refresh costs as much as a restore.
	most = 0.5
	// alwaysWorth is the size of the rows up to which the share does not matter.
	alwaysWorth = 8 << 20 // bytes
)

// Plan decides what happens to each table. It returns a *NotRefreshedError if the dump must
// be restored in full.
func (r *Refresh) Plan(ctx context.Context) (err error) {
	l := r.Loader
	if l.given, l.raw, err = editedFor(l.Dump, l.Tool); err != nil {
		return err
	}
	if r.From.Blocks == nil || l.Dump.Blocks == nil {
		return notRefreshed("the tables of a dump cannot be read one by one")
	}
	d := diff.Compare(r.From, l.Dump)
	if err := refuseSchema(d.Schema); err != nil {
		return err
	}
	reading := newDependents(l.given)
	if err := reading.refuse(l.given); err != nil {
		return err
	}
	copies, rest := l.Tables.choose(divide(l.given, l.Dump.Blocks, reading))
	copies, rest = setMasks(l.Mask, copies, rest)
	r.sequences = slices.DeleteFunc(slices.Clone(rest.entries), func(e *archive.Entry) bool { return e.Desc != "SEQUENCE SET" })
	r.emptied = emptied(r.From.Head, l.given)
	in := planned{copies: map[int]tableCopy{}, rest: rest, reading: reading}
	for _, c := range copies {
		in.copies[c.entry.ID] = c
	}
	var all, some int64
	for _, t := range d.Tables {
		read, err := r.planTable(ctx, t, in)
		if err != nil {
			return err
		}
		all, some = all+t.Whole(), some+read
	}
	if float64(some) > most*float64(all) && some > alwaysWorth {
		return notRefreshed("most of its rows have changed")
	}
	return nil
}

// refuseSchema returns a *NotRefreshedError if entries of the schema differ.
func refuseSchema(differ []diff.Object) error {
	if len(differ) == 0 {
		return nil
	}
	if !slices.ContainsFunc(differ, func(o diff.Object) bool { return !strings.HasPrefix(o.Name, "LARGE OBJECT") }) {
		return notRefreshed("its large objects have changed") // only privileges or comments of large objects differ
	}
	return notRefreshed("the schema has changed (%s, such as %s %s)", text.Count(len(differ), "object"), differ[0].Kind, differ[0].Name)
}

// planned is the work that a restore of the newer dump would do.
type planned struct {
	copies  map[int]tableCopy // copies, by the ID of the entry of their rows
	rest    remainder
	reading *dependents
}

// planTable decides what happens to a table. It returns how many bytes of rows must be
// read for that.
func (r *Refresh) planTable(ctx context.Context, t *diff.Table, in planned) (read int64, err error) {
	e := t.Entry()
	if e == nil {
		return 0, notRefreshed("only the older dump has rows of %s", t.Name)
	}
	c, copied := in.copies[e.ID]
	switch {
	case t.State == diff.Same:
		r.Unchanged++
		return 0, nil
	case t.Name == schema.Name{Name: diff.LargeObjects}:
		if r.Loader.Mask.EmptiesLargeObjects() {
			return 0, nil
		}
		return 0, r.refuseObjects(ctx, t)
	case !copied && slices.Contains(in.rest.entries, in.reading.byID[e.ID]):
		return 0, notRefreshed("the rows of %s are INSERT statements", t.Name)
	case !copied:
		return 0, nil // the rows of the table are left out
	case c.table == nil:
		return 0, notRefreshed("the rows of %s are copied through a partitioned table", t.Name)
	case in.reading.tables[t.Name] == nil || in.reading.tables[t.Name].Unread != nil:
		return 0, notRefreshed("the definition of %s cannot be read", t.Name)
	}
	key := keyOf(t, c)
	if key == nil || t.Bytes() > t.Whole()+littleMore {
		r.replaced = append(r.replaced, c)
		return t.Whole(), nil
	}
	r.changed = append(r.changed, &changedTable{tableCopy: c, diff: t, key: key})
	return t.Bytes(), nil
}

// emptied returns the entries of the materialized views that the first archive fills and
// the second does not.
func emptied(from, to *archive.Head) (views []*archive.Entry) {
	filled := func(h *archive.Head) map[schema.Name]bool {
		names := map[schema.Name]bool{}
		for e := range h.All() {
			if e.Desc == "MATERIALIZED VIEW DATA" {
				names[nameOf(e)] = true
			}
		}
		return names
	}
	before, after := filled(from), filled(to)
	for e := range to.All() {
		if e.Desc == "MATERIALIZED VIEW" && before[nameOf(e)] && !after[nameOf(e)] {
			views = append(views, e)
		}
	}
	return views
}

// refuseObjects returns a *NotRefreshedError if the large objects differ, or are too
// large to compare: a comparison downloads those of both dumps.
func (r *Refresh) refuseObjects(ctx context.Context, t *diff.Table) error {
	if t.Whole() <= max(littleMore, r.Loader.Dump.Size/20) {
		if same, err := t.SameObjects(ctx); err != nil || same {
			return err
		}
	}
	return notRefreshed("its large objects have changed")
}

// refuse returns a *NotRefreshedError if a stored value may depend on rows of other
// tables, or if a statement of the refresh may start an event trigger.
func (d *dependents) refuse(h *archive.Head) error {
	ofView := func(e *archive.Entry) bool { return dependsOnA("MATERIALIZED VIEW", e, d.byID) } // its indexes are rebuilt when it is filled
	for e := range h.All() {
		switch {
		case e.Desc == "EVENT TRIGGER":
			return notRefreshed("it has the event trigger %s", e.DisplayName())
		case e.Desc == "TABLE DATA" && d.rows(e), (e.Desc == "INDEX" || e.Desc == "CONSTRAINT") && !ofView(e) && d.index(e):
			return notRefreshed("%s calls functions, which may read other tables", e.DisplayName())
		}
	}
	return nil
}

// keyOf returns the SQL of the columns that identify the rows of a table after masking,
// nil if there are none.
func keyOf(t *diff.Table, c tableCopy) (key []string) {
	columns, _ := schema.CopyColumns(c.entry.Copy)
	if t.State != diff.Changed || len(t.Key()) == 0 || drawsByNumber(c.mask) {
		return nil
	}
	for _, place := range t.Key() {
		if place >= len(columns) || c.mask != nil && c.mask.Columns[place].Method != nil {
			return nil
		}
		key = append(key, columns[place])
	}
	return key
}

// drawsByNumber reports whether the fake values of a row depend on its number.
func drawsByNumber(mask *rows.Table) bool {
	return mask != nil && mask.Key == nil && slices.ContainsFunc(mask.Columns, func(c rows.Column) bool { return c.PerRow })
}

// Masks reports whether the refresh masks rows.
func (r *Refresh) Masks() bool {
	return slices.ContainsFunc(r.changed, func(t *changedTable) bool { return t.mask != nil }) ||
		slices.ContainsFunc(r.replaced, func(c tableCopy) bool { return c.mask != nil })
}

// Download returns how many bytes Read and Apply download.
func (r *Refresh) Download() int64 { return r.toCompare() + lengthOf(r.replaced) }

// toCompare returns how many bytes Read downloads.
func (r *Refresh) toCompare() (n int64) {
	for _, t := range r.changed {
		n += t.diff.Bytes()
	}
	return n
}

// Tables returns how many tables have some rows that differ, and how many are replaced.
func (r *Refresh) Tables() (changed, replaced int) {
	for _, t := range r.changed {
		if t.remove == nil || t.Total() > 0 {
			changed++
		}
	}
	return changed, len(r.replaced)
}

// Rows counts the rows that differ, without those of replaced tables. It is complete after
// Read.
func (r *Refresh) Rows() (n RowChanges) {
	for _, t := range r.changed {
		n.add(t.RowChanges)
	}
	return n
}

const (
	readAtOnce = 2        // tables
	sortInRAM  = 16 << 20 // bytes per table
)

// Read downloads the rows that differ, except those of replaced tables, and masks them.
func (r *Refresh) Read(ctx context.Context) error {
	bar := r.Loader.Out.Progress("compare", console.Bytes, r.toCompare())
	defer bar.Done()
	group, reading := errgroup.WithContext(ctx)
	group.SetLimit(readAtOnce)
	slices.SortStableFunc(r.changed, func(a, b *changedTable) int { return cmp.Compare(b.diff.Bytes(), a.diff.Bytes()) })
	for _, t := range r.changed {
		t.remove, t.insert = &rowSpool{}, &rowSpool{}
		group.Go(func() error {
			return t.diff.Changes(reading, diff.Options{Memory: sortInRAM, Add: bar.Add}, func(c diff.Change) error {
				return errors.Join(t.take(c), reading.Err())
			})
		})
	}
	return group.Wait()
}

// take writes a row that differs, or its key, to the spools of the table.
func (t *changedTable) take(c diff.Change) error {
	switch {
	case c.From == nil:
		t.Added++
	case c.To == nil:
		t.Removed++
	default:
		t.Changed++
	}
	if c.From != nil {
		if err := t.remove.write(c.Key, []byte{'\n'}); err != nil {
			return err
		}
	}
	if c.To == nil {
		return nil
	}
	row := c.To
	if t.mask != nil {
		masked, err := t.mask.Rows(nil, row, 0)
		if err != nil {
			return fmt.Errorf("mask table %w", err) // err begins with the name of the table
		}
		row = masked
	}
	return t.insert.write(row)
}

// Close removes the temporary files.
func (r *Refresh) Close() error {
	var errs []error
	for _, t := range r.changed {
		for _, s := range []*rowSpool{t.remove, t.insert} {
			if s != nil {
				errs = append(errs, s.close())
			}
		}
	}
	return errors.Join(errs...)
}
