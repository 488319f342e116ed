package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/dustin/go-humanize"
	"golang.org/x/crypto/bcrypt"

	"github.com/rubyforgood/hectl/mask"
	"github.com/rubyforgood/hectl/pgtools"
)

// shown is the number of tables that the output lists; the others are added up.
const shown = 8

// count is the number of rows of a table.
type count struct {
	Table string
	Rows  int64
}

// user has the columns that the scrub must have changed.
type user struct {
	ID       int64
	Password string
	Tokens   int64
}

// compare prints the contents of both databases. It returns an error if rows are missing,
// or if the local database has any of production's credentials or jobs.
func (w *world) compare(ctx context.Context) error {
	production, err := connect(ctx, w.production, productionDB)
	if err != nil {
		return err
	}
	defer production.Close(ctx)
	local, err := connect(ctx, w.local, localDB)
	if err != nil {
		return err
	}
	defer local.Close(ctx)

	var problems []string
	line := func(what, a, b string) { fmt.Printf("  %-42s %12s %12s\n", what, a, b) }
	rule := func() { fmt.Println("  " + strings.Repeat("─", 68)) }

	line("", "production", "local")
	rule()
	wrong, err := compareRows(ctx, production, local, line)
	if err != nil {
		return err
	}
	problems = append(problems, wrong...)
	rule()
	wrong, err = compareScrubbed(ctx, production, local, line)
	if err != nil {
		return err
	}
	problems = append(problems, wrong...)

	old, err := connect(ctx, w.local, previousDB)
	if err != nil {
		return err
	}
	defer old.Close(ctx)
	names, err := pgtools.Rows[string](ctx, old, "SELECT name FROM public.organizations")
	if err != nil {
		return err
	}
	fmt.Printf("\n  Your previous database is kept as %s, with its %q.\n", previousDB, strings.Join(names, ", "))
	if len(problems) > 0 {
		return errors.New("the local database is wrong: " + strings.Join(problems, "; "))
	}
	fmt.Println("  Log in as user1@example.com, or as any other user, with the password \"password\".")
	return nil
}

// compareRows prints the largest tables and the sum of the others. It returns the
// tables that differ. compareScrubbed compares jobs.
func compareRows(ctx context.Context, production, local *pgtools.DB, line func(what, a, b string)) (wrong []string, err error) {
	ours, err := counts(ctx, production)
	if err != nil {
		return nil, err
	}
	theirs, err := counts(ctx, local)
	if err != nil {
		return nil, err
	}
	there := map[string]int64{}
	for _, c := range theirs {
		there[c.Table] = c.Rows
	}
	var restA, restB int64
	for i, c := range ours {
		if c.Rows != there[c.Table] {
			wrong = append(wrong, fmt.Sprintf("%s has %d rows, not %d", c.Table, there[c.Table], c.Rows))
		}
		if i < shown {
			line(c.Table, humanize.Comma(c.Rows), humanize.Comma(there[c.Table]))
			continue
		}
		restA += c.Rows
		restB += there[c.Table]
	}
	line(fmt.Sprintf("%d more tables", max(0, len(ours)-shown)), humanize.Comma(restA), humanize.Comma(restB))
	return wrong, nil
}

// counts returns the number of rows of every table that hectl restores, largest
// first.
func counts(ctx context.Context, db *pgtools.DB) ([]count, error) {
	all, err := allCounts(ctx, db)
	return slices.DeleteFunc(all, func(c count) bool { return mask.Skips(c.Table) }), err
}

// allCounts returns the number of rows of every table, largest first.
func allCounts(ctx context.Context, db *pgtools.DB) ([]count, error) {
	return pgtools.Rows[count](ctx, db, `
		SELECT relname, (xpath('//n/text()', query_to_xml(format('SELECT count(*) AS n FROM %s', oid::regclass), true, true, '')))[1]::text::bigint AS n
		FROM pg_catalog.pg_class
		WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
		ORDER BY n DESC, relname`)
}

// compareScrubbed prints the credentials and jobs, and returns those that are the
// same in both databases.
func compareScrubbed(ctx context.Context, production, local *pgtools.DB, line func(what, a, b string)) (wrong []string, err error) {
	var facts [2]struct {
		environment string
		jobs        int64
		users       []user
		tokens      int64
	}
	for i, db := range []*pgtools.DB{production, local} {
		f := &facts[i]
		if err := db.QueryRow(ctx, "SELECT value, (SELECT count(*) FROM public.delayed_jobs) FROM public.ar_internal_metadata WHERE key = 'environment'").Scan(&f.environment, &f.jobs); err != nil {
			return nil, err
		}
		if f.users, err = pgtools.Rows[user](ctx, db, "SELECT id, encrypted_password, num_nonnulls(reset_password_token, invitation_token) FROM public.users ORDER BY id"); err != nil {
			return nil, err
		}
		for _, u := range f.users {
			f.tokens += u.Tokens
		}
	}
	known := map[string]bool{}
	for _, u := range facts[0].users {
		known[u.Password] = true
	}
	var same int64
	for _, u := range facts[1].users {
		if known[u.Password] {
			same++
		}
	}
	a, b := facts[0], facts[1]
	line("environment", a.environment, b.environment)
	line("delayed_jobs", humanize.Comma(a.jobs), humanize.Comma(b.jobs))
	line("users with a production password", humanize.Comma(int64(len(a.users))), humanize.Comma(same))
	line("reset and invitation tokens", humanize.Comma(a.tokens), humanize.Comma(b.tokens))

	if b.environment != "development" {
		wrong = append(wrong, "the environment is "+b.environment)
	}
	all, err := allCounts(ctx, local)
	if err != nil {
		return nil, err
	}
	for _, c := range all {
		if mask.Skips(c.Table) && c.Rows != 0 {
			wrong = append(wrong, fmt.Sprintf("%d rows of %s are from production", c.Rows, c.Table))
		}
	}
	if same != 0 {
		wrong = append(wrong, "users have production passwords")
	}
	if b.tokens != 0 {
		wrong = append(wrong, "users have production tokens")
	}
	if len(b.users) == 0 || bcrypt.CompareHashAndPassword([]byte(b.users[0].Password), []byte("password")) != nil {
		wrong = append(wrong, `the password "password" does not work`)
	}
	return wrong, nil
}
