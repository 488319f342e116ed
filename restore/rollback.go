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
)

func rollbackCommand(env *command.Env) *cli.Command {
	return command.New(env, &cli.Command{
		Name:      "rollback",
		Usage:     "put the previous local database back",
		UsageText: "hectl rollback [options]",
		Description: `EXAMPLES:
   hectl rollback              undo the last fetch, restore or rollback
   hectl rollback --dry-run    say what would be put back, do nothing

   TARGET and TARGET_previous swap names, in one transaction, with
   all that belongs to each: rows, settings, comment and privileges. Sessions on
   both are ended. Nothing is dropped, so a second rollback undoes the first.`,
		Flags: slices.Concat(serverFlags(), []cli.Flag{dryRunFlag()}),
		Action: func(c *cli.Context) error {
			if err := command.NoArgs(c); err != nil {
				return err
			}
			r, _, err := prepareServer(env, c)
			if err != nil {
				return err
			}
			r.dryRun, r.keepsPrevious = c.Bool("dry-run"), true
			return r.rollback(c.Context)
		},
	}, `
0    done
1    failed; both databases are as they were
2    wrong flags or settings; nothing was touched
10   there is no previous database
11   another run works on this target
12   the role lacks a permission
15   the target may not be replaced
130  interrupted; both databases are as they were`)
}

// rolledBack is the result of a rollback, or what it would be.
type rolledBack struct {
	Target   string  `json:"target"`
	Server   string  `json:"server"`
	Previous string  `json:"previous_database,omitempty"` // where the database is that it replaces; "" for none
	Holds    *origin `json:"holds,omitempty"`             // what the target is now
	Held     *origin `json:"held,omitempty"`              // what it was
	DryRun   bool    `json:"dry_run,omitempty"`
	Seconds  float64 `json:"seconds"`

	again string
}

// IsProse lets a terminal break its lines.
func (rolledBack) IsProse() {}

// Text says what is where now.
func (r rolledBack) Text() string {
	var b strings.Builder
	if r.DryRun {
		fmt.Fprintf(&b, "would put back  %s: %s\n", r.Target, r.Holds)
		if r.Previous != "" {
			fmt.Fprintf(&b, "and keep        the present one as %s: %s\n", r.Previous, r.Held)
		}
		b.WriteString("nothing was changed (--dry-run)")
		return b.String()
	}
	took := text.Seconds(r.Seconds)
	fmt.Fprintf(&b, "%s is back to %s, after %s\n", r.Target, r.Holds.back(), took)
	if r.Previous != "" {
		fmt.Fprintf(&b, "The database that it replaces is kept as %s: %s; to undo the rollback:\n  %s\n", r.Previous, r.Held, r.again)
	}
	return b.String()
}

// rollback swaps the target and its previous database.
func (r *run) rollback(ctx context.Context) error {
	return r.admitted(ctx, func(ctx context.Context, admin *pgtools.DB, existing *pgtools.Database, judged facts) error {
		start := r.out.Now()
		target, previous := r.target.Database(), previousName(r.target.Database())
		before, exists, err := admin.Database(ctx, previous)
		if err != nil {
			return err
		}
		if !exists {
			return fault.New(fault.NotFound, `fetch, restore and "snapshot restore" keep one; "hectl snapshot list" shows what else there is to go back to`,
				"there is no previous database of %s: no %s", r.target, previous)
		}
		comes := parseMark(before.Comment)
		if comes.kind != keptKind { // the guard looks at it only where there is a target
			return fault.New(fault.Refused, "rename it, if it is what the target shall be",
				"refused to put back %s: it is not a previous database that hectl keeps", r.target.WithDatabase(previous))
		}
		judged.Dumped = append(judged.Dumped, comes.Origin.source())
		if err := r.refusal(judged); err != nil {
			return err
		}
		if err := mayRename(ctx, admin, previous); err != nil {
			return err
		}
		problems, err := lacking(ctx, admin, existing)
		if err != nil {
			return err
		}
		if len(problems) > 0 {
			return cannot(problems, "roll %s back", r.target)
		}
		result := rolledBack{Target: target, Server: r.target.String(), Holds: comes.Origin, DryRun: r.dryRun, again: r.again("rollback")}
		renames := []pgtools.Rename{{From: previous, To: target}}
		comes.kind = noKind
		statements := []string{commentOn(previous, comes)}
		if existing != nil {
			between := outgoingName(target, r.out.Now()) // seen by nobody
			renames = []pgtools.Rename{{From: target, To: between}, {From: previous, To: target}, {From: between, To: previous}}
			kept, err := keptMark(ctx, admin, target)
			if err != nil {
				return err
			}
			statements = append(statements, kept)
			result.Previous, result.Held = previous, parseMark(existing.Comment).Origin
		}
		if r.dryRun {
			return r.out.Result(result)
		}
		if _, err := r.inspected(ctx, admin, &judged); err != nil {
			return err
		}
		check := func(ctx context.Context, tx *pgtools.Tx) error {
			if existing == nil {
				return nil
			}
			return r.sameDatabase(ctx, tx, previous, judged.OID)
		}
		if err := pgtools.SwapDatabases(ctx, r.target, renames, pgtools.SwapOptions{AppName: appName, Statements: statements, Check: check}); err != nil {
			return fmt.Errorf("%s is as it was: %w", target, err)
		}
		result.Seconds = r.out.Now().Sub(start).Seconds()
		return r.told(r.out.Result(result))
	})
}
