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

// try tests the replacements of credentials against check constraints that hectl cannot
// evaluate. It runs on the server, after the schema and before any row, and chooses the
// replacements that pass. A column without such a replacement is an error.
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
			broken = append(broken, fmt.Sprintf("%s: no replacement passes its checks: %s", d.Column, d.Checks))
			flags = append(flags, "--exclude-table-data "+fault.ShellQuote(d.Table()))
		}
	}
	if len(broken) == 0 {
		return nil
	}
	return fault.New(fault.Usage, "leave out the rows of these tables: "+strings.Join(slices.Compact(flags), " ")+"; if the fetch masks, add a rule for the column instead",
		"the dump has passwords or tokens that hectl cannot replace:\n  %s", strings.Join(broken, "\n  "))
}

// trial returns 0 if a check fails in every query, 2 if all checks pass in every query,
// and 1 otherwise.
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
			return 0, fmt.Errorf("test the replacements of credentials: %w", err)
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

// explainDoubts adds a hint to the error of a check constraint if one of the doubts may
// be the cause.
func explainDoubts(err error, doubts []*mask.Doubt) error {
	if !pgtools.IsCheckViolation(err) || len(doubts) == 0 {
		return err
	}
	var columns []string
	for _, d := range doubts {
		columns = append(columns, d.Column)
	}
	return fault.Wrap(fault.CodeOf(err), fmt.Sprintf("leave out the rows of the table with --exclude-table-data TABLE: the replacement of %s may not pass its checks; if the fetch masks, add a rule for the column instead", strings.Join(columns, ", ")), err)
}
