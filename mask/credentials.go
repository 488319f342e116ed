package mask

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"slices"

	"github.com/rubyforgood/hectl/pgtools/schema"
)

// Credentials is the plan for what of a Rails application must never leave
// production, whatever else is masked: passwords and tokens that Devise keeps,
// jobs that a developer's worker would run (send the e-mail, charge the card),
// sessions that somebody is logged in with, and the environment.
//
// A table counts whatever its name and schema are when it has a column for
// passwords or tokens: an application may have several kinds of users, or a
// schema a tenant. password is what every user's becomes, hashed. Tokens that may
// not be NULL become others, which are unique where the ones before were.
//
// Tables without a COPY statement are in it only when they shall have no rows.
func Credentials(s *schema.Schema, password string, seed Seed) (*Plan, error) {
	hash, err := bcryptOf(password, seed)
	if err != nil {
		return nil, err
	}
	m := credentialMethods{
		password: func(dst, _ []byte) ([]byte, bool, error) { return append(dst, hash()...), false, nil },
		token:    tokenMethod(seed.derive("credentials")),
	}
	names := lineage(s)
	tables := map[int]*Table{}
	for _, t := range s.Tables {
		if t.DataID == 0 {
			continue
		}
		if c := m.table(t, names(t)); c != nil {
			tables[t.DataID] = c
		}
	}
	return NewPlan(tables, ""), nil
}

// replaced returns what Credentials does to the columns of t, nil when nothing. A
// partitioned table counts for its partitions, which have the rows.
func replaced(t *schema.Table, names []string) *Table {
	if t.Copy == nil && t.Kind == schema.Partitioned {
		of := *t
		for _, c := range t.Columns {
			of.Copy = append(of.Copy, c.Name)
		}
		t = &of
	}
	return credentialMethods{null, null}.table(t, names)
}

// replaces reports whether t, which may be nil, has a method for a column in every
// row.
func (t *Table) replaces(column string) bool {
	return t != nil && slices.ContainsFunc(t.Columns, func(c Column) bool {
		return c.Name == column && c.Method != nil && c.Where == nil
	})
}

// credentialMethods are the methods for what somebody can log in with.
type credentialMethods struct{ password, token Method }

// table is the plan for one table, nil when it has nothing of the kind. names are
// its own and those of the tables that it is a part of.
func (m credentialMethods) table(t *schema.Table, names []string) *Table {
	has := func(columns ...string) bool {
		return !slices.ContainsFunc(columns, func(c string) bool { return t.Column(c) == nil && !slices.Contains(t.Copy, c) })
	}
	masked := &Table{Name: t.String()}
	if slices.Contains(names, "delayed_jobs") || slices.Contains(names, "sessions") && has("session_id", "data") {
		masked.None = true
		return masked
	}
	some := false
	for _, name := range t.Copy {
		c := Column{Name: name}
		switch {
		case name == "encrypted_password":
			c.Method = m.password
		case name == "reset_password_token" || name == "invitation_token":
			c.Method = null
			if column := t.Column(name); column == nil || column.NotNull {
				c.Method = m.token
			}
		case name == "value" && slices.Contains(names, "ar_internal_metadata") && slices.Contains(t.Copy, "key"):
			c.Method = always("development")
			c.Where = &Where{Column: slices.Index(t.Copy, "key"), Value: "environment"}
		}
		some = some || c.Method != nil
		masked.Columns = append(masked.Columns, c)
	}
	if !some {
		return nil
	}
	return masked
}

// lineage returns a function for the names of a table and of all that it is a
// partition of, or inherits from.
func lineage(s *schema.Schema) func(*schema.Table) []string {
	byName := map[schema.Name]*schema.Table{}
	for _, t := range s.Tables {
		byName[t.Name] = t
	}
	return func(t *schema.Table) []string {
		var names []string
		seen := map[*schema.Table]bool{} // a hostile archive may have them in a circle
		for next := []*schema.Table{t}; len(next) > 0; next = next[1:] {
			of := next[0]
			if of == nil || seen[of] {
				continue
			}
			seen[of] = true
			names = append(names, of.Name.Name)
			for _, parent := range of.Inherits {
				next = append(next, byName[parent])
			}
			if of.PartitionOf != nil {
				next = append(next, byName[*of.PartitionOf])
			}
		}
		return names
	}
}

// always is the method of a value that is the same in every row.
func always(value string) Method {
	return func(dst, _ []byte) ([]byte, bool, error) { return append(dst, value...), false, nil }
}

// null is the method of a value that goes.
func null(dst, _ []byte) ([]byte, bool, error) { return dst, true, nil }

// tokenMethod is the method of a secret that has to be there, and is perhaps unique.
func tokenMethod(key []byte) Method {
	return func(dst, value []byte) ([]byte, bool, error) {
		mac := hmac.New(sha256.New, key)
		_, _ = mac.Write(value)                                     // a hash never fails
		return hex.AppendEncode(dst, mac.Sum(nil)[:16]), false, nil // 128 bits are as unique as a UUID
	}
}
