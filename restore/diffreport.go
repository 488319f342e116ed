package restore

import (
	"fmt"
	"slices"
	"strings"

	"github.com/aymanbagabas/go-udiff"
	"github.com/dustin/go-humanize"

	"github.com/rubyforgood/hectl/dump"
	"github.com/rubyforgood/hectl/dump/diff"
	"github.com/rubyforgood/hectl/internal/console"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/text"
)

// difference is the result of hectl diff.
type difference struct {
	From      dump.Info    `json:"from"`
	To        dump.Info    `json:"to"`
	Tables    []diffTable  `json:"tables"` // tables with rows in at least one of the dumps
	Schema    []diffObject `json:"schema"`
	Sequences int          `json:"sequences_moved"`
	Download  int64        `json:"download_bytes"` // download needed to find all rows that differ

	sql bool // show how the schema differs
}

// diffTable describes the rows of a table.
type diffTable struct {
	Table    string     `json:"table"` // such as "public.users"
	State    diff.State `json:"state"`
	Why      string     `json:"why,omitempty"` // why the whole table is replaced
	Before   *int64     `json:"rows_before,omitempty"`
	After    *int64     `json:"rows_after,omitempty"`
	Added    int64      `json:"added"`
	Removed  int64      `json:"removed"`
	Changed  int64      `json:"changed"`
	Download int64      `json:"download_bytes"`
}

func newDiffTable(t *diff.Table) diffTable {
	line := diffTable{Table: t.Name.String(), State: t.State, Why: t.Why, Download: t.Bytes()}
	if t.Name.Schema == "" {
		line.Table = t.Name.Name
	}
	if t.From != nil {
		line.Before = t.From.Count
	}
	if t.To != nil {
		line.After = t.To.Count
	}
	return line
}

// rows returns the number of rows that differ.
func (t diffTable) rows() int64 { return t.Added + t.Removed + t.Changed }

// same reports whether no row differs.
func (t diffTable) same() bool {
	return t.State == diff.Same || t.State == diff.Changed && t.rows() == 0
}

// diffObject describes an object of the schema that differs.
type diffObject struct {
	Kind   string `json:"kind"`
	Name   string `json:"name"`
	Change string `json:"change"`         // "added", "removed" or "changed"
	SQL    string `json:"diff,omitempty"` // a unified diff, with --schema
}

func newDiffObject(o diff.Object, sql bool) diffObject {
	d := diffObject{Kind: o.Kind, Name: o.Name, Change: "changed"}
	switch {
	case o.From == "":
		d.Change = "added"
	case o.To == "":
		d.Change = "removed"
	}
	if sql && !mayHoldPasswords(o.Kind) {
		name := o.Kind + " " + o.Name
		d.SQL = fault.Redact(udiff.Unified("old "+name, "new "+name, o.From, o.To))
	}
	return d
}

// mayHoldPasswords reports whether the SQL of objects of a kind may contain passwords.
// Such SQL is never shown. DATABASE PROPERTIES are the settings of the database, and
// applications can define their own.
func mayHoldPasswords(kind string) bool {
	return slices.Contains([]string{"DATABASE PROPERTIES", "FOREIGN DATA WRAPPER", "SERVER", "SUBSCRIPTION", "USER MAPPING"}, kind)
}

// Text renders the tables that differ, then a summary.
func (d *difference) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "old  %s\nnew  %s\n\n", d.From, d.To)
	differ := slices.DeleteFunc(slices.Clone(d.Tables), diffTable.same)
	if len(differ) > 0 {
		b.WriteString(tableChanges(differ) + "\n")
	}
	if d.sql && len(d.Schema) > 0 {
		for _, o := range d.Schema {
			b.WriteString(o.text())
		}
		b.WriteString("\n")
	}
	b.WriteString("the rows of " + text.Count(len(d.Tables)-len(differ), "table") + " are the same\n")
	b.WriteString("schema: " + d.objects() + "\n")
	if d.Sequences > 0 {
		fmt.Fprintf(&b, "sequences with a different value: %d\n", d.Sequences)
	}
	fmt.Fprintf(&b, "to download: %s", text.Size(d.Download))
	if d.To.Size > 0 {
		fmt.Fprintf(&b, "; the whole new dump has %s", text.Size(d.To.Size))
	}
	return b.String() + "\n"
}

// tableChanges renders a line for each table, and below it the reason if its rows were not
// compared.
func tableChanges(tables []diffTable) string {
	var most int64
	for _, t := range tables {
		most = max(most, t.rows())
	}
	lines, reasons := [][]string{{"TABLE", "ADDED", "REMOVED", "CHANGED", "DOWNLOAD", ""}}, []string{""}
	for _, t := range tables {
		reason := ""
		line := []string{console.Clean(t.Table), rowCount(t.Added), rowCount(t.Removed), rowCount(t.Changed), text.Size(t.Download), chart(t.rows(), most)}
		switch t.State {
		case diff.Added:
			line[1], line[5] = rowsOf(t.After), "only in the new dump"
		case diff.Removed:
			line[2], line[5] = rowsOf(t.Before), "only in the old dump"
		case diff.Replaced:
			line[5] = fmt.Sprintf("%s → %s rows, not compared:", rowsOf(t.Before), rowsOf(t.After))
			reason = "    " + t.Why + "\n"
		case diff.Same, diff.Changed:
		}
		lines, reasons = append(lines, line), append(reasons, reason)
	}
	var b strings.Builder
	for i, line := range slices.Collect(strings.Lines(text.Table(lines))) {
		b.WriteString(line + reasons[i])
	}
	return b.String()
}

// text renders how the object differs, as SQL.
func (o diffObject) text() string {
	if o.SQL == "" {
		return fmt.Sprintf("%s %s: %s; its SQL may contain a password, so it is not shown\n", o.Kind, o.Name, o.Change)
	}
	return o.SQL
}

// objects summarizes how the schema differs.
func (d *difference) objects() string {
	if len(d.Schema) == 0 {
		return "the same"
	}
	counts := map[string]int{}
	for _, o := range d.Schema {
		counts[o.Change]++
	}
	var parts []string
	for _, change := range []string{"added", "removed", "changed"} {
		if n := counts[change]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, change))
		}
	}
	line := strings.Join(parts, ", ")
	if !d.sql {
		line += " (--schema shows them)"
	}
	return line
}

func rowCount(n int64) string {
	if n == 0 {
		return "-"
	}
	return humanize.Comma(n)
}

// rowsOf renders the total number of rows of a table, if it is known.
func rowsOf(n *int64) string {
	if n == nil {
		return "?"
	}
	return humanize.Comma(*n)
}

// chartCells is the length of the longest bar, in characters.
const chartCells = 20

// chart renders a bar for n rows. Unless n is 0, it is at least an eighth of a character
// long.
func chart(n, most int64) string {
	if n == 0 || most == 0 {
		return ""
	}
	eighths := max(1, int(float64(n)/float64(most)*chartCells*8))
	bar := strings.Repeat("█", eighths/8)
	if rest := eighths % 8; rest > 0 {
		bar += string([]rune("▏▎▍▌▋▊▉")[rest-1])
	}
	return bar
}
