package snapshot

import (
	"context"
	"math"
	"regexp"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/rubyforgood/hectl/internal/command"
	"github.com/rubyforgood/hectl/internal/commandline"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/text"
	"github.com/rubyforgood/hectl/restore/target"
)

// Command returns "hectl snapshot" and its subcommands.
func Command(env *command.Env) *cli.Command {
	env.CompleteArgs("snapshot restore", completeNames(env, 1))
	env.CompleteArgs("snapshot rename", completeNames(env, 1))
	env.CompleteArgs("snapshot delete", completeNames(env, math.MaxInt))
	return command.New(env, &cli.Command{
		Name:  "snapshot",
		Usage: "save and restore copies of the local database",
		UsageText: `hectl snapshot save NAME
   hectl snapshot list
   hectl snapshot restore NAME
   hectl snapshot rename NAME NEW
   hectl snapshot delete NAME…`,
		Description: `EXAMPLES:
   hectl snapshot save before-migration
   hectl snapshot restore before-migration   as often as you like
   hectl snapshot list                       names, sizes and origins

   A snapshot is a copy of TARGET on the same server: a separate database,
   TARGET_snapshot_NAME, that accepts no connections. It takes as much disk
   space as TARGET. Each TARGET has its own names: two databases can each
   have a snapshot "clean".

   save and restore end the sessions on TARGET. restore copies the snapshot to a
   new database and swaps it with TARGET, as fetch-latest-db does. The previous
   database is kept as TARGET_previous; "hectl rollback" brings it back. TARGET
   keeps its settings, comment and privileges. hectl only uses snapshots that it
   made and marked itself.

   "hectl fetch-latest-db --snapshot" makes a snapshot of the fetched database.`,
		Subcommands: []*cli.Command{
			snapshotSaveCommand(env), snapshotListCommand(env), snapshotRestoreCommand(env),
			snapshotRenameCommand(env), snapshotDeleteCommand(env),
		},
	}, `
0    done
1    failed; the target and its snapshots are unchanged
2    wrong flags or settings, or the new name of a snapshot is taken
3    done, with warnings that need attention
10   no such snapshot, or no target to save
11   another run is using this target
12   the role lacks a permission
15   hectl refuses to read or replace the target
130  interrupted; the target and its snapshots are unchanged`)
}

func snapshotSaveCommand(env *command.Env) *cli.Command {
	return command.New(env, &cli.Command{
		Name:      "save",
		Usage:     "save a copy of the local database under a name",
		UsageText: "hectl snapshot save NAME [options]",
		Description: `EXAMPLES:
   hectl snapshot save before-upgrade --dry-run   only show the plan
   hectl snapshot save before-upgrade

   hectl ends the sessions on TARGET, because PostgreSQL copies a database only
   if it has none.`,
		Flags: append(command.TargetFlags(), command.DryRunFlag()),
		Action: func(c *cli.Context) error {
			t, err := prepareSnapshots(env, c, 1, 1)
			if err != nil {
				return err
			}
			return save(c.Context, t, c.Args().First(), c.Bool("dry-run"))
		},
	}, `
0    done
1    failed; the target and its snapshots are unchanged
2    wrong flags or settings, or the snapshot NAME already exists
3    done, with warnings that need attention
10   no target to save
11   another run is using this target
12   the role lacks a permission
15   hectl refuses to read the target
130  interrupted; the target and its snapshots are unchanged`)
}

func snapshotListCommand(env *command.Env) *cli.Command {
	return command.New(env, &cli.Command{
		Name:      "list",
		Usage:     "list the snapshots of the local database",
		UsageText: "hectl snapshot list [options]",
		Flags:     command.TargetFlags()[:1],
		Action: func(c *cli.Context) error {
			t, err := prepareSnapshots(env, c, 0, 0)
			if err != nil {
				return err
			}
			return list(c.Context, t)
		},
	}, `
0    done, even if there are no snapshots
1    failed
2    wrong flags or settings
12   the role lacks a permission
15   hectl refuses to read the target
130  interrupted`)
}

func snapshotRestoreCommand(env *command.Env) *cli.Command {
	return command.New(env, &cli.Command{
		Name:      "restore",
		Usage:     "replace the local database with a snapshot",
		UsageText: "hectl snapshot restore NAME [options]",
		Description: `EXAMPLES:
   hectl snapshot restore before-migration   as often as you like
   hectl snapshot restore before-migration --drop-previous

   hectl copies the snapshot to a new database, then swaps it with TARGET. The
   previous database is kept as TARGET_previous: "hectl rollback" brings it
   back. The snapshot is kept.`,
		Flags: append(command.TargetFlags(),
			&cli.BoolFlag{Category: command.Database, Name: "drop-previous", Usage: "do not keep the replaced database"},
			command.DryRunFlag()),
		Action: func(c *cli.Context) error {
			t, err := prepareSnapshots(env, c, 1, 1)
			if err != nil {
				return err
			}
			return restoreNamed(c.Context, t, c.Args().First(), Restore{DropReplaced: c.Bool("drop-previous"), DryRun: c.Bool("dry-run"), named: true})
		},
	}, `
0    done
1    failed; the target and its snapshots are unchanged
2    wrong flags or settings
3    done, with warnings that need attention
10   no such snapshot
11   another run is using this target
12   the role lacks a permission
15   hectl refuses to replace the target
130  interrupted; the target and its snapshots are unchanged`)
}

