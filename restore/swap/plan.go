package swap

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/rubyforgood/hectl/dump"
	"github.com/rubyforgood/hectl/mask/methods"
	"github.com/rubyforgood/hectl/pgtools"
	"github.com/rubyforgood/hectl/restore/load"
	"github.com/rubyforgood/hectl/restore/target"
)

// Plan has the names for the swap of a temp database with the target, and what happens
// to the temp database before the swap.
type Plan struct {
	Target    string
	Server    string // user@host:port/database of the target
	Version   string // version of the server
	Exists    bool   // whether there is a target to replace
	Temp      string
	Previous  string   // kept under this name; "" when nothing is kept
	Leftovers []string // databases of earlier runs that will be dropped

	Dump    dump.Info // the dump in the temp database
	Masked  bool      // rules masked the rows
	Rules   string    // hash of the masking rules
	LeftOut []load.LeftOut

	Refreshed *Refreshed // nil unless the temp database was made from a snapshot of an older dump

	Commands     Commands
	Save         *SnapshotCopy // nil if the fetch keeps no snapshot
	Login        *Login        // nil if not known
	mark         target.Mark   // mark of the temp database once it is the target
	outgoing     string        // name of the older previous database until it is dropped
	dropReplaced bool          // drop the replaced database instead of keeping it
	// dropsPrevious reports that an existing previous database will be dropped.
	dropsPrevious bool
}

// NewPlan chooses the names, and finds the databases that will be dropped.
func NewPlan(ctx context.Context, s *target.Session, commands Commands, dropReplaced bool) (*Plan, error) {
	now, name := s.Out.Now(), s.Name()
	p := &Plan{
		Target: name, Server: s.String(), Version: s.DB.ServerVersion().String(), Exists: s.Existing != nil,
		Temp: target.TempName(name, now), outgoing: target.OutgoingName(name, now),
		Commands: commands, dropReplaced: dropReplaced,
	}
	if p.Exists && !dropReplaced {
		p.Previous = target.PreviousName(name)
	}
	var err error
	if p.Leftovers, err = s.Leftovers(ctx); err == nil && p.Exists {
		_, p.dropsPrevious, err = s.DB.Database(ctx, target.PreviousName(name))
	}
	return p, err
}

// Settle copies the target's settings and comment to the complete temp database, and
// records its origin. It stays marked as a temp database until the swap.
func (p *Plan) Settle(ctx context.Context, s *target.Session, from *target.Origin) error {
	p.mark = target.Mark{Target: p.Target, Origin: from}
	if p.Exists {
		lost, err := s.DB.CopyDatabaseSettings(ctx, p.Target, p.Temp)
		if err != nil {
			return err
		}
		for _, w := range lost {
			s.Warn("%s", w)
		}
		now, err := target.DatabaseMark(ctx, s.DB, p.Target)
		if err != nil {
			return err
		}
		p.mark.Own = now.Own
	}
	temp := p.mark
	temp.Kind = target.TempKind
	_, err := s.DB.Exec(ctx, target.CommentOn(p.Temp, temp))
	return err
}

// ExplainInterrupted adds to the error of an interrupted run that the target is
// unchanged, because that is the first question after Ctrl-C.
func (p *Plan) ExplainInterrupted(ctx context.Context, err error) error {
	if ctx.Err() == nil || !p.Exists {
		return err
	}
	return fmt.Errorf("%s is unchanged: %w", p.Target, err)
}

// Text renders the steps after the temp database is complete.
func (p *Plan) Text(b *strings.Builder) {
	for _, line := range p.Commands.Lines() {
		fmt.Fprintf(b, "then run        %s\n", line)
	}
	switch {
	case !p.Exists:
		fmt.Fprintf(b, "then rename     %s to %s, which does not exist yet\n", p.Temp, p.Target)
	case p.Previous == "":
		fmt.Fprintf(b, "then replace    %s with it, and drop the old %s\n", p.Target, p.Target)
	default:
		fmt.Fprintf(b, "then rename     %s to %s, and %s to %s\n", p.Target, p.Previous, p.Temp, p.Target)
	}
	if p.dropsPrevious {
		fmt.Fprintf(b, "then drop       the current %s\n", target.PreviousName(p.Target))
	}
	for _, name := range p.Leftovers {
		fmt.Fprintf(b, "first, drop     %s, left by an earlier run\n", name)
	}
	b.WriteString("nothing was changed (--dry-run)")
}

// SnapshotCopy is the snapshot that a fetch keeps. It gets its name in the transaction
// of the swap, so that either both happen or neither does.
type SnapshotCopy struct {
	Name     string
	Database string
	Temp     string // its name until the swap
	Recipe   target.Recipe
	// ChangedSince is recorded in target.SnapshotFacts. A refresh sets it when complete.
	ChangedSince map[string]int64
	mark         target.Mark // set once the copy is made
	Replaces     string      // database of the older automatic snapshot, "" for none
	Older        string      // name of that snapshot
	Outgoing     string      // name of that database until it is dropped
}

// Text renders the line for the plan.
func (s *SnapshotCopy) Text() string {
	instead := ""
	if s.Older != "" && s.Older != s.Name {
		instead = ", in place of " + s.Older
	}
	return fmt.Sprintf("then copy       it to the snapshot %s%s\n", s.Name, instead)
}

// CopySave copies the complete temp database for the snapshot, if the fetch keeps one.
// If the copy fails, the fetch continues without a snapshot.
func (p *Plan) CopySave(ctx context.Context, s *target.Session, from *target.Origin, owner, password string) error {
	c := p.Save
	if c == nil {
		return nil
	}
	if password != methods.DefaultPassword {
		hash, err := methods.HashPassword(password)
		if err != nil {
			return err
		}
		c.Recipe.Password = hash
	}
	c.mark = target.Mark{
		Kind: target.SnapshotKind, Target: p.Target, Origin: from,
		Snapshot: &target.SnapshotFacts{Name: c.Name, Saved: s.Out.Now().UTC().Truncate(time.Millisecond), Automatic: true, Recipe: &c.Recipe, ChangedSince: c.ChangedSince},
	}
	s.Out.Detail("copying %s to %s", p.Temp, c.Temp)
	err := pgtools.CopyDatabase(ctx, s.Conn, p.Temp, c.Temp, pgtools.CopyOptions{AppName: pgtools.RestoreApp, Owner: owner, Sealed: true})
	if err != nil && ctx.Err() == nil {
		s.Warn("no snapshot was kept: %v", err)
		p.Save = nil
		return nil
	}
	return err
}
