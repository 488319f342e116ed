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
	"github.com/rubyforgood/hectl/restore/target"
)

// purgeOptions are the settings of one purge.
type purgeOptions struct {
	target *target.Target
	all    bool // purge for all targets on the server
	yes    bool // do not ask for confirmation
	dryRun bool
	dir    string // where partial downloads are removed
	stdin  io.Reader
}

func purgeCommand(env *command.Env) *cli.Command {
	return command.New(env, &cli.Command{
		Name:      "purge",
		Usage:     "remove what hectl keeps beside the local database",
		UsageText: "hectl purge [options]",
		Description: `EXAMPLES:
   hectl purge              list it, ask, then remove it
   hectl purge --dry-run    only list it
   hectl purge --all --yes  for every TARGET on that server, without asking

   hectl removes the previous database of TARGET, its snapshots, temp databases
   and folders that killed runs left behind, and unfinished downloads in this
   folder (FILE.ETAG.partial). It keeps TARGET, complete downloads, and
   everything that hectl has not marked as its own. It ends the sessions on the
   databases that it removes.`,
		Flags: slices.Concat(command.TargetFlags(), []cli.Flag{
			&cli.BoolFlag{Category: command.Database, Name: "all", Usage: "purge all targets on the server, not only TARGET"},
			&cli.BoolFlag{Category: command.Database, Name: "yes", Aliases: []string{"y"}, Usage: "do not ask for confirmation"},
			command.DryRunFlag(),
		}),
		Action: func(c *cli.Context) error {
			if err := command.NoArgs(c); err != nil {
				return err
			}
			t, _, err := command.NewTarget(env, c)
			if err != nil {
				return err
			}
			return purgeOptions{target: t, all: c.Bool("all"), yes: c.Bool("yes"), dryRun: c.Bool("dry-run"), dir: env.Dir, stdin: env.Stdin}.run(c.Context)
		},
	}, `
0    done, or there was nothing to remove
1    failed, or the answer was no
2    wrong flags or settings, or --yes is missing and there is no terminal
3    done, but some items could not be removed; see the warnings
11   another run is using this target
12   the server refuses the login
15   hectl refuses to touch the target
130  interrupted; only what was reported as removed is gone`)
}

// purged is the result of a purge, or of its dry run.
type purged struct {
	Server  string    `json:"server"`
	Removed []removal `json:"removed"`
	Bytes   int64     `json:"bytes"` // total of the known sizes
	DryRun  bool      `json:"dry_run,omitempty"`
}

// Text lists the removed databases and files, or those to remove.
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

// sum counts the removals by kind.
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

// run finds what to remove, asks for confirmation, and removes it.
func (o purgeOptions) run(ctx context.Context) error {
	s, err := o.target.Lock(ctx, target.Purge)
	if err != nil {
		return err
	}
	defer s.Close(ctx)
	sessions := []*target.Session{s}
	if o.all {
		others, err := lockOthers(ctx, s)
		if err != nil {
			return err
		}
		sessions = append(sessions, others...)
	}
	result := purged{Server: s.String(), DryRun: o.dryRun, Removed: []removal{}}
	for _, of := range sessions {
		removals, err := findRemovals(ctx, of)
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
	if o.dryRun || len(result.Removed) == 0 {
		return s.Outcome(s.Out.Result(result))
	}
	if err := o.confirm(ctx, s.Out, result); err != nil {
		return err
	}
	return purge(ctx, s, result)
}

// lockOthers locks the other targets on the server. It skips targets that another run
// is using or that the guard refuses.
func lockOthers(ctx context.Context, s *target.Session) (sessions []*target.Session, err error) {
	found, err := s.Databases(ctx, s.DB)
	if err != nil {
		return nil, err
	}
	for _, target := range target.Names(found) {
		if target == s.Name() {
			continue
		}
		other, err := s.LockSibling(ctx, target)
		if fault.CodeOf(err) == fault.Locked || fault.CodeOf(err) == fault.Refused {
			s.Warn("%s is skipped: %v", target, err)
			continue
		} else if err != nil {
			return nil, err
		}
		sessions = append(sessions, other)
	}
	return sessions, nil
}

// confirm asks for confirmation, unless --yes was given.
func (o purgeOptions) confirm(ctx context.Context, out *console.Console, p purged) error {
	if o.yes {
		return nil
	}
	asker := out.Asker(o.stdin)
	if asker == nil {
		return fault.New(fault.Usage, "use --dry-run to list what would be removed, or --yes to remove it without asking",
			"cannot ask for confirmation to remove %s: standard input is not a terminal", p.sum())
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

// purge removes everything in p.
func purge(ctx context.Context, s *target.Session, p purged) error {
	planned := p.Removed
	p.Removed, p.Bytes = []removal{}, 0
	for _, x := range planned {
		err := x.remove(ctx)
		if ctx.Err() != nil {
			return errors.Join(s.Out.Result(p), err, context.Cause(ctx))
		}
		if err != nil {
			s.Warn("%s %s was not removed: %v", x.Kind, x.Name, err)
			continue
		}
		s.Out.Say("removed %s %s", x.Kind, x.Name)
		p.Removed = append(p.Removed, x)
		p.Bytes += max(x.Size, 0)
	}
	return s.Outcome(s.Out.Result(p))
}
