package restore

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/dustin/go-humanize"
	"github.com/urfave/cli/v2"

	"github.com/rubyforgood/hectl/internal/command"
	"github.com/rubyforgood/hectl/internal/console"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/text"
	"github.com/rubyforgood/hectl/pgtools"
)

// purgeOptions are what one purge is told.
type purgeOptions struct {
	run   *run
	all   bool   // of all targets on the server
	yes   bool   // do not ask
	dir   string // whose partial downloads go
	stdin io.Reader
}

func purgeCommand(env *command.Env) *cli.Command {
	return command.New(env, &cli.Command{
		Name:      "purge",
		Usage:     "remove what hectl keeps beside the local database",
		UsageText: "hectl purge [options]",
		Description: `EXAMPLES:
   hectl purge              show what there is, ask, remove it
   hectl purge --dry-run    only show it
   hectl purge --all --yes  for every TARGET on that server, without asking

   It removes the previous database of TARGET, its snapshots, the temporary
   databases and folders that killed runs left, and downloads in this folder
   that were broken off (FILE.ETAG.partial). TARGET itself stays, and so does
   everything that hectl has not marked as its own; complete downloads are
   yours. Sessions in what is removed are ended.`,
		Flags: slices.Concat(serverFlags(), []cli.Flag{
			&cli.BoolFlag{Category: command.Database, Name: "all", Usage: "of all targets on the server, not of TARGET alone"},
			&cli.BoolFlag{Category: command.Database, Name: "yes", Aliases: []string{"y"}, Usage: "do not ask"},
			dryRunFlag(),
		}),
		Action: func(c *cli.Context) error {
			if err := command.NoArgs(c); err != nil {
				return err
			}
			r, _, err := prepareServer(env, c)
			if err != nil {
				return err
			}
			r.dryRun, r.doing = c.Bool("dry-run"), "remove what is kept of"
			return purgeOptions{run: r, all: c.Bool("all"), yes: c.Bool("yes"), dir: env.Dir, stdin: env.Stdin}.Run(c.Context)
		},
	}, `
0    done, or there was nothing to remove
1    failed, or the answer was no
2    wrong flags or settings, or --yes is missing where nobody can be asked
3    done, but some of it could not be removed, as was said
11   another run works on this target
12   the server does not let one in
15   the target may not be touched
130  interrupted; what was not said to be removed is still there`)
}

// purged is the result of a purge, or what it would be.
type purged struct {
	Server  string    `json:"server"`
	Removed []removal `json:"removed"`
	Bytes   int64     `json:"bytes"` // of those whose size is known
	DryRun  bool      `json:"dry_run,omitempty"`
}

// Text says what is gone, or would be.
func (p purged) Text() string {
	switch {
	case len(p.Removed) == 0:
		return "nothing to remove"
	case p.DryRun:
		return "would remove " + p.sum() + ":\n" + listing(p.Removed) + "nothing was changed (--dry-run)"
	default:
		return "removed " + p.sum()
	}
}

// sum is how much it is.
func (p purged) sum() string {
	kinds := map[string]int{}
	var order []string
	for _, r := range p.Removed {
		if kinds[r.Kind] == 0 {
			order = append(order, r.Kind)
		}
		kinds[r.Kind]++
	}
	var parts []string
	for _, kind := range order {
		parts = append(parts, text.Count(kinds[kind], kind))
	}
	return strings.Join(parts, ", ") + " (" + humanize.Bytes(uint64(p.Bytes)) + ")"
}

// Run purges.
func (o purgeOptions) Run(ctx context.Context) error {
	r := o.run
	return r.admitted(ctx, func(ctx context.Context, admin *pgtools.DB, _ *pgtools.Database, judged facts) error {
		runs := []purging{{r, judged}}
		if o.all {
			others, err := r.others(ctx, admin)
			if err != nil {
				return err
			}
			runs = append(runs, others...)
		}
		result := purged{Server: r.target.String(), DryRun: r.dryRun, Removed: []removal{}}
		for _, of := range runs {
			found, err := of.databases(ctx, admin)
			if err != nil {
				return err
			}
			removals, err := of.removals(ctx, admin, found, of.judged)
			if err != nil {
				return err
			}
			result.Removed = append(result.Removed, removals...)
		}
		partials, err := partialDownloads(o.dir)
		if err != nil {
			return err
		}
		result.Removed = append(result.Removed, partials...)
		for _, x := range result.Removed {
			result.Bytes += max(x.Size, 0)
		}
		if r.dryRun || len(result.Removed) == 0 {
			return r.told(r.out.Result(result))
		}
		if err := o.agreed(ctx, result); err != nil {
			return err
		}
		return r.purge(ctx, result)
	})
}

// purging is a run for a target, and what its guard knows.
type purging struct {
	*run
	judged facts
}

// others are runs for the other targets on the server, each with its lock. Where
// another hectl is at work, or that may not be touched, nothing is removed.
func (r *run) others(ctx context.Context, admin *pgtools.DB) ([]purging, error) {
	found, err := r.databases(ctx, admin)
	if err != nil {
		return nil, err
	}
	var runs []purging
	for _, target := range targets(found) {
		if target == r.target.Database() {
			continue
		}
		other := *r
		other.target = r.target.WithDatabase(target)
		_, judged, err := other.locked(ctx, admin)
		if fault.CodeOf(err) == fault.Locked || fault.CodeOf(err) == fault.Refused {
			r.warn("what is kept of %s stays: %v", target, err)
			continue
		} else if err != nil {
			return nil, err
		}
		runs = append(runs, purging{&other, judged})
	}
	return runs, nil
}

// agreed asks whether to go on, unless --yes has answered.
func (o purgeOptions) agreed(ctx context.Context, p purged) error {
	if o.yes {
		return nil
	}
	asker := o.run.out.Asker(o.stdin)
	if asker == nil {
		return fault.New(fault.Usage, "--dry-run shows it, --yes removes it without asking",
			"there is %s to remove, but nobody can be asked: standard input is no terminal", p.sum())
	}
	answer, err := asker.Answer(ctx, listing(p.Removed)+"remove "+p.sum()+"? [y/N]")
	if err != nil && !errors.Is(err, console.ErrNoAnswer) {
		return fmt.Errorf("read the answer: %w", err)
	}
	if !slices.Contains([]string{"y", "yes"}, strings.ToLower(answer)) {
		return fault.New(fault.Failed, "", "nothing was removed")
	}
	return nil
}

// purge removes what was shown.
func (r *run) purge(ctx context.Context, p purged) error {
	planned := p.Removed
	p.Removed, p.Bytes = []removal{}, 0
	for _, x := range planned {
		err := x.remove(ctx)
		if ctx.Err() != nil {
			return errors.Join(r.out.Result(p), err, context.Cause(ctx))
		}
		if err != nil {
			r.warn("%s %s stays: %v", x.Kind, x.Name, err)
			continue
		}
		r.out.Say("removed %s %s", x.Kind, x.Name)
		p.Removed = append(p.Removed, x)
		p.Bytes += max(x.Size, 0)
	}
	return r.told(r.out.Result(p))
}
