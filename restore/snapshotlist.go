package restore

import (
	"context"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/rubyforgood/hectl/internal/console"
	"github.com/rubyforgood/hectl/internal/text"
)

// snapshotListing is the result of listing snapshots, the newest last.
type snapshotListing struct {
	Target    string         `json:"target"`
	Server    string         `json:"server"`
	Snapshots []snapshotInfo `json:"snapshots"`
}

// Text renders a line a snapshot.
func (l snapshotListing) Text() string {
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

// listSnapshots lists the target's snapshots. It only reads, so it asks no guard.
func (r *run) listSnapshots(ctx context.Context) error {
	h, err := r.look(ctx)
	if err != nil {
		return err
	}
	l := snapshotListing{Target: r.target.Database(), Server: r.target.String(), Snapshots: []snapshotInfo{}}
	for _, s := range h.snapshots {
		l.Snapshots = append(l.Snapshots, s.info())
	}
	if len(l.Snapshots) == 0 {
		r.out.Say("there are no snapshots of %s; make one with: hectl snapshot save NAME", r.target)
	}
	return r.out.Result(l)
}
