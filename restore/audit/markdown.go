package audit

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/rubyforgood/hectl/internal/console"
	"github.com/rubyforgood/hectl/internal/text"
)

// Markdown renders the report for people.
func Markdown(r *Report) string {
	w := &writer{}
	name := "a dump that was not found"
	if r.Dump != nil {
		name = r.Dump.Name
	}
	w.line("# Verification of %s", escape(name))
	w.line("")
	w.line("Result: **%s** (exit code %d)", strings.ToUpper(r.Result), r.ExitCode)
	if r.Error != "" {
		w.line("")
		w.line("> %s", escape(r.Error))
	}
	w.summary(r)
	w.checks(r)
	if len(r.Damage) > 0 {
		w.section("Damage")
		for _, d := range r.Damage {
			w.line("- %s", escape(d))
		}
	}
	w.versions(r)
	w.hashes(r)
	w.tables(r)
	w.steps(r)
	return w.String()
}

// writer writes Markdown.
type writer struct{ strings.Builder }

func (w *writer) line(format string, args ...any) { fmt.Fprintf(w, format+"\n", args...) }

// section writes a heading and the header of a table.
func (w *writer) section(heading string, columns ...string) {
	w.line("")
	w.line("## %s", heading)
	w.line("")
	if len(columns) > 0 {
		w.line("| %s |", strings.Join(columns, " | "))
		w.line("|%s", strings.Repeat("---|", len(columns)))
	}
}

// row writes a row of a table, with the cells escaped.
func (w *writer) row(cells ...string) {
	for i := range cells {
		cells[i] = escape(cells[i])
	}
	w.line("| %s |", strings.Join(cells, " | "))
}

// fact writes a row of two cells, unless the value is not known.
func (w *writer) fact(name, value string) {
	if value != "" {
		w.row(name, value)
	}
}

func (w *writer) summary(r *Report) {
	w.section("Summary", "fact", "value")
	if d := r.Dump; d != nil {
		w.fact("dump", d.Name)
		w.fact("size", fmt.Sprintf("%s bytes", humanize.Comma(d.Size)))
		w.fact("version ID", d.VersionID)
		w.fact("ETag", d.ETag)
		w.fact("uploaded", moment(d.Uploaded))
		if d.Taken != nil {
			w.fact("taken", moment(*d.Taken))
			w.fact("age at the start of this run (recovery point)", duration(d.AgeSeconds))
		}
		w.fact("env", d.Label)
		w.fact("database", d.Database)
		w.fact("manifest", cmp.Or(d.Manifest, "none"))
		w.fact("masked dump", yesNo(d.Masked))
	}
	if r.Recovery != nil {
		w.fact("measured time to restore (recovery time)", duration(r.Recovery.Seconds))
		w.fact("rows masked during the restore", yesNo(r.Recovery.Masked))
	}
	w.fact("started", moment(r.Started))
	w.fact("finished", moment(r.Finished))
	w.fact("run by OS user", r.RunBy.User)
	w.fact("on host", r.RunBy.Host)
	w.fact("database role", r.RunBy.Role)
	w.fact("restored beside", r.RunBy.Server)
	w.fact("AWS identity", r.RunBy.AWS)
	w.fact("run ID", r.RunBy.RunID)
}

func (w *writer) checks(r *Report) {
	w.section("Checks", "check", "outcome", "detail")
	for _, c := range r.Checks {
		w.row(c.Name, c.Outcome, c.Detail)
	}
}

func (w *writer) versions(r *Report) {
	v := r.Versions
	w.section("Versions", "program", "version")
	w.fact("server of the source", v.Source)
	w.fact("pg_dump", v.PGDump)
	w.fact("archive layout", v.Archive)
	w.fact("hectl that made the dump", v.BackupHectl)
	w.fact("hectl that verified it", v.Hectl)
	w.fact("pg_restore", v.PGRestore)
	w.fact("server of the test restore", v.Restored)
}

func (w *writer) hashes(r *Report) {
	h := r.Hashes
	if h.Object == "" && h.Store == nil && h.Head == nil && len(h.Blocks) == 0 {
		return
	}
	w.section("Hashes", "of", "kind", "expected", "computed", "")
	if h.Object != "" {
		w.row("the whole dump", "SHA-256", "", h.Object, "for the record")
	}
	if h.Store != nil {
		w.compared("the whole dump", "by the store", *h.Store)
	}
	if h.Head != nil {
		w.compared("table of contents", "by the manifest", *h.Head)
	}
	for _, b := range h.Blocks {
		w.compared(b.Name, "by the manifest", b.Compared)
	}
}

// compared writes a row with a checksum. It shows the expected one only if they differ.
func (w *writer) compared(of, source string, c Compared) {
	switch {
	case c.Equal == nil:
		w.row(of, c.Kind, "", c.Computed, "not compared")
	case *c.Equal:
		w.row(of, c.Kind, source, c.Computed, "equal")
	default:
		w.row(of, c.Kind, c.Expected, c.Computed, "DIFFERENT")
	}
}

func (w *writer) tables(r *Report) {
	if len(r.Tables) == 0 {
		return
	}
	w.section("Rows", "table", "in the manifest", "in the dump", "restored", "")
	for _, t := range r.Tables {
		note := "equal"
		switch {
		case t.differs():
			note = "DIFFERENT"
		case t.LeftOut:
			note = "left out by a restore"
		case t.Restored == nil:
			note = "not restored"
		}
		w.row(t.Name, number(t.Manifest), number(t.Dump), number(t.Restored), note)
	}
}

func (w *writer) steps(r *Report) {
	if len(r.Steps) == 0 {
		return
	}
	w.section("Time", "step", "took", "counts for the recovery time")
	for _, s := range r.Steps {
		w.row(s.Name, duration(s.Seconds), yesNo(s.Recovery))
	}
}

func number(n *int64) string {
	if n == nil {
		return "-"
	}
	return humanize.Comma(*n)
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

func moment(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") }

// duration renders seconds, rounded to 10 ms, or from one minute on to whole seconds.
func duration(seconds float64) string {
	d := time.Duration(seconds * float64(time.Second))
	if d < time.Minute {
		return d.Round(10 * time.Millisecond).String()
	}
	return text.Duration(d.Round(time.Second))
}

// escape returns s as text for one line of Markdown, without markup or control characters.
func escape(s string) string {
	return strings.NewReplacer(`\`, `\\`, "|", `\|`, "*", `\*`, "`", "\\`", "[", `\[`, "<", `\<`, "~", `\~`).Replace(console.Clean(s))
}