func snapshotRenameCommand(env *command.Env) *cli.Command {
	return command.New(env, &cli.Command{
		Name:      "rename",
		Usage:     "rename a snapshot",
		UsageText: "hectl snapshot rename NAME NEW [options]",
		Description: `EXAMPLES:
   hectl snapshot rename before-migration clean

   "hectl fetch-latest-db --snapshot" replaces the snapshot of an earlier fetch,
   unless you renamed it.`,
		Flags: append(command.TargetFlags(), command.DryRunFlag()),
		Action: func(c *cli.Context) error {
			t, err := prepareSnapshots(env, c, 2, 2)
			if err != nil {
				return err
			}
			return rename(c.Context, t, c.Args().Get(0), c.Args().Get(1), c.Bool("dry-run"))
		},
	}, `
0    done
1    failed; the target and its snapshots are unchanged
2    wrong flags or settings, or the snapshot NEW already exists
3    done, with warnings that need attention
10   no such snapshot
11   another run is using this target
12   the role lacks a permission
15   hectl refuses to rename the snapshot
130  interrupted; the target and its snapshots are unchanged`)
}

func snapshotDeleteCommand(env *command.Env) *cli.Command {
	return command.New(env, &cli.Command{
		Name:      "delete",
		Usage:     "delete snapshots",
		UsageText: "hectl snapshot delete NAME… [options]",
		Description: `EXAMPLES:
   hectl snapshot delete before-upgrade clean

   If one of the snapshots does not exist, hectl deletes none.`,
		Flags: append(command.TargetFlags(), command.DryRunFlag()),
		Action: func(c *cli.Context) error {
			t, err := prepareSnapshots(env, c, 1, math.MaxInt)
			if err != nil {
				return err
			}
			return deleteAll(c.Context, t, c.Args().Slice(), c.Bool("dry-run"))
		},
	}, `
0    done
1    failed; some of the snapshots may be deleted
2    wrong flags or settings
3    done, with warnings that need attention
10   no such snapshot; none was deleted
11   another run is using this target
12   the role lacks a permission
15   hectl refuses to delete a snapshot
130  interrupted; some of the snapshots may be deleted`)
}

// prepareSnapshots checks that the command line has least to most names of snapshots, all
// of them valid, and returns the target.
func prepareSnapshots(env *command.Env, c *cli.Context, least, most int) (*target.Target, error) {
	if n := c.NArg(); n < least || n > most {
		name := commandline.FullName(c.Command)
		return nil, fault.New(fault.Usage, strings.TrimSuffix(c.Command.UsageText, " [options]"), "%s takes %s, but was given %d", name, text.Count(least, "argument"), n)
	}
	for _, arg := range c.Args().Slice() {
		if !plainName.MatchString(arg) {
			return nil, fault.New(fault.Usage, "start the name with a letter or digit, followed by at most 59 letters, digits, dots, hyphens and underscores", "%s cannot be the name of a snapshot", fault.Quote(arg))
		}
	}
	t, _, err := command.NewTarget(env, c)
	return t, err
}

// Info describes a snapshot.
type Info struct {
	Name      string         `json:"name"`
	Database  string         `json:"database"`
	Size      int64          `json:"size"` // bytes; -1 when not known
	Saved     time.Time      `json:"saved_at"`
	Automatic bool           `json:"automatic"` // made by fetch-latest-db --snapshot, which may replace it
	Origin    *target.Origin `json:"origin,omitempty"`

	target string
}

// NewInfo describes a snapshot of the target.
func NewInfo(h target.Held) Info {
	s := h.Snapshot
	return Info{
		Name: s.Name, Database: h.Name, Size: h.Size, Saved: s.Saved, Automatic: s.Automatic, Origin: h.Origin,
		target: h.Target,
	}
}

// of returns the name of the dump in the snapshot, or else the name of its target.
func (s Info) of() string {
	if s.Origin == nil || s.Origin.Dump == "" {
		return s.target
	}
	return s.Origin.Name()
}

// findSnapshot finds a snapshot of the target by its name.
func findSnapshot(ctx context.Context, s *target.Session, name string) (target.Held, error) {
	h, err := s.Holdings(ctx, s.DB)
	if err != nil {
		return target.Held{}, err
	}
	if found := h.Snapshot(name); found != nil {
		return *found, nil
	}
	hint := `run "hectl snapshot save NAME" to make one`
	var names []string
	for _, other := range h.Snapshots {
		names = append(names, other.Snapshot.Name)
	}
	if len(names) > 0 {
		hint = "choose from " + strings.Join(names, ", ")
	}
	return target.Held{}, fault.New(fault.NotFound, hint, "%s has no snapshot %s", s, name)
}

// refuseTaken refuses the name of a snapshot or database that already exists.
func refuseTaken(ctx context.Context, s *target.Session, name string) error {
	h, err := s.Holdings(ctx, s.DB)
	if err != nil {
		return err
	}
	if h.Snapshot(name) != nil {
		return fault.New(fault.Usage, `choose another name, or "hectl snapshot delete `+name+`" first`, "%[2]s already has a snapshot %[1]s", name, s)
	}
	database := target.SnapshotName(s.Name(), name)
	if _, taken, err := s.DB.Database(ctx, database); err != nil || !taken {
		return err
	}
	return fault.New(fault.Usage, "choose another name, or rename that database", "the snapshot %s needs the database name %s, but a database that hectl did not create has that name", name, database)
}

// plainName matches the names that a snapshot can have.
var plainName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,59}$`)
