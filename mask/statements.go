package mask

import (
	"fmt"
	"strings"

	"github.com/rubyforgood/hectl/mask/methods"
	"github.com/rubyforgood/hectl/pgtools/schema"
)

// InDatabase replaces credentials in rows that are already in a database, because the dump
// has them as INSERT statements. It replaces the same columns as Credentials.
type InDatabase struct {
	judge *credentialJudge
}

// NewInDatabase returns an InDatabase. s is the schema of the dump, and keep is
// CredentialOptions.Keep.
func NewInDatabase(s *schema.Schema, password string, seed methods.Seed, keep ...schema.Pattern) (*InDatabase, error) {
	j, err := newCredentialJudge(s, CredentialOptions{Password: password, Seed: seed, Keep: keep})
	return &InDatabase{j}, err
}

// An Assignment is the new value of a column, as SQL.
type Assignment struct {
	Column string
	SQL    string
	Where  string // SQL condition; "" means every row
}

// Table returns the new values of a table's columns. If none is true, all rows must be
// deleted instead. t is the table in the database, which is used if the dump's schema does
// not describe the table. names is its lineage.
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

// literal quotes text as an SQL string.
func literal(text string) string {
	quoted := "'" + strings.ReplaceAll(text, "'", "''") + "'"
	if strings.Contains(text, `\`) { // E'' works with any value of standard_conforming_strings
		quoted = "E" + strings.ReplaceAll(quoted, `\`, `\\`)
	}
	return quoted
}
