package restore

import (
	"fmt"
	"slices"
	"strings"

	"github.com/rubyforgood/hectl/dump"
	"github.com/rubyforgood/hectl/restore/load"
	"github.com/rubyforgood/hectl/restore/swap"
)

// plan describes what a run will do, before it changes anything.
type plan struct {
	Dump     dump.Info `json:"dump"`
	Target   string    `json:"target"`
	Server   string    `json:"server"` // user@host:port/database of the target
	Version  string    `json:"server_version"`
	Exists   bool      `json:"target_exists"`
	Temp     string    `json:"temp_database"`
	Previous string    `json:"previous_database,omitempty"` // kept under this name; "" when nothing is kept
	Tool     string    `json:"pg_restore"`
	Tables   int       `json:"tables"`
	// Chosen describes which tables' rows are restored; "" for all.
	Chosen string `json:"chosen_tables,omitempty"`
	// Kept are tables whose rows are restored because --keep-rows names them.
	Kept    []string `json:"kept_rows,omitempty"`
	Masking maskInfo `json:"masking"`
	// After are the SQL files, and AfterRestore the commands, that hectl.yml runs.
	After        []string `json:"after,omitempty"`
	AfterRestore []string `json:"after_restore,omitempty"`
	// LeftOut lists the parts of the dump that are not restored.
	LeftOut []load.LeftOut `json:"left_out,omitempty"`
	// Leftovers are databases of earlier runs that will be dropped.
	Leftovers []string `json:"leftover_databases,omitempty"`
	// Refresh is the refresh of a snapshot; nil to restore the whole dump.
	Refresh *swap.Refreshed `json:"refresh,omitempty"`
	// Whole explains why there is no refresh although there is a snapshot.
	Whole string `json:"no_refresh,omitempty"`
	// Snapshot is the snapshot that will be saved.
	Snapshot string `json:"saved_snapshot,omitempty"`

	swap *swap.Plan
}

// plan describes what replaceTarget would do.
func (r *replacement) plan() plan {
	sp := r.swap
	p := plan{
		Dump: sp.Dump, Target: sp.Target, Server: sp.Server, Version: sp.Version, Exists: sp.Exists, Temp: sp.Temp, Previous: sp.Previous,
		Tool: fmt.Sprintf("%s (%s)", r.pre.Tool.Path, r.pre.Tool.Version), Tables: r.dump.Head.Tables(),
		Chosen: r.load.Tables.String(), Kept: r.kept, Masking: r.info,
		AfterRestore: sp.Commands.Lines(), LeftOut: sp.LeftOut, Leftovers: sp.Leftovers, swap: sp,
	}
	for _, s := range r.after.sql.Files {
		p.After = append(p.After, s.Path)
	}
	if sp.Save != nil {
		p.Snapshot = sp.Save.Name
	}
	p.Whole = r.whole
	if r.refresh != nil {
		p.Refresh = r.refresh.result(r.dump)
	}
	return p
}

// plainVersion returns a version without a packager's addition: "15.18" of "15.18 (Debian
// 15.18-0+deb12u1)".
func plainVersion(version string) string {
	version, _, _ = strings.Cut(version, " (")
	return version
}

// IsProse lets the console wrap the text.
func (plan) IsProse() {}

// Text renders the plan for --dry-run.
func (p plan) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "would restore   %s\n", p.Dump)
	fmt.Fprintf(&b, "  made by       pg_dump %s of %s on PostgreSQL %s, %d tables\n", plainVersion(p.Dump.DumpVersion), p.Dump.Database, plainVersion(p.Dump.ServerVersion), p.Tables)
	if p.Chosen != "" {
		fmt.Fprintf(&b, "  rows of       %s\n", p.Chosen)
	}
	if len(p.Kept) > 0 {
		fmt.Fprintf(&b, "  with rows of  %s\n", strings.Join(p.Kept, ", "))
	}
	for _, l := range p.LeftOut {
		fmt.Fprintf(&b, "  without       %s\n", l)
	}
	switch {
	case p.Refresh != nil:
		fmt.Fprintf(&b, "refreshing      %s\n", p.Refresh.Plan())
	case p.Whole != "":
		fmt.Fprintf(&b, "not refreshing  %s\n", p.Whole)
	}
	fmt.Fprintf(&b, "with            %s\n", p.Tool)
	fmt.Fprintf(&b, "into            %s on %s (PostgreSQL %s)\n", p.Temp, p.Server, p.Version)
	fmt.Fprintf(&b, "masking         %s\n", p.Masking)
	width := 13
	for _, c := range p.Masking.Covered {
		width = max(width, len(c.Table))
	}
	for _, c := range p.Masking.Covered {
		what := "no rows"
		if !c.NoRows {
			what = strings.Join(c.Columns, ", ")
		}
		fmt.Fprintf(&b, "  %-*s %s\n", width, c.Table, what)
	}
	if sql := slices.Concat(p.Masking.After, p.After); len(sql) > 0 {
		fmt.Fprintf(&b, "then run        %s\n", strings.Join(sql, ", "))
	}
	if p.swap.Save != nil {
		b.WriteString(p.swap.Save.Text())
	}
	p.swap.Text(&b)
	return b.String()
}
