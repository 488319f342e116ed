package restore

import (
	"context"
	"errors"
	"fmt"
	"maps"

	"github.com/urfave/cli/v2"

	"github.com/rubyforgood/hectl/internal/command"
	"github.com/rubyforgood/hectl/internal/console"
	"github.com/rubyforgood/hectl/mask"
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
	r.masking, err = prepareMasking(r.settings, r.out, c, "password")
	return r, err
}

// try restores a dump into the temp database, compares how many rows the tables
// have with what was counted in the dump, and drops the database, always. It
// returns how many tables were compared.
func (r *run) try(ctx context.Context, w work, c *checked) (compared int, err error) {
	if err := r.saySuperuser(ctx, w.admin, w.existing); err != nil {
		return 0, err
	}
	if err := r.createTemp(ctx, w.admin, w.plan); err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, r.dropTemp(ctx, w.plan.Temp)) }()
	err = r.load(ctx, w, func(ctx context.Context, temp pgtools.Conn) error {
		// Now, for the scrub deletes rows.
		bar := r.out.Progress("count rows", console.Steps, int64(c.Tables))
		n, err := compareRows(ctx, temp, w.dump, w.mask, c, bar)
		bar.Done()
		if err != nil {
			return err
		}
		compared = n
		return r.scrub(ctx, temp, w)
	})
	if err != nil {
		return 0, err
	}
	return compared, r.runAfter(ctx, w.admin, r.target.WithDatabase(w.plan.Temp), w.dump.Head)
}

// compareRows holds the restored tables against what was counted in the dump, but
// for those whose rows were left out. It returns how many tables it compared.
func compareRows(ctx context.Context, temp pgtools.Conn, d *dump, plan *mask.Plan, c *checked, bar *console.Progress) (compared int, err error) {
	db, err := pgtools.Connect(ctx, temp, appName)
	if err != nil {
		return 0, err
	}
	defer db.Close(context.WithoutCancel(ctx))
	if _, err := db.Exec(ctx, d.readNames()); err != nil {
		return 0, fmt.Errorf("prepare a session: %w", err)
	}
	wanted := maps.Clone(c.rows)
	for i := range d.Head.Entries {
		e := &d.Head.Entries[i]
		if t := plan.Table(e); t != nil && t.None || d.edits.drops(e) {
			delete(wanted, d.Head.Entries[i].ID)
		}
	}
	for _, count := range rowCounts(d.Head, wanted) {
		var got int64
		if err := db.QueryRow(ctx, "SELECT count(*) FROM "+count.table).Scan(&got); err != nil {
			return compared, fmt.Errorf("count the rows of %s: %w", count.name, err)
		}
		bar.Add(1)
		if compared++; got != count.want {
			return compared, damaged(d.Name, "%s: table %s has %d rows after the restore, and %d in the dump", d.Name, count.name, got, count.want)
		}
	}
	return compared, nil
}
