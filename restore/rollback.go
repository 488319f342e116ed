package restore

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/rubyforgood/hectl/internal/command"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/text"
	"github.com/rubyforgood/hectl/pgtools"
	"github.com/rubyforgood/hectl/restore/target"
)

func rollbackCommand(env *command.Env) *cli.Command {
	return command.New(env, &cli.Command{
		Name:      "rollback",
		Usage:     "put the previous local database back",
		UsageText: "hectl rollback [options]",
		Description: `EXAMPLES:
   hectl rollback              undo the last fetch, restore or rollback
   hectl rollback --dry-run    show what would be put back, change nothing

   hectl swaps the names of TARGET and TARGET_previous in one transaction, after
   ending the sessions on both. Each database keeps its rows, settings, comment
   and privileges. hectl drops nothing, so a second rollback undoes the first.`,
		Flags: slices.Concat(command.TargetFlags(), []cli.Flag{command.DryRunFlag()}),
		Action: func(c *cli.Context) error {
			if err := command.NoArgs(c); err != nil {
				return err
			}
			t, _, err := command.NewTarget(env, c)
			if err != nil {
				return err
			}
			return rollback(c.Context, t, c.Bool("dry-run"))
		},
	}, `
0    done
1    failed; both databases are unchanged
2    wrong flags or settings; nothing was changed
10   there is no previous database
11   another run is using this target
12   the role lacks a permission
15   hectl refuses to replace the target
130  interrupted; both databases are unchanged`)
}

// rolledBack is the result of a rollback, or of its dry run.
type rolledBack struct {
	Target   string         `json:"target"`
	Server   string         `json:"server"`
	Previous string         `json:"previous_database,omitempty"` // the new name of the replaced database; "" for none
	Holds    *target.Origin `json:"holds,omitempty"`             // where the target's rows come from now
	Held     *target.Origin `json:"held,omitempty"`              // where they came from before
	DryRun   bool           `json:"dry_run,omitempty"`
	Seconds  float64        `json:"seconds"`

	again string
}

// IsProse lets the console wrap the text.
func (rolledBack) IsProse() {}

// Text reports the new names of the databases.
func (r rolledBack) Text() string {
	var b strings.Builder
	if r.DryRun {
		fmt.Fprintf(&b, "would put back  %s: %s\n", r.Target, r.Holds)
		if r.Previous != "" {
			fmt.Fprintf(&b, "and keep        the current one as %s: %s\n", r.Previous, r.Held)
		}
		b.WriteString("nothing was changed (--dry-run)")
		return b.String()
	}
	took := text.Seconds(r.Seconds)
	fmt.Fprintf(&b, "%s is back to %s, after %s\n", r.Target, r.Holds.Back(), took)
	if r.Previous != "" {
		fmt.Fprintf(&b, "The replaced database is kept as %s: %s; to undo the rollback:\n  %s\n", r.Previous, r.Held, r.again)
	}
	return b.String()
}

// rollback swaps the target and its previous database.
func rollback(ctx context.Context, t *target.Target, dryRun bool) error {
	start := t.Out.Now()
	s, err := t.Lock(ctx, target.RollBack)
	if err != nil {
		return err
	}
	defer s.Close(ctx)
	name, previous := s.Name(), target.PreviousName(s.Name())
	before, exists, err := s.DB.Database(ctx, previous)
	if err != nil {
		return err
	}
	if !exists {
		return fault.New(fault.NotFound, `run "hectl snapshot list" to see snapshots that you can go back to; fetch, restore and "snapshot restore" keep a previous database`,
			"%s has no previous database: there is no %s", s, previous)
	}
	comes := target.ParseMark(before.Comment)
	if comes.Kind != target.KeptKind { // the guard checks this only if there is a target
		return fault.New(fault.Refused, "rename it yourself if it should become the target",
			"refused to put back %s: it is not a previous database that hectl keeps", s.Conn.WithDatabase(previous))
	}
	if err := s.RefuseSource(comes.Origin.SourceIdentity()); err != nil {
		return err
	}
	if err := target.MayRename(ctx, s.DB, previous); err != nil {
		return err
	}
	problems, err := s.Lacks(ctx)
	if err != nil {
		return err
	}
	if len(problems) > 0 {
		return fault.Cannot(problems, "roll %s back", s)
	}
	result := rolledBack{Target: name, Server: s.String(), Holds: comes.Origin, DryRun: dryRun, again: s.Again("rollback")}
	renames := []pgtools.Rename{{From: previous, To: name}}
	comes.Kind = target.NoKind
	statements := []string{target.CommentOn(previous, comes)}
	existed := s.Existing != nil
	if existed {
		between := target.OutgoingName(name, s.Out.Now()) // visible only inside the transaction
		renames = []pgtools.Rename{{From: name, To: between}, {From: previous, To: name}, {From: between, To: previous}}
		kept, err := target.KeptMark(ctx, s.DB, name)
		if err != nil {
			return err
		}
		statements = append(statements, kept)
		result.Previous, result.Held = previous, target.ParseMark(s.Existing.Comment).Origin
	}
	if dryRun {
		return s.Out.Result(result)
	}
	if err := s.Recheck(ctx); err != nil {
		return err
	}
	check := func(ctx context.Context, tx *pgtools.Tx) error {
		if !existed {
			return nil
		}
		return s.CheckIdentity(ctx, tx, previous)
	}
	if err := pgtools.SwapDatabases(ctx, s.Conn, renames, pgtools.SwapOptions{AppName: pgtools.RestoreApp, Statements: statements, Check: check}); err != nil {
		return fmt.Errorf("%s is unchanged: %w", name, err)
	}
	result.Seconds = s.Out.Now().Sub(start).Seconds()
	return s.Outcome(s.Out.Result(result))
}
