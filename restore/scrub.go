package restore

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/crypto/bcrypt"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/pgtools"
)

// devisePasswordCost is the number of bcrypt stretches that Devise uses, as in
// the application.
const devisePasswordCost = 11

// hashPassword hashes the password that every restored user gets.
func hashPassword(password string) (string, error) {
	if len(password) > 72 || password == "" {
		return "", fault.New(fault.Usage, "", "--password has %d bytes; bcrypt takes 1 to 72", len(password))
	}
	hash, err := bcrypt.GenerateFromPassword([]byte(password), devisePasswordCost)
	if err != nil {
		return "", fmt.Errorf("hash the users' password: %w", err)
	}
	// Ruby's bcrypt writes $2a$; the algorithm is the same.
	return string(hash), nil
}

// table is a table of the restored database that the scrub cares for.
type table struct {
	Schema  string
	Name    string
	Columns []string
}

func (t table) quoted() string { return pgtools.Quote(t.Schema) + "." + pgtools.Quote(t.Name) }

func (t table) has(columns ...string) bool {
	for _, c := range columns {
		if !slices.Contains(t.Columns, c) {
			return false
		}
	}
	return true
}

// statement is one change that the scrub makes.
type statement struct {
	table table
	sql   string
	args  []any
}

// scrubStatements decides what has to change, given the tables and columns that
// are there. Whatever schema a table is in, it counts: an application with a
// schema a tenant has as many tables of users.
func scrubStatements(tables []table, passwordHash string) []statement {
	var statements []statement
	for _, t := range tables {
		switch t.Name {
		case "ar_internal_metadata":
			if t.has("key", "value") {
				statements = append(statements, statement{t,
					"UPDATE " + t.quoted() + " SET value = 'development' WHERE key = 'environment'", nil})
			}
		case "delayed_jobs":
			// A developer's worker would run them: send the e-mail, charge the card.
			statements = append(statements, statement{t, "DELETE FROM " + t.quoted(), nil})
		case "users":
			var set []string
			var args []any
			if t.has("encrypted_password") {
				set = append(set, "encrypted_password = $1")
				args = append(args, passwordHash)
			}
			for _, token := range []string{"reset_password_token", "invitation_token"} {
				if t.has(token) {
					set = append(set, token+" = NULL")
				}
			}
			if len(set) > 0 {
				statements = append(statements, statement{t, "UPDATE " + t.quoted() + " SET " + strings.Join(set, ", "), args})
			}
		}
	}
	return statements
}

// scrub takes production's environment, jobs, passwords and tokens out of the
// temp database. It runs after the data is in and before the post-data section:
// then there are no triggers that would copy the old values elsewhere, no rules
// or policies that would hide rows, no indexes to maintain, and materialized
// views are filled from what it left. The rows that it replaced are then taken
// off the disk as well.
func scrub(ctx context.Context, db *pgtools.DB, passwordHash string) error {
	tables, err := pgtools.Rows[table](ctx, db, `
		SELECT n.nspname::text, c.relname::text, array_agg(a.attname::text ORDER BY a.attnum)
		FROM pg_catalog.pg_class c
		JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
		JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid
		WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relname = ANY($1::text[])
		  AND a.attnum > 0 AND NOT a.attisdropped
		  AND n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema'
		GROUP BY 1, 2 ORDER BY 1, 2`, []string{"ar_internal_metadata", "delayed_jobs", "users"})
	if err != nil {
		return fmt.Errorf("scrub: list tables: %w", err)
	}
	statements := scrubStatements(tables, passwordHash)
	err = db.InTx(ctx, func(tx *pgtools.Tx) error {
		for _, s := range statements {
			if _, err := tx.Exec(ctx, s.sql, s.args...); err != nil {
				return fmt.Errorf("scrub %s: %w", s.table.quoted(), err)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, s := range statements {
		if _, err := db.Exec(ctx, "VACUUM FULL "+s.table.quoted()); err != nil {
			return fmt.Errorf("scrub %s: take the old rows off the disk: %w", s.table.quoted(), err)
		}
	}
	return nil
}
