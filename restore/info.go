package restore

import (
	"context"
	"fmt"
	"strings"

	"github.com/dustin/go-humanize"
	"github.com/urfave/cli/v2"

	"github.com/rubyforgood/hectl/internal/command"
	"github.com/rubyforgood/hectl/internal/text"
	"github.com/rubyforgood/hectl/restore/snapshot"
	"github.com/rubyforgood/hectl/restore/target"
)

func infoCommand(env *command.Env) *cli.Command {
	return command.New(env, &cli.Command{
		Name:      "info",
		Usage:     "show which dumps the local databases come from",
		UsageText: "hectl info [options]",
		Description: `EXAMPLES:
   hectl info
   hectl info --target my_dev --json

   hectl prints the dump that TARGET, its previous database and its snapshots
   come from, when the dump was made and fetched, and whether it was masked.
   hectl records this in the comment on each database, so it survives a rename.
   hectl cannot know whether the rows have changed since. It also lists the
   leftovers of earlier runs, and changes nothing: "hectl purge" removes
   everything beside TARGET.`,
		Flags: []cli.Flag{command.TargetFlags()[0]},
		Action: func(c *cli.Context) error {
			if err := command.NoArgs(c); err != nil {
				return err
			}
			t, _, err := command.NewTarget(env, c)
			if err != nil {
				return err
			}
			return info(c.Context, t)
		},
	}, `
0    done, even if there is no such database
1    failed
2    wrong flags or settings
12   the server refuses the login
130  interrupted`)
}

// databaseInfo describes a database.
type databaseInfo struct {
	Name   string         `json:"name"`
	Size   int64          `json:"size"` // bytes; -1 when not known
	Origin *target.Origin `json:"origin,omitempty"`
}

// information is the result of hectl info.
type information struct {
	Target    string          `json:"target"`
	Server    string          `json:"server"`
	Database  *databaseInfo   `json:"database,omitempty"` // the target, when it exists
	Previous  *databaseInfo   `json:"previous_database,omitempty"`
	Recreated bool            `json:"created_since,omitempty"` // something other than hectl dropped or recreated the target
	Snapshots []snapshot.Info `json:"snapshots"`
	Temps     []databaseInfo  `json:"temp_databases"`
	Beside    int64           `json:"beside_bytes"` // disk space of everything beside the target

	rollback, purge string // command lines
}

// IsProse lets the console wrap the text.
func (information) IsProse() {}

// Text renders one paragraph per database.
func (i information) Text() string {
	var b strings.Builder
	paragraph := func(head string, lines ...string) {
		if b.Len() > 0 {
			b.WriteString("\n")
		}
		b.WriteString(head + "\n")
		for _, line := range lines {
			b.WriteString("  " + line + "\n")
		}
	}
	if i.Database == nil {
		paragraph(i.Target+" does not exist on "+i.Server, `"hectl fetch-latest-db" creates it`)
	} else {
		paragraph(fmt.Sprintf("%s, %s (%s)", i.Target, text.Size(i.Database.Size), i.Server), i.Database.Origin.Lines()...)
	}
	if p := i.Previous; p != nil {
		what := "the previous database; to go back: " + i.rollback
		if i.Recreated {
			since := "has been recreated since"
			if i.Database == nil {
				since = "is gone"
			}
			what = fmt.Sprintf("the previous database (%s %s); to put it back: %s", i.Target, since, i.rollback)
		}
		paragraph(fmt.Sprintf("%s, %s: %s", p.Name, text.Size(p.Size), what), p.Origin.Lines()...)
	}
	for _, s := range i.Snapshots {
		head := fmt.Sprintf("snapshot %s, %s, saved %s", s.Name, text.Size(s.Size), text.Minute(s.Saved))
		if s.Automatic {
			head += " by a fetch"
		}
		paragraph(head, s.Origin.Lines()...)
	}
	for _, t := range i.Temps {
		paragraph(fmt.Sprintf("%s, %s: from a run that is in progress, was killed, or failed with --keep-failed", t.Name, text.Size(t.Size)))
	}
	if i.Beside > 0 {
		paragraph(fmt.Sprintf("%s beside %s; to remove all of it: %s", humanize.Bytes(uint64(i.Beside)), i.Target, i.purge))
	}
	return b.String()
}

// info shows a target's databases. It only reads, so it needs no guard.
func info(ctx context.Context, t *target.Target) error {
	h, err := t.Look(ctx)
	if err != nil {
		return err
	}
	i := information{
		Target: t.Name(), Server: t.String(), Snapshots: []snapshot.Info{}, Temps: []databaseInfo{},
		rollback: t.Again("rollback"), purge: t.Again("purge"),
	}
	describe := func(d target.Held) *databaseInfo { return &databaseInfo{d.Name, d.Size, d.Origin} }
	if h.Target != nil {
		i.Database = describe(*h.Target)
	}
	if h.Previous != nil {
		i.Previous, i.Recreated = describe(*h.Previous), h.Recreated()
	}
	for _, s := range h.Snapshots {
		i.Snapshots = append(i.Snapshots, snapshot.NewInfo(s))
	}
	for _, temp := range h.Temps {
		i.Temps = append(i.Temps, *describe(temp))
	}
	for _, d := range h.All() {
		i.Beside += max(d.Size, 0)
	}
	return t.Out.Result(i)
}
