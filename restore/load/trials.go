package load

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/mask"
	"github.com/rubyforgood/hectl/pgtools"
)

// try asks the server how what replaces credentials fares with checks that hectl cannot
// judge, now that the schema is there and before any row comes, and chooses what passes.
// Columns for which nothing does are an error.
func (l *Loader) try(ctx context.Context) error {
	doubts := l.Mask.Doubts()
	if len(doubts) == 0 {
		return nil
	}
	db, err := pgtools.Connect(ctx, l.Into, pgtools.RestoreApp)
	if err != nil {
		return err
	}
	defer db.Close(context.WithoutCancel(ctx))
	if _, err := db.Exec(ctx, "SET search_path = ''; SET default_transaction_read_only = on; SET statement_timeout = '10s'"); err != nil {
		return fmt.Errorf("prepare a session: %w", err)
	}
	var broken, flags []string
	for _, d := range doubts {
		best, option := -1, 0
		for i, queries := range d.Trials() {
			passes, err := trial(ctx, db, queries)
			if err != nil {
				return err
			}
			if passes > best {
				best, option = passes, i
			}
		}
		if best > 0 {
			l.Mask.Use(d, option)
			continue
		}
		if best == 0 && !l.Dump.Empty(d.DataID()) {
			broken = append(broken, fmt.Sprintf("%s: nothing that hectl replaces it with passes its checks: %s", d.Column, d.Checks))
			flags = append(flags, "--exclude-table-data "+fault.ShellQuote(d.Table()))
		}
	}
	if len(broken) == 0 {
		return nil
	}
	return fault.New(fault.Usage, "leave out the rows of these tables: "+strings.Join(slices.Compact(flags), " ")+"; if the fetch masks, a rule for the column is enough",
		"the dump has passwords or tokens that hectl cannot replace:\n  %s", strings.Join(broken, "\n  "))
}

// trial returns 0 if every query says that a check breaks, 2 if every one says that all
// pass, and 1 otherwise.
func trial(ctx context.Context, db *pgtools.DB, queries []string) (int, error) {
	const breaks, unknown, passes = 0, 1, 2
	least, most := passes, breaks
	for _, sql := range queries {
		var got int
		err := db.QueryRow(ctx, sql).Scan(&got)
		switch {
		case pgtools.IsCheckViolation(err):
			got = breaks
		case err != nil && (ctx.Err() != nil || !pgtools.Survives(err) && !pgtools.IsCanceled(err)):
			return 0, fmt.Errorf("try what replaces credentials: %w", err)
		case err != nil:
			got = unknown
		}
		least, most = min(least, got), max(most, got)
	}
	if least != most {
		return unknown, nil
	}
	return least, nil
}

// explainDoubts gives an error of a check a hint, if one of the doubts may be why.
func explainDoubts(err error, doubts []*mask.Doubt) error {
	if !pgtools.IsCheckViolation(err) || len(doubts) == 0 {
		return err
	}
	var columns []string
	for _, d := range doubts {
		columns = append(columns, d.Column)
	}
	return fault.Wrap(fault.CodeOf(err), fmt.Sprintf("what replaces %s may not pass the checks there: leave out the rows of such a table with --exclude-table-data TABLE; if the fetch masks, a rule for the column is enough", strings.Join(columns, ", ")), err)
}
