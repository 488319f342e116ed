package status

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/rubyforgood/hectl/dump/catalog"
	"github.com/rubyforgood/hectl/internal/console"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/text"
)

// manifestsRead is the number of newest dumps whose manifests a report reads. With a
// dump every 4 hours, that is about a week, in which one dump should have been verified.
const manifestsRead = 50

// Recent returns the dumps whose manifests the report needs.
func Recent(dumps []catalog.Dump) []catalog.Dump { return dumps[max(0, len(dumps)-manifestsRead):] }

// Query selects the label that a report is about.
type Query struct {
	Bucket string // s3://NAME[/FOLDER]
	Base   string // FOLDER; "" for none
	Label  string
	Limits Limits
}

// Seen is the part of the bucket that a report is based on.
type Seen struct {
	Dumps    []catalog.Dump  // dumps of all labels, the newest last
	Manifest map[string]bool // the keys of dumps that have a manifest
	Recent   []Described     // the recent dumps of the label that have a manifest
}

// Described is a dump and the data of its manifest.
type Described struct {
	catalog.Dump
	Verified *time.Time    `json:"verified_at,omitempty"`
	Restored *time.Time    `json:"restored_at,omitempty"`
	Manifest ManifestState `json:"-"`
}

// ManifestState is the state of a dump's manifest.
type ManifestState string

// The states of a manifest.
const (
	ManifestFits       ManifestState = "fits"
	ManifestNone       ManifestState = "none"
	ManifestMismatch   ManifestState = "misfit"     // describes another object
	ManifestUnreadable ManifestState = "unreadable" // not permitted, or written by a later version of hectl
)

// Report is the state of the dumps of one label.
type Report struct {
	Bucket   string     `json:"bucket"`
	Label    string     `json:"env"`
	Checked  time.Time  `json:"checked_at"`
	MaxAge   float64    `json:"max_age_seconds"`
	Shrink   int        `json:"max_shrink_percent"`
	Problems []problem  `json:"problems"`         // the worst first; empty if there are none
	Newest   *Newest    `json:"newest"`           // null if there is no dump
	Usual    *int64     `json:"median_size"`      // bytes, of the ten dumps before the newest; null with fewer than three
	Dumps    int        `json:"dumps"`            // number of dumps of this label
	Size     int64      `json:"size"`             // bytes, of all dumps of this label
	Bare     int        `json:"without_manifest"` // dumps without a manifest
	Verified *time.Time `json:"last_verified_at"` // last verification among the newest 50; null if there was none
	Restored *time.Time `json:"last_restored_at"` // last test restore among the newest 50; null if there was none
	Uploads  *Uploads   `json:"open_uploads"`     // null if not known
	Backup   *Backup    `json:"backup"`           // backup of the source; null if not known

	// BackupUnknown explains why Backup is nil. If it is empty, no source is set.
	BackupUnknown string `json:"-"`

	query       Query
	days        Sparkline
	otherLabels []string // set if there is no dump of this label
}

// Newest is the newest dump.
type Newest struct {
	catalog.Dump
	Age      float64       `json:"age_seconds"`
	Manifest ManifestState `json:"manifest"`
	Verified *time.Time    `json:"verified_at,omitempty"`
	Restored *time.Time    `json:"restored_at,omitempty"`
}

// Uploads are the open multipart uploads of dumps of this label: those of running
// backups and those that killed backups left behind.
type Uploads struct {
	Count  int        `json:"count"`
	Oldest *time.Time `json:"oldest_started_at"`
}

// Backup reports whether a backup of the source is running.
type Backup struct {
	Database string     `json:"database"`
	Running  bool       `json:"running"`
	Since    *time.Time `json:"since"` // null if the role cannot see it
	Session  string     `json:"session,omitempty"`
}

// New returns the report for a query. The caller sets Uploads and Backup.
func New(q Query, seen Seen, now time.Time) *Report {
	dumps := catalog.WithLabel(seen.Dumps, q.Label)
	r := &Report{
		Bucket: q.Bucket, Label: q.Label, Checked: now, MaxAge: q.Limits.MaxAge.Seconds(), Shrink: q.Limits.MaxShrink,
		Dumps: len(dumps), query: q, days: NewSparkline(dumps, now),
	}
	if len(dumps) == 0 {
		r.otherLabels = catalog.Labels(seen.Dumps)
		r.Problems = judge(dumps, false, now, q.Limits)
		return r
	}
	for _, d := range dumps {
		r.Size += d.Size
		if !seen.Manifest[d.Key] {
			r.Bare++
		}
	}
	if usual, ok := usualSize(dumps); ok {
		r.Usual = &usual
	}
	newest := dumps[len(dumps)-1]
	r.Newest = &Newest{Dump: newest, Age: now.Sub(made(newest)).Seconds(), Manifest: ManifestNone}
	for _, d := range seen.Recent {
		r.Verified, r.Restored = later(r.Verified, d.Verified), later(r.Restored, d.Restored)
		if d.Key == newest.Key {
			r.Newest.Manifest, r.Newest.Verified, r.Newest.Restored = d.Manifest, d.Verified, d.Restored
		}
	}
	r.Problems = judge(dumps, r.Newest.Manifest == ManifestMismatch, now, q.Limits)
	return r
}

// AddExpiring adds the problem with the lifecycle rules, if texts is not empty. It goes
// last, because all other problems are worse.
func (r *Report) AddExpiring(texts []string) {
	if len(texts) > 0 {
		r.Problems = append(r.Problems, problem{expiring, strings.Join(texts, "; ")})
	}
}

