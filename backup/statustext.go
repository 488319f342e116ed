package backup

import (
	"cmp"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/rubyforgood/hectl/dump/catalog"
	"github.com/rubyforgood/hectl/internal/console"
)

// Text renders one screen. What is wrong follows on standard error, in words.
func (s *status) Text() string {
	var b strings.Builder
	verdict := "all is well"
	if len(s.Problems) > 0 {
		var found []string
		for _, p := range s.Problems {
			found = append(found, string(p.Kind))
		}
		verdict = "problems: " + strings.Join(found, ", ")
	}
	fmt.Fprintf(&b, "%s in %s: %s\n\n", s.Label, s.Bucket, verdict)
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	line := func(name, text string) { fmt.Fprintf(w, "%s\t%s\n", name, text) }
	if s.Newest == nil {
		line("newest dump", "none")
	} else {
		s.newestLines(line)
		line("all dumps", fmt.Sprintf("%d, %s; %s", s.Dumps, humanize.Bytes(uint64(s.Size)), s.bareness()))
		line("", sparkline(s.days))
		line("", sparkCaption(s.days))
		line("verified", s.ago(s.Verified, "none of the newest %d dumps"))
		line("test restores", s.ago(s.Restored, "none of the newest %d dumps"))
	}
	line("open uploads", s.uploadsText())
	line("backup now", s.backupText())
	_ = w.Flush() // writes to a strings.Builder do not fail
	return b.String()
}

func (s *status) newestLines(line func(name, text string)) {
	n := s.Newest
	line("newest dump", console.Clean(strings.TrimPrefix(n.Key, catalog.Prefix(s.base))))
	line("", fmt.Sprintf("%s UTC, %s (limit %s)", minute(n.Time), s.since(written(n.Dump)), exactly(s.limits.maxAge)))
	size := humanize.Bytes(uint64(n.Size))
	if s.Usual == nil {
		size += "; too few earlier dumps to compare with"
	} else {
		size += "; usually " + humanize.Bytes(uint64(*s.Usual))
		if *s.Usual > 0 {
			size += fmt.Sprintf(" (%+d%%, limit -%d%%)", (n.Size-*s.Usual)*100 / *s.Usual, s.Shrink)
		}
	}
	line("", size)
	switch n.Manifest {
	case manifestFits:
	case manifestMissing:
		line("", "without a manifest")
	case manifestMisfit:
		line("", "its manifest does not match")
	case manifestUnreadable:
		line("", "its manifest cannot be read")
	}
}

func (s *status) bareness() string {
	switch s.Bare {
	case 0:
		return "each with a manifest"
	case s.Dumps:
		return "none with a manifest"
	}
	return fmt.Sprintf("%d without a manifest", s.Bare)
}

// ago renders when something was, or what to say if it was not.
func (s *status) ago(t *time.Time, never string) string {
	if t == nil {
		return fmt.Sprintf(never, min(s.Dumps, manifestsRead))
	}
	return fmt.Sprintf("%s UTC, %s", minute(*t), s.since(*t))
}

func (s *status) since(t time.Time) string {
	text := age(s.Checked.Sub(t))
	if text == "now" {
		return "just now"
	}
	return text + " ago"
}

func (s *status) uploadsText() string {
	switch {
	case s.Uploads == nil:
		return "not known"
	case s.Uploads.Count == 0:
		return "none"
	}
	text := fmt.Sprintf("%d, the oldest started %s", s.Uploads.Count, s.since(*s.Uploads.Oldest))
	if overADay(s.Checked, *s.Uploads.Oldest) {
		text += ` ("hectl prune --uploads" aborts it)`
	}
	return text
}

func (s *status) backupText() string {
	switch {
	case s.Backup == nil:
		return cmp.Or(s.reason, "not known: no source is set here")
	case !s.Backup.Running:
		return "none of " + s.Backup.Database
	}
	begun := ""
	if s.Backup.Since != nil {
		begun = ", started " + s.since(*s.Backup.Since)
	}
	return fmt.Sprintf("of %s%s (%s)", s.Backup.Database, begun, s.Backup.Session)
}

func minute(t time.Time) string { return t.UTC().Format("2006-01-02 15:04") }
