package restore

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/rubyforgood/hectl/internal/command"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/pgtools"
)

// verb is something to do with snapshots.
type verb struct {
	names []string // of its arguments, as the help has them
	many  bool     // the last one may be repeated
	flags []string // that go with it, beside those that go with all
	run   func(ctx context.Context, r *run, args []string) error
}

func verbs() map[string]verb {
	return map[string]verb{
		"save": {names: []string{"NAME"}, flags: []string{"dry-run", "allow-host", "force"}, run: func(ctx context.Context, r *run, args []string) error {
			return r.saveSnapshot(ctx, args[0])
		}},
		"list": {run: func(ctx context.Context, r *run, _ []string) error {
			return r.listSnapshots(ctx)
		}},
		"restore": {names: []string{"NAME"}, flags: []string{"dry-run", "allow-host", "force", "drop-previous"}, run: func(ctx context.Context, r *run, args []string) error {
			return r.restoreNamed(ctx, args[0])
		}},
		"rename": {names: []string{"NAME", "NEW"}, flags: []string{"dry-run", "allow-host", "force"}, run: func(ctx context.Context, r *run, args []string) error {
			return r.renameSnapshot(ctx, args[0], args[1])
		}},
		"delete": {names: []string{"NAME"}, many: true, flags: []string{"dry-run", "allow-host", "force"}, run: func(ctx context.Context, r *run, args []string) error {
			return r.deleteSnapshots(ctx, args)
		}},
	}
}

func snapshotCommand(env *command.Env) *cli.Command {
	return command.New(env, &cli.Command{
		Name:  "snapshot",
		Usage: "keep the local database as it is, to go back to",
		UsageText: `hectl snapshot save NAME
   hectl snapshot list
   hectl snapshot restore NAME
   hectl snapshot rename NAME NEW
   hectl snapshot delete NAME…`,
		Description: `EXAMPLES:
   hectl snapshot save before-migration
   hectl snapshot restore before-migration   again and again
   hectl snapshot list                       names, sizes, and what they are of

   A snapshot is a copy of TARGET on the same server, made of its files: a
   database of its own, TARGET_snapshot_NAME, to which nobody can connect. It
   takes as much room as TARGET. Names are of their TARGET: two databases may
   each have a snapshot "clean".

   save ends the sessions on TARGET, and so does restore, which copies the
   snapshot to a new database, and exchanges the two as fetch-latest-db does:
   what TARGET was is kept as TARGET_previous ("hectl rollback"). Settings,
   comment and privileges of TARGET stay. Nothing is ever taken for a snapshot
   that hectl did not make and mark as one.

   "hectl fetch-latest-db --snapshot" makes one of what it fetched.`,
		Flags: slices.Concat(serverFlags(), []cli.Flag{
			&cli.BoolFlag{Category: command.Database, Name: "drop-previous", Usage: "with restore: do not keep the replaced database"},
			dryRunFlag(),
		}),
		Action: func(c *cli.Context) error {
			v, args, err := parseVerb(c)
			if err != nil {
				return err
			}
			r, _, err := prepareServer(env, c)
			if err != nil {
				return err
			}
			r.dropPrevious, r.dryRun = c.Bool("drop-previous"), c.Bool("dry-run")
			return v.run(c.Context, r, args)
		},
	}, `
0    done
1    failed; the target and its snapshots are as they were
2    wrong flags or settings, or there is a snapshot NAME already
3    done, with warnings that need a person
10   there is no such snapshot, or no target to save
11   another run works on this target
12   the role lacks a permission
15   the target may not be replaced, or not be read
130  interrupted; the target and its snapshots are as they were`)
}

// serverFlags say which target, and that it may be one.
func serverFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Category: command.Database, Name: "target", Usage: "`TARGET`: a URI, a conninfo string, or a name (HECTL_TARGET; default diaper_dev)"},
		&cli.StringSliceFlag{Category: command.Database, Name: "allow-host", Usage: "allow a target on `HOST`, which is not this machine"},
		&cli.BoolFlag{Category: command.Database, Name: "force", Usage: "go on though the target's own ar_internal_metadata says production"},
	}
}