// later returns the later of two times, either of which may be nil.
func later(a, b *time.Time) *time.Time {
	if a == nil || (b != nil && b.After(*a)) {
		return b
	}
	return a
}

// Err returns all problems as one error. The worst one decides the exit code and the
// hint.
func (r *Report) Err() error {
	if len(r.Problems) == 0 {
		return nil
	}
	var texts []string
	for _, p := range r.Problems {
		texts = append(texts, p.Text)
	}
	worst := r.Problems[0].Kind
	return fault.New(worst.code(), r.hint(worst), "%s in %s: %s", r.Label, r.Bucket, strings.Join(texts, "; "))
}

// hint returns advice on a problem.
func (r *Report) hint(k kind) string {
	switch k {
	case missing:
		if len(r.otherLabels) > 0 {
			return "name another label with --env: there are dumps of " + strings.Join(r.otherLabels, ", ")
		}
		return `make one with "hectl backup", or name another bucket with --bucket, or another label with --env`
	case empty, mismatch:
		return `restore the dump before it with "hectl restore KEY"; "hectl list" shows the keys`
	case stale:
		return `read the log of the last "hectl backup" (cron's mail, or journalctl -u hectl-backup), or run it now`
	case shrunk:
		return `compare the row counts of this dump and the one before it: "hectl verify KEY"`
	case future:
		return "check the clock of the machine that makes the dumps, and of this one"
	case expiring:
		return "change the lifecycle rules of the bucket, or the keep rules in hectl.yml (docs/prune.md)"
	}
	return ""
}

// Text renders one screen. It omits the problems, which Err returns for standard error.
func (r *Report) Text() string {
	verdict := "all is well"
	if len(r.Problems) > 0 {
		var found []string
		for _, p := range r.Problems {
			found = append(found, string(p.Kind))
		}
		verdict = "problems: " + strings.Join(found, ", ")
	}
	rows := [][]string{{"newest dump", "none"}}
	if r.Newest != nil {
		rows = append(r.newestRows(),
			[]string{"all dumps", fmt.Sprintf("%d, %s; %s", r.Dumps, text.Size(r.Size), r.manifestsText())},
			[]string{"", r.days.String()},
			[]string{"", r.days.Caption()},
			[]string{"verified", r.lastText(r.Verified)},
			[]string{"test restores", r.lastText(r.Restored)})
	}
	rows = append(rows, []string{"open uploads", r.uploadsText()}, []string{"backup now", r.backupText()})
	return fmt.Sprintf("%s in %s: %s\n\n", r.Label, r.Bucket, verdict) + text.Table(rows)
}

func (r *Report) newestRows() [][]string {
	n := r.Newest
	size := text.Size(n.Size)
	if r.Usual == nil {
		size += "; too few earlier dumps to compare with"
	} else {
		size += "; usually " + text.Size(*r.Usual)
		if *r.Usual > 0 {
			size += fmt.Sprintf(" (%+d%%, limit -%d%%)", (n.Size-*r.Usual)*100 / *r.Usual, r.Shrink)
		}
	}
	rows := [][]string{
		{"newest dump", console.Clean(strings.TrimPrefix(n.Key, catalog.Prefix(r.query.Base)))},
		{"", fmt.Sprintf("%s, %s (limit %s)", text.Minute(n.Time), r.ago(made(n.Dump)), minutes(r.query.Limits.MaxAge))},
		{"", size},
	}
	switch n.Manifest {
	case ManifestFits:
	case ManifestNone:
		rows = append(rows, []string{"", "without a manifest"})
	case ManifestMismatch:
		rows = append(rows, []string{"", "its manifest does not match"})
	case ManifestUnreadable:
		rows = append(rows, []string{"", "its manifest cannot be read"})
	}
	return rows
}

func (r *Report) manifestsText() string {
	switch r.Bare {
	case 0:
		return "each with a manifest"
	case r.Dumps:
		return "none with a manifest"
	}
	return fmt.Sprintf("%d without a manifest", r.Bare)
}

// lastText renders when a dump was last verified or restored.
func (r *Report) lastText(t *time.Time) string {
	if t == nil {
		return fmt.Sprintf("none of the newest %d dumps", min(r.Dumps, manifestsRead))
	}
	return fmt.Sprintf("%s, %s", text.Minute(*t), r.ago(*t))
}

// ago renders a time relative to the time of the report.
func (r *Report) ago(t time.Time) string {
	if age := text.Age(r.Checked.Sub(t)); age != "now" {
		return age + " ago"
	}
	return "just now"
}

func (r *Report) uploadsText() string {
	switch {
	case r.Uploads == nil:
		return "not known"
	case r.Uploads.Count == 0:
		return "none"
	}
	t := fmt.Sprintf("%d, the oldest started %s", r.Uploads.Count, r.ago(*r.Uploads.Oldest))
	if r.Checked.Sub(*r.Uploads.Oldest) > 24*time.Hour {
		t += ` ("hectl prune --uploads" aborts it)`
	}
	return t
}

func (r *Report) backupText() string {
	switch {
	case r.Backup == nil:
		return cmp.Or(r.BackupUnknown, "not known: no source is set here")
	case !r.Backup.Running:
		return "none of " + r.Backup.Database
	}
	started := ""
	if r.Backup.Since != nil {
		started = ", started " + r.ago(*r.Backup.Since)
	}
	return fmt.Sprintf("of %s%s (%s)", r.Backup.Database, started, r.Backup.Session)
}
