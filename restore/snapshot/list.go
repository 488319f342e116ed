package snapshot

import (
	"context"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/rubyforgood/hectl/internal/console"
	"github.com/rubyforgood/hectl/internal/text"
	"github.com/rubyforgood/hectl/restore/target"
)

// listing is the result of listing snapshots, the newest last.
type listing struct {
	Target    string `json:"target"`
	Server    string `json:"server"`
	Snapshots []Info `json:"snapshots"`
}

// Text renders one line per snapshot.
func (l listing) Text() string {
	if len(l.Snapshots) == 0 {
		return ""
	}
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	// Writes to a strings.Builder do not fail.
	_, _ = fmt.Fprintln(w, "SAVED (UTC)\tSIZE\tSNAPSHOT\tOF")
	for _, s := range l.Snapshots {
		of := s.of()
		if s.Automatic {
			of += " (automatic)"
		}
		_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", s.Saved.UTC().Format("2006-01-02 15:04"), text.Size(s.Size), s.Name, console.Clean(of))
	}
	_ = w.Flush()
	return b.String()
}

// list lists the target's snapshots. It only reads, so it needs no guard.
func list(ctx context.Context, t *target.Target) error {
	h, err := t.Look(ctx)
	if err != nil {
		return err
	}
	l := listing{Target: t.Name(), Server: t.String(), Snapshots: []Info{}}
	for _, s := range h.Snapshots {
		l.Snapshots = append(l.Snapshots, NewInfo(s))
	}
	if len(l.Snapshots) == 0 {
		t.Out.Say("there are no snapshots of %s; make one with: hectl snapshot save NAME", t)
	}
	return t.Out.Result(l)
}
