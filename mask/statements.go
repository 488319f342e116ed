package mask

import (
	"fmt"
	"strings"

	"github.com/rubyforgood/hectl/mask/methods"
	"github.com/rubyforgood/hectl/pgtools/schema"
)

// InDatabase is what replaces credentials in rows that are in a database already,
// because they came as INSERT statements. It decides as Credentials does.
type InDatabase struct {
	judge *credentialJudge
	seed  methods.Seed
}

// NewInDatabase takes the schema of the dump that the rows came from. keep is as for
// Credentials.
func NewInDatabase(s *schema.Schema, password string, seed methods.Seed, keep ...schema.Pattern) (*InDatabase, error) {
	j, err := newCredentialJudge(s, CredentialOptions{Password: password, Seed: seed, Keep: keep})
	return &InDatabase{j, seed}, err
}

// Assignment is a column's new value, as SQL.
type Assignment struct {
	Column string
	SQL    string
	Where  string // a condition, "" for every row
}

// Table returns what happens to the rows of a table: that they go, or the new
// values of its columns. t is the table as it is in the database, which counts
// where the dump's schema does not tell of it; names are its own and those of the
// tables that it is a part of.
func (d *InDatabase) Table(t *schema.Table, names []string) (none bool, list []Assignment, err error) {
	if of := d.judge.byName[t.Name]; of != nil && of.Unread == nil && of.Kind != schema.Foreign {
		t = of
	}
	r := d.judge.named(t, names)
	if r == nil || r.none {
		return r != nil, nil, nil
	}
	for _, c := range t.Columns {
		one, ok := r.columns[c.Name]
		if !ok {
			continue
		}
		if one.refused != "" {
			d.judge.refused = append(d.judge.refused, one.refused)
			continue
		}
		list = append(list, Assignment{Column: c.Name, SQL: d.judge.expression(t, &c, one)})
	}
	if r.environment != "" {
		list = append(list, Assignment{Column: r.value, SQL: literal(r.environment), Where: schema.Quote(r.key) + "::text = 'environment'"})
	}
	return false, list, d.judge.err()
}

// expression returns the new value of a column, as SQL.
func (j *credentialJudge) expression(t *schema.Table, col *schema.Column, one replacement) string {
	switch one.spec.Name {
	case "bcrypt":
		hash, _, _ := one.draw(nil, nil, nil) // never fails
		return literal(string(hash))
	case "null":
		return "NULL"
	case "value":
		return literal(one.spec.Text)
	case "empty":
		if methods.KindOf(col.Type) == methods.JSON {
			return "'{}'"
		}
		return "''"
	}
	random := "pg_catalog.md5(pg_catalog.random()::text || ctid::text)" // 128 bits
	switch methods.KindOf(col.Type) {
	case methods.UUID:
		return random + "::uuid"
	case methods.Bytea:
		return "pg_catalog.decode(" + random + ", 'hex')"
	}
	narrow := j.narrowed(&subject{table: t}, col)
	if n := methods.LengthOf(narrow.Type); n > 0 && n < methods.HashLength {
		return fmt.Sprintf("pg_catalog.left(%s, %d)", random, n)
	}
	return random
}

// literal quotes text for SQL. What is quoted has no backslashes.
func literal(text string) string {
	quoted := "'" + strings.ReplaceAll(text, "'", "''") + "'"
	if strings.Contains(text, `\`) { // whatever standard_conforming_strings is
		quoted = "E" + strings.ReplaceAll(quoted, `\`, `\\`)
	}
	return quoted
}
