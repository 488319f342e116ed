package swap

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/pgtools"
	"github.com/rubyforgood/hectl/restore/target"
)

// Swap puts the temp database in the target's place. All renames are one transaction,
// so a run that is killed at any point leaves either the old names or the new ones.
//
// The restore may have taken hours, so the guard checks three more times: right before
// the renames; in their transaction, where it reads the catalogs while no other session
// can connect to these databases; and after it, where it reads the rows of the replaced
// database under its new name, before anything is dropped.
func (p *Plan) Swap(ctx context.Context, s *target.Session) error {
	if err := s.Recheck(ctx); err != nil {
		return err
	}
	if p.Exists != (s.Existing != nil) {
		return fault.New(fault.Refused, "fetch again", "refused to replace %s: it was created or dropped during the restore", s)
	}
	return p.swapChecked(ctx, s)
}

// swapChecked swaps after the guard has checked the target.
func (p *Plan) swapChecked(ctx context.Context, s *target.Session) error {
	previous := target.PreviousName(p.Target)
	var renames []pgtools.Rename
	opt := pgtools.SwapOptions{AppName: pgtools.RestoreApp, Statements: []string{target.CommentOn(p.Temp, p.mark)}}
	older := false
	if p.Exists {
		var err error
		if _, older, err = s.DB.Database(ctx, previous); err != nil {
			return err
		}
		if older {
			renames = append(renames, pgtools.Rename{From: previous, To: p.outgoing})
		}
		renames = append(renames, pgtools.Rename{From: p.Target, To: previous})
		kept, err := target.KeptMark(ctx, s.DB, p.Target)
		if err != nil {
			return err
		}
		opt.Statements = append(opt.Statements, kept)
		opt.Check = func(ctx context.Context, tx *pgtools.Tx) error {
			if err := s.CheckIdentity(ctx, tx, previous); err != nil || !older {
				return err
			}
			return s.CheckKept(ctx, tx, p.outgoing, previous)
		}
	}
	renames = append(renames, pgtools.Rename{From: p.Temp, To: p.Target})
	var drop []string
	if c := p.Save; c != nil {
		if c.Replaces != "" {
			renames = append(renames, pgtools.Rename{From: c.Replaces, To: c.Outgoing})
			drop = append(drop, c.Outgoing)
		}
		renames = append(renames, pgtools.Rename{From: c.Temp, To: c.Database})
		opt.Statements = append(opt.Statements, target.CommentOn(c.Temp, c.mark))
	}
	s.Out.Detail("swapping %s and %s", p.Target, p.Temp)
	if err := pgtools.SwapDatabases(ctx, s.Conn, renames, opt); err != nil {
		return err
	}
	ctx, cancel := target.WithoutInterrupt(ctx)
	defer cancel()
	if p.Exists {
		switch turned, err := s.RefuseReplaced(ctx, previous); {
		case err != nil:
			s.Warn("%s is in place; nothing was dropped, because %s could not be checked again: %v", p.Target, previous, err)
			return nil
		case turned != nil:
			return errors.Join(turned, p.swapBack(ctx, s, older))
		}
	}
	// From here on, the new database is in place. A failure is only a warning, and the
	// next run cleans up.
	drop = append(drop, p.outgoing)
	if p.dropReplaced && p.Exists {
		drop = append(drop, previous)
	}
	for _, name := range drop {
		if err := s.DropKept(ctx, name); err != nil {
			s.Warn("%s is in place, but %s was not dropped: %v", p.Target, name, err)
		}
	}
	return nil
}

// swapBack undoes a swap.
func (p *Plan) swapBack(ctx context.Context, s *target.Session, older bool) error {
	previous := target.PreviousName(p.Target)
	renames := []pgtools.Rename{{From: p.Target, To: p.Temp}, {From: previous, To: p.Target}}
	if older {
		renames = append(renames, pgtools.Rename{From: p.outgoing, To: previous})
	}
	err := pgtools.SwapDatabases(ctx, s.Conn, renames, pgtools.SwapOptions{AppName: pgtools.RestoreApp, Statements: []string{
		target.CommentOn(p.Target, target.Mark{Kind: target.TempKind, Target: p.Target}),
		"COMMENT ON DATABASE " + pgtools.Quote(previous) + " IS " + pgtools.QuoteLiteral(s.Existing.Comment),
	}})
	if err != nil {
		return fault.Wrap(fault.Failed, "hectl rollback", fmt.Errorf("%s is kept as %s: swapping it back failed: %w", p.Target, previous, err))
	}
	return nil
}

// ExplainNotSwapped explains a swap that did not happen. busy reports that sessions
// prevented it; the restored database is then kept, and the hint shows how to swap it.
func (p *Plan) ExplainNotSwapped(s *target.Session, err error, busy bool) error {
	if !busy {
		return fmt.Errorf("%s is unchanged: %w", p.Target, err)
	}
	return fault.Wrap(fault.Failed,
		fmt.Sprintf("the restored database is %s; when the sessions are gone, swap it in with: %s", p.Temp,
			pgtools.PsqlLine(s.Conn, s.Conn.User(), []string{"-1"}, p.renames(s.Out.Now())...)),
		fmt.Errorf("%s is unchanged: %w", p.Target, err))
}

// renames returns the statements to swap by hand. They rename the target to a name that
// no later run drops.
func (p *Plan) renames(now time.Time) []string {
	if !p.Exists {
		return []string{pgtools.Rename{From: p.Temp, To: p.Target}.SQL()}
	}
	return []string{pgtools.Rename{From: p.Target, To: target.ReplacedName(p.Target, now)}.SQL(), pgtools.Rename{From: p.Temp, To: p.Target}.SQL()}
}
