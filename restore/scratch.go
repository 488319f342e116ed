package restore

import (
	"context"
	"errors"
	"fmt"
	"maps"

	"github.com/urfave/cli/v2"

	"github.com/rubyforgood/hectl/dump"
	"github.com/rubyforgood/hectl/internal/command"
	"github.com/rubyforgood/hectl/internal/console"
	"github.com/rubyforgood/hectl/mask"
	"github.com/rubyforgood/hectl/mask/methods"
	"github.com/rubyforgood/hectl/pgtools"
)

// prepareScratch turns flags and settings into a run that leaves nothing.
func prepareScratch(env *command.Env, c *cli.Context) (*run, error) {
	r, _, err := prepareTarget(env, c)
	if err != nil {
		return nil, err
	}
	if err := r.settings.Confirm(r.bucket.Origin, "bucket"); err != nil {
		return nil, err
	}
	r.scratch, r.doing = true, "restore beside"
	r.masking, err = prepareMasking(r.settings, r.out, c, methods.DefaultPassword)
	return r, err
}

// try restores a dump into the temp database, compares how many rows the tables
// have with what was counted in the dump, and drops the database, always.
func (r *run) try(ctx context.Context, w work, c *dump.Report) (done comparison, err error) {
	if err := r.saySuperuser(ctx, w.admin, w.existing); err != nil {
		return done, err
	}
	if err := r.createTemp(ctx, w.admin, w.plan); err != nil {
		return done, err
	}
	defer func() { err = errors.Join(err, r.dropTemp(ctx, w.plan.Temp)) }()
	err = r.load(ctx, w, func(ctx context.Context, temp pgtools.Conn) error {
		// Now, for the scrub deletes rows.
		bar := r.out.Progress("count rows", console.Steps, int64(c.Tables))
		n, err := compareRows(ctx, temp, w.dump, w.mask, c.TableRows(), bar)
		bar.Done()
		if err != nil {
			return err
		}
		done = n
		return r.scrub(ctx, temp, w)
	})
	if err != nil {
		return done, err
	}
	return done, r.runSQL(ctx, w.admin, r.target.WithDatabase(w.plan.Temp), w.dump.Head, "mask.after", r.masking.after)
}

// comparison is what compareRows has compared.
type comparison struct {
	tables  int      // whose rows there are as many as in the dump
	leftOut []string // tables whose rows no restore takes
}

// compareRows holds the restored tables against what was counted in the dump, but
// for those whose rows were left out. Every table that was counted is in the result,
// one way or the other.
func compareRows(ctx context.Context, temp pgtools.Conn, d *dump.Dump, plan *mask.Plan, rows map[int]int64, bar *console.Progress) (done comparison, err error) {
	db, err := pgtools.Connect(ctx, temp, appName)
	if err != nil {
		return done, err
	}
	defer db.Close(context.WithoutCancel(ctx))
	if _, err := db.Exec(ctx, readNames(d)); err != nil {
		return done, fmt.Errorf("prepare a session: %w", err)
	}
	wanted := maps.Clone(rows)
	for i := range d.Head.Entries {
		e := &d.Head.Entries[i]
		if _, counted := wanted[e.ID]; !counted {
			continue
		}
		if t := plan.Table(e); t != nil && t.None || d.Edits.Drops(e) {
			delete(wanted, e.ID)
			done.leftOut = append(done.leftOut, dump.TableName(e))
		}
	}
	for _, count := range rowCounts(d.Head, wanted) {
		var got int64
		if err := db.QueryRow(ctx, "SELECT count(*) FROM "+count.table).Scan(&got); err != nil {
			return done, fmt.Errorf("count the rows of %s: %w", count.name, err)
		}
		bar.Add(1)
		if got != count.want {
			return done, dump.DamageErrorf(d.Name, "%s: table %s has %d rows after the restore, and %d in the dump", d.Name, count.name, got, count.want)
		}
	}
	done.tables = len(wanted)
	return done, nil
}
