package restore

import (
	"context"
	"fmt"
	"strings"

	"github.com/dustin/go-humanize"
	"github.com/urfave/cli/v2"

	"github.com/rubyforgood/hectl/internal/command"
	"github.com/rubyforgood/hectl/internal/text"
)

func infoCommand(env *command.Env) *cli.Command {
	return command.New(env, &cli.Command{
		Name:      "info",
		Usage:     "show what the local databases hold, and what hectl keeps",
		UsageText: "hectl info [options]",
		Description: `EXAMPLES:
   hectl info
   hectl info --target my_dev --json

   For TARGET, its previous database and its snapshots: which dump they come
   from, when that was made and fetched, whether it was masked. hectl notes it
   in the comment on each database, so it goes where the database goes; whether
   somebody has changed the rows since, it cannot know. What earlier runs left
   is listed as well. Nothing is changed: "hectl purge" removes all that stands
   beside TARGET.`,
		Flags: []cli.Flag{serverFlags()[0]},
		Action: func(c *cli.Context) error {
			if err := command.NoArgs(c); err != nil {
				return err
			}
			r, _, err := prepareServer(env, c)
			if err != nil {
				return err
			}
			return r.info(c.Context)
		},
	}, `
0    done, also when there is no such database
1    failed
2    wrong flags or settings
12   the server does not let one in
130  interrupted`)
}

// databaseInfo describes a database.
type databaseInfo struct {
	Name   string  `json:"name"`
	Size   int64   `json:"size"` // bytes; -1 when not known
	Origin *origin `json:"origin,omitempty"`
}

// information is the result of hectl info.
type information struct {
	Target    string         `json:"target"`
	Server    string         `json:"server"`
	Database  *databaseInfo  `json:"database,omitempty"` // the target, when it exists
	Previous  *databaseInfo  `json:"previous_database,omitempty"`
	Recreated bool           `json:"created_since,omitempty"` // the target: something else dropped what hectl had put there
	Snapshots []snapshotInfo `json:"snapshots"`
	Temps     []databaseInfo `json:"temp_databases"`
	Beside    int64          `json:"beside_bytes"` // what takes room beside the target

	rollback, purge string // command lines
}

// IsProse lets a terminal break its lines.
func (information) IsProse() {}

// Text renders a paragraph a database.
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
		paragraph(i.Target+" does not exist on "+i.Server, `"hectl fetch-latest-db" makes it`)
	} else {
		paragraph(fmt.Sprintf("%s, %s (%s)", i.Target, text.Size(i.Database.Size), i.Server), i.Database.Origin.lines()...)
	}
	if p := i.Previous; p != nil {
		what := "the previous database; to go back: " + i.rollback
		if i.Recreated {
			since := "was created anew since"
			if i.Database == nil {
				since = "is gone"
			}
			what = fmt.Sprintf("kept when hectl last replaced %s, which %s; to put it back: %s", i.Target, since, i.rollback)
		}
		paragraph(fmt.Sprintf("%s, %s: %s", p.Name, text.Size(p.Size), what), p.Origin.lines()...)
	}
	for _, s := range i.Snapshots {
		head := fmt.Sprintf("snapshot %s, %s, saved %s", s.Name, text.Size(s.Size), text.Minute(s.Saved))
		if s.Automatic {
			head += " by a fetch"
		}
		paragraph(head, s.Origin.lines()...)
	}
	for _, t := range i.Temps {
		paragraph(fmt.Sprintf("%s, %s: of a run that is under way, was killed, or failed with --keep-failed", t.Name, text.Size(t.Size)))
	}
	if i.Beside > 0 {
		paragraph(fmt.Sprintf("%s beside %s; to remove all of it: %s", humanize.Bytes(uint64(i.Beside)), i.Target, i.purge))
	}
	return b.String()
}

// info shows what there is. It only reads, so it asks no guard.
func (r *run) info(ctx context.Context) error {
	h, err := r.look(ctx)
	if err != nil {
		return err
	}
	i := information{
		Target: r.target.Database(), Server: r.target.String(), Snapshots: []snapshotInfo{}, Temps: []databaseInfo{},
		rollback: r.again("rollback"), purge: r.again("purge"),
	}
	describe := func(d held) *databaseInfo { return &databaseInfo{d.Name, d.Size, d.Origin} }
	if h.target != nil {
		i.Database = describe(*h.target)
	}
	if h.previous != nil {
		i.Previous, i.Recreated = describe(*h.previous), h.recreated()
	}
	for _, s := range h.snapshots {
		i.Snapshots = append(i.Snapshots, s.info())
	}
	for _, t := range h.temps {
		i.Temps = append(i.Temps, *describe(t))
	}
	for _, d := range h.all() {
		i.Beside += max(d.Size, 0)
	}
	return r.out.Result(i)
}
