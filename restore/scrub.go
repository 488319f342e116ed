package restore

import (
	"context"
	"fmt"
	"strings"

	"golang.org/x/crypto/bcrypt"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/pgtools"
)

// devisePasswordCost is the number of bcrypt stretches that Devise uses, as in
// the application.
const devisePasswordCost = 11

// hashPassword begins to hash the password that every restored user gets.
func hashPassword(password string) (hash func() (string, error), err error) {
	if len(password) > 72 || password == "" {
		return nil, fault.New(fault.Usage, "", "--password has %d bytes; bcrypt takes 1 to 72", len(password))
	}
	return later(func() (string, error) {
		hash, err := bcrypt.GenerateFromPassword([]byte(password), devisePasswordCost)
		if err != nil {
			return "", fmt.Errorf("hash the users' password: %w", err)
		}
		// Ruby's bcrypt writes $2a$; the algorithm is the same.
		return string(hash), nil
	}), nil
}

// column is a column of the restored database that the scrub cares for.
type column struct {
	Schema, Table, Name string
	NotNull             bool
}

// statement is one change that the scrub makes.
type statement struct {
	table string // quoted, with its schema
	sql   string
	args  []any
}

// scrubStatements decides what has to change, given the columns that are there,
// those of a table in a row. A table that keeps Devise's passwords or tokens
// counts whatever its name and schema are: an application may have several
// kinds of users, or a schema a tenant.
func scrubStatements(columns []column, passwordHash string) []statement {
	var statements []statement
	for rest := columns; len(rest) > 0; {
		n := 1
		for n < len(rest) && rest[n].Schema == rest[0].Schema && rest[n].Table == rest[0].Table {
			n++
		}
		statements = append(statements, scrubTable(rest[:n], passwordHash)...)
		rest = rest[n:]
	}
	return statements
}

// scrubTable decides for the columns of one table.
func scrubTable(columns []column, passwordHash string) []statement {
	table := pgtools.Quote(columns[0].Schema) + "." + pgtools.Quote(columns[0].Table)
	names := map[string]bool{}
	var set []string
	var args []any
	for _, c := range columns {
		names[c.Name] = true
		switch {
		case c.Name == "encrypted_password":
			set = append(set, "encrypted_password = $1")
			args = append(args, passwordHash)
		case c.Name != "reset_password_token" && c.Name != "invitation_token":
		case c.NotNull: // and perhaps unique
			set = append(set, c.Name+" = md5(random()::text || ctid::text)")
		default:
			set = append(set, c.Name+" = NULL")
		}
	}
	var statements []statement
	if len(set) > 0 {
		statements = append(statements, statement{table, "UPDATE " + table + " SET " + strings.Join(set, ", "), args})
	}
	switch {
	case columns[0].Table == "ar_internal_metadata" && names["key"] && names["value"]:
		statements = append(statements, statement{table, "UPDATE " + table + " SET value = 'development' WHERE key = 'environment'", nil})
	case columns[0].Table == "delayed_jobs":
		// A developer's worker would run them: send the e-mail, charge the card.
		statements = append(statements, statement{table, "DELETE FROM " + table, nil})
	}
	return statements
}

// scrubbedColumns is the FROM clause for the columns of tables that scrub may
// change: those of table c, in schema n, are a.
const scrubbedColumns = `
		FROM pg_catalog.pg_class c
		JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
		JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid
		WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition
		  AND (c.relname IN ('ar_internal_metadata', 'delayed_jobs')
		       OR a.attname IN ('encrypted_password', 'reset_password_token', 'invitation_token'))
		  AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
		  AND n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema' `

// scrub takes production's environment, jobs, passwords and tokens out of the
// temp database. It runs after the data is in and before the post-data section:
// then there are no triggers that would copy the old values elsewhere, no rules
// or policies that would hide rows, no indexes to maintain, and materialized
// views are filled from what it left. The rows that it replaced are then taken
// off the disk as well.
func scrub(ctx context.Context, db *pgtools.DB, passwordHash string) error {
	columns, err := pgtools.Rows[column](ctx, db, `
		SELECT n.nspname::text, c.relname::text, a.attname::text, a.attnotnull`+scrubbedColumns+`
		ORDER BY 1, 2, a.attnum`)
	if err != nil {
		return fmt.Errorf("scrub: list tables: %w", err)
	}
	statements := scrubStatements(columns, passwordHash)
	err = db.InTx(ctx, func(tx *pgtools.Tx) error {
		for _, s := range statements {
			if _, err := tx.Exec(ctx, s.sql, s.args...); err != nil {
				return fmt.Errorf("scrub %s: %w", s.table, err)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, s := range statements {
		if _, err := db.Exec(ctx, "VACUUM FULL "+s.table); err != nil {
			return fmt.Errorf("scrub %s: take the old rows off the disk: %w", s.table, err)
		}
	}
	return nil
}