func dryRunFlag() cli.Flag {
	return &cli.BoolFlag{Category: command.Database, Name: "dry-run", Aliases: []string{"n"}, Usage: "say what would happen, and do nothing"}
}

// parseVerb reads what is to be done, and checks its arguments and flags.
func parseVerb(c *cli.Context) (v verb, args []string, err error) {
	known := []string{"save", "list", "restore", "rename", "delete"}
	if !c.Args().Present() {
		return v, nil, fault.New(fault.Usage, `see "hectl snapshot --help"`, "snapshot what? %s", strings.Join(known, ", "))
	}
	name, args := c.Args().First(), c.Args().Tail()
	v, ok := verbs()[name]
	if !ok {
		return v, nil, fault.New(fault.Usage, "it is one of "+strings.Join(known, ", "), "snapshot cannot %s", fault.Quote(name))
	}
	if len(args) < len(v.names) || len(args) > len(v.names) && !v.many {
		usage := strings.Join(append([]string{"hectl snapshot " + name}, v.names...), " ")
		if v.many {
			usage += "…"
		}
		return v, nil, fault.New(fault.Usage, usage, "snapshot %s takes %d arguments, but was given %d", name, len(v.names), len(args))
	}
	for _, flag := range []string{"dry-run", "allow-host", "force", "drop-previous"} {
		if c.IsSet(flag) && !slices.Contains(v.flags, flag) {
			return v, nil, fault.New(fault.Usage, `see "hectl snapshot --help"`, "--%s does not go with snapshot %s", flag, name)
		}
	}
	for _, arg := range args {
		if !plainName.MatchString(arg) {
			return v, nil, fault.New(fault.Usage, "letters, digits, and . _ - between them, at most 60", "%s cannot be the name of a snapshot", fault.Quote(arg))
		}
	}
	return v, args, nil
}

// snapshotInfo describes a snapshot.
type snapshotInfo struct {
	Name      string    `json:"name"`
	Database  string    `json:"database"`
	Size      int64     `json:"size"` // bytes; -1 when not known
	Saved     time.Time `json:"saved_at"`
	Automatic bool      `json:"automatic"` // made by fetch-latest-db --snapshot, which may replace it
	Origin    *origin   `json:"origin,omitempty"`

	target string
}

func (h held) info() snapshotInfo {
	s := h.Snapshot
	return snapshotInfo{
		Name: s.Name, Database: h.Name, Size: h.Size, Saved: s.Saved, Automatic: s.Automatic, Origin: h.Origin,
		target: h.Target,
	}
}

// of says what the snapshot is of: the dump that was in it first, else the target.
func (s snapshotInfo) of() string {
	if s.Origin == nil || s.Origin.Dump == "" {
		return s.target
	}
	return s.Origin.name()
}

// findSnapshot finds the target's snapshot of that name.
func (r *run) findSnapshot(ctx context.Context, admin *pgtools.DB, name string) (held, error) {
	h, err := r.holdings(ctx, admin)
	if err != nil {
		return held{}, err
	}
	if s := h.snapshot(name); s != nil {
		return *s, nil
	}
	hint := `"hectl snapshot save NAME" makes one`
	var names []string
	for _, s := range h.snapshots {
		names = append(names, s.Snapshot.Name)
	}
	if len(names) > 0 {
		hint = "there is " + strings.Join(names, ", ")
	}
	return held{}, fault.New(fault.NotFound, hint, "there is no snapshot %s of %s", name, r.target)
}

// free refuses a name that is taken.
func (r *run) free(ctx context.Context, admin *pgtools.DB, name string) error {
	h, err := r.holdings(ctx, admin)
	if err != nil {
		return err
	}
	if h.snapshot(name) != nil {
		return fault.New(fault.Usage, `choose another name, or "hectl snapshot delete `+name+`" first`, "there is a snapshot %s of %s already", name, r.target)
	}
	database := snapshotName(r.target.Database(), name)
	if _, taken, err := admin.Database(ctx, database); err != nil || !taken {
		return err
	}
	return fault.New(fault.Usage, "choose another name, or rename that database", "the snapshot %s would be the database %s, and there is one of that name that hectl did not make", name, database)
}
