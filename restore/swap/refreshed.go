package swap

import (
	"fmt"
	"path"

	"github.com/dustin/go-humanize"

	"github.com/rubyforgood/hectl/internal/text"
	"github.com/rubyforgood/hectl/restore/load"
)

// Refreshed describes how a snapshot of an older dump was, or will be, made equal to a
// newer one.
type Refreshed struct {
	Snapshot  string `json:"snapshot"`
	From      string `json:"from"`             // the older dump
	Unchanged int    `json:"tables_unchanged"` // tables with the same rows in both dumps
	Changed   int    `json:"tables_changed"`   // tables in which only the rows that differ are changed
	Replaced  int    `json:"tables_replaced"`  // tables that are replaced as a whole
	load.RowChanges
	Download int64 `json:"download_bytes"`
	Whole    int64 `json:"dump_bytes"`
}

// Plan describes a refresh that is planned.
func (r *Refreshed) Plan() string {
	return fmt.Sprintf("the snapshot %s: rows of %s, %s as a whole; %s to download%s",
		r.Snapshot, text.Count(r.Changed, "table"), text.Count(r.Replaced, "table"), text.Size(r.Download), r.instead())
}

// String describes a refresh that is done.
func (r *Refreshed) String() string {
	whole := ""
	if r.Replaced > 0 {
		whole = fmt.Sprintf(" and %s as a whole", text.Count(r.Replaced, "table"))
	}
	return fmt.Sprintf("Refreshed from %s: %s rows of %s%s; downloaded %s%s",
		path.Base(r.From), humanize.Comma(r.Total()), text.Count(r.Changed, "table"), whole, text.Size(r.Download), r.instead())
}

// instead names the size of the whole dump. It returns "" if the refresh downloads at
// least as much: to compare small tables, a refresh reads them from both dumps.
func (r *Refreshed) instead() string {
	if r.Download >= r.Whole {
		return ""
	}
	return " instead of " + text.Size(r.Whole)
}
