package restore

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"golang.org/x/crypto/bcrypt"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/pgtools"
)

// devisePasswordCost is the number of bcrypt stretches that Devise uses, as in
// the application.
const devisePasswordCost = 11

// hashPassword hashes the password that every restored user gets, when it is
// asked for: that takes a tenth of a second.
func hashPassword(password string) (hash func() (string, error), err error) {
	if len(password) > 72 || password == "" {
		return nil, fault.New(fault.Usage, "", "--password has %d bytes; bcrypt takes 1 to 72", len(password))
	}
	return sync.OnceValues(func() (string, error) {
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
	Role                string // name of the table, or of what it is a part of, that says what is in it
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
		statements = append(statements, statement{table, "UPDATE ONLY " + table + " SET " + strings.Join(set, ", "), args})
	}
	switch role := columns[0].Role; {
	case role == "ar_internal_metadata" && names["key"] && names["value"]:
		statements = append(statements, statement{table, "UPDATE ONLY " + table + " SET value = 'development' WHERE key = 'environment'", nil})
	case role == "delayed_jobs", role == "sessions" && names["session_id"] && names["data"]:
		// A developer's worker would run the jobs: send the e-mail, charge the card.
		statements = append(statements, statement{table, "DELETE FROM ONLY " + table, nil})
	}
	return statements
}

// scrub takes production's environment, jobs, sessions, passwords and tokens out
// of the temp database, where they are: rows that were copied came without them
// (mask.Credentials) and their tables are done, but those of a dump made with --inserts come as they are.
// It asks the catalog and not the dump, so it also finds what the plan might have
// missed.
//
// It runs after the data is in and before the post-data section: then there are
// no triggers that would copy the old values elsewhere, no rules or policies that
// would hide rows, and materialized views are filled from what it left. The rows
// that it replaced are then taken off the disk as well.
func scrub(ctx context.Context, db *pgtools.DB, done func(schema, table string) bool, passwordHash func() (string, error)) error {
	columns, err := pgtools.Rows[column](ctx, db, `
		WITH RECURSIVE part AS (
			SELECT c.oid, c.relname FROM pg_catalog.pg_class c WHERE c.relkind IN ('r', 'p')
			UNION SELECT i.inhrelid, part.relname FROM pg_catalog.pg_inherits i JOIN part ON i.inhparent = part.oid)
		SELECT n.nspname::text, c.relname::text, a.attname::text, a.attnotnull, coalesce(min(part.relname::text), '')
		FROM pg_catalog.pg_class c
		JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
		JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid
		LEFT JOIN part ON part.oid = c.oid AND part.relname IN ('ar_internal_metadata', 'delayed_jobs', 'sessions')
		WHERE c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
		  AND (part.oid IS NOT NULL OR a.attname IN ('encrypted_password', 'reset_password_token', 'invitation_token'))
		  AND n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema'
		GROUP BY 1, 2, 3, 4, a.attnum
		ORDER BY 1, 2, a.attnum`)
	if err != nil {
		return fmt.Errorf("scrub: list tables: %w", err)
	}
	columns = slices.DeleteFunc(columns, func(c column) bool { return done(c.Schema, c.Table) })
	if len(columns) == 0 {
		return nil
	}
	hash, err := passwordHash()
	if err != nil {
		return err
	}
	statements := scrubStatements(columns, hash)
	changed := map[string]bool{}
	err = db.InTx(ctx, func(tx *pgtools.Tx) error {
		for _, s := range statements {
			rows, err := tx.Exec(ctx, s.sql, s.args...)
			if err != nil {
				return fmt.Errorf("scrub %s: %w", s.table, err)
			}
			changed[s.table] = changed[s.table] || rows > 0
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, table := range slices.Sorted(maps.Keys(changed)) {
		if !changed[table] {
			continue
		}
		if _, err := db.Exec(ctx, "VACUUM FULL "+table); err != nil {
			return fmt.Errorf("scrub %s: take the old rows off the disk: %w", table, err)
		}
	}
	return nil
}
