package swap

import (
	"fmt"
	"strings"
	"time"

	"github.com/rubyforgood/hectl/dump"
	"github.com/rubyforgood/hectl/internal/text"
	"github.com/rubyforgood/hectl/restore/load"
	"github.com/rubyforgood/hectl/restore/target"
)

// Report is the result of a replacement.
type Report struct {
	Dump          dump.Info      `json:"dump,omitzero"`
	Target        string         `json:"target"`
	Server        string         `json:"server"`
	Masked        bool           `json:"masked"`               // rules masked the rows; credentials are always masked
	Rules         string         `json:"mask_rules,omitempty"` // hash of the masking rules
	Previous      string         `json:"previous_database,omitempty"`
	GoBack        string         `json:"go_back,omitempty"`  // a command line
	Snapshot      string         `json:"snapshot,omitempty"` // the snapshot that was restored
	SnapshotSaved time.Time      `json:"-"`
	SnapshotNamed bool           `json:"-"`                        // the user asked for the snapshot, not for a dump
	Saved         string         `json:"saved_snapshot,omitempty"` // the snapshot that the fetch kept
	Refreshed     *Refreshed     `json:"refreshed,omitempty"`      // nil if the whole dump was restored
	LeftOut       []load.LeftOut `json:"left_out,omitempty"`
	// AfterRestore are the commands that ran.
	AfterRestore []string `json:"after_restore,omitempty"`
	Login        *Login   `json:"login,omitempty"` // how to log in to the application
	Seconds      float64  `json:"seconds"`
}

// Report returns the result of a swap.
func (p *Plan) Report(s *target.Session, took time.Duration) Report {
	rep := Report{Dump: p.Dump, Target: p.Target, Server: p.Server, Masked: p.Masked, Rules: p.Rules, Previous: p.Previous, Refreshed: p.Refreshed, LeftOut: p.LeftOut, AfterRestore: p.Commands.Lines(), Login: p.Login, Seconds: took.Seconds()}
	if p.Previous != "" {
		rep.GoBack = s.Again("rollback")
	}
	if p.Save != nil {
		rep.Saved = p.Save.Name
	}
	return rep
}

// IsProse lets the console wrap the text.
func (Report) IsProse() {}

// Text reports what the target contains now, and how to undo the swap.
func (r Report) Text() string {
	var b strings.Builder
	took := text.Seconds(r.Seconds)
	what := r.Dump.String()
	switch {
	case r.SnapshotNamed:
		what = fmt.Sprintf("the snapshot %s (saved %s)", r.Snapshot, text.Minute(r.SnapshotSaved))
	case r.Snapshot != "":
		what += ", from the snapshot " + r.Snapshot
	}
	if r.Masked {
		what += ", masked"
	}
	fmt.Fprintf(&b, "%s now holds %s, after %s\n", r.Target, what, took)
	if r.Refreshed != nil {
		fmt.Fprintf(&b, "%s\n", r.Refreshed)
	}
	if r.Login != nil {
		fmt.Fprintf(&b, "%s\n", r.Login)
	}
	if r.Saved != "" {
		fmt.Fprintf(&b, "It is also kept as the snapshot %s, for the next fetch of this dump\n", r.Saved)
	}
	if r.Previous != "" {
		fmt.Fprintf(&b, "The previous database is kept as %s; to go back:\n  %s\n", r.Previous, r.GoBack)
	}
	return b.String()
}
