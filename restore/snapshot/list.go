package snapshot

import (
	"context"

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
	rows := [][]string{{"SAVED (UTC)", "SIZE", "SNAPSHOT", "OF"}}
	for _, s := range l.Snapshots {
		of := s.of()
		if s.Automatic {
			of += " (automatic)"
		}
		rows = append(rows, []string{s.Saved.UTC().Format("2006-01-02 15:04"), text.Size(s.Size), s.Name, console.Clean(of)})
	}
	return text.Table(rows)
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
