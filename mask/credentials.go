package mask

import (
	"path"
	"slices"

	"github.com/rubyforgood/hectl/pgtools/schema"
)

// Becomes says what a credential is replaced with.
type Becomes string

// What a credential can be replaced with.
const (
	// BecomesPassword is a hash of the password that every user gets.
	BecomesPassword Becomes = "password"
	// BecomesToken is NULL or, where a value is needed, another token.
	BecomesToken Becomes = "token"
	// BecomesFalse is false.
	BecomesFalse Becomes = "false"
)

// A CredentialColumn is a column that is replaced in every restore.
type CredentialColumn struct {
	Of      string // what writes it
	Table   string // "" for every table
	Column  string // a name, or a pattern with *
	Becomes Becomes
}

// CredentialColumns is the list of the columns that never leave production as they
// are. Nothing else is replaced because of its name, so a column gets on it only
// when its name leaves no doubt.
func CredentialColumns() []CredentialColumn {
	return []CredentialColumn{
		{"Devise", "", "encrypted_password", BecomesPassword},
		{"Devise", "", "reset_password_token", BecomesToken},
		{"Devise", "", "confirmation_token", BecomesToken},
		{"Devise", "", "unlock_token", BecomesToken},
		{"Devise", "", "remember_token", BecomesToken},
		{"Devise", "", "authentication_token", BecomesToken},
		{"Devise Invitable", "", "invitation_token", BecomesToken},
		{"devise-two-factor", "", "otp_secret", BecomesToken},
		{"devise-two-factor", "", "encrypted_otp_secret", BecomesToken},
		{"devise-two-factor", "", "encrypted_otp_secret_iv", BecomesToken},
		{"devise-two-factor", "", "encrypted_otp_secret_salt", BecomesToken},
		{"devise-two-factor", "", "otp_backup_codes", BecomesToken},
		{"devise-two-factor", "", "consumed_timestep", BecomesToken},
		{"devise-two-factor", "", "otp_required_for_login", BecomesFalse},
		{"has_secure_password", "", "*password*_digest", BecomesPassword},
		{"has_secure_password", "", "password_reset_token", BecomesToken},
		{"Doorkeeper", "oauth_applications", "secret", BecomesToken},
		{"APIs", "", "access_token", BecomesToken},
		{"APIs", "", "refresh_token", BecomesToken},
		{"APIs", "", "auth_token", BecomesToken},
		{"APIs", "", "api_token", BecomesToken},
		{"APIs", "", "api_key", BecomesToken},
	}
}

// A CredentialTable is a table without rows in every restore.
type CredentialTable struct {
	Of    string   // what writes it
	Table string   // a name, or a pattern with *
	Has   []string // columns without which it is another table of that name
}

// CredentialTables is the list of the tables whose rows never leave production:
// sessions that somebody is logged in with, jobs that a developer's worker would
// run (send the e-mail, charge the card), and what is kept from responses.
func CredentialTables() []CredentialTable {
	return []CredentialTable{
		{"Active Record session store", "sessions", []string{"session_id", "data"}},
		{"Rails 8 authentication", "sessions", []string{"user_id", "ip_address"}},
		{"Rails 8 authentication", "sessions", []string{"user_id", "user_agent"}},
		{"Doorkeeper", "oauth_access_tokens", []string{"token"}},
		{"Doorkeeper", "oauth_access_grants", []string{"token"}},
		{"Doorkeeper", "oauth_device_grants", []string{"device_code"}},
		{"Doorkeeper", "oauth_openid_requests", []string{"access_grant_id"}},
		{"Delayed Job", "delayed_jobs", nil},
		{"Solid Queue", "solid_queue_*", nil},
		{"Solid Cache", "solid_cache_*", nil},
		{"Solid Cable", "solid_cable_*", nil},
		{"GoodJob", "good_jobs", nil},
		{"GoodJob", "good_job_*", nil},
		{"Que", "que_jobs", nil},
		{"Que", "que_lockers", nil},
		{"Que", "que_values", nil},
	}
}

// matches reports whether a pattern of the lists is one of names.
func matches(pattern string, names ...string) bool {
	return slices.ContainsFunc(names, func(name string) bool {
		ok, err := path.Match(pattern, name) // a name with a slash in it is on no list
		return ok && err == nil
	})
}

// credentialLists are the lists, and the lineage of each table.
type credentialLists struct {
	columns []CredentialColumn
	tables  []CredentialTable
}

func newCredentialLists() credentialLists {
	return credentialLists{CredentialColumns(), CredentialTables()}
}

// skips reports whether a table has no rows in any restore. names are its own and
// those of the tables that it is a part of.
func (l credentialLists) skips(t *schema.Table, names []string) bool {
	missing := func(column string) bool { return t.Column(column) == nil && !slices.Contains(t.Copy, column) }
	return slices.ContainsFunc(l.tables, func(c CredentialTable) bool {
		return matches(c.Table, names...) && !slices.ContainsFunc(c.Has, missing)
	})
}

// becomes returns what a column is replaced with, "" when it is not on the list.
func (l credentialLists) becomes(column string, names []string) Becomes {
	for _, c := range l.columns {
		if matches(c.Column, column) && (c.Table == "" || matches(c.Table, names...)) {
			return c.Becomes
		}
	}
	return ""
}

// Skips reports whether the rows of a table of this name may be left out of every
// restore, whatever columns it has.
func Skips(table string) bool {
	return slices.ContainsFunc(CredentialTables(), func(c CredentialTable) bool { return matches(c.Table, table) })
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
		for _, of := range parts(byName, t) {
			names = append(names, of.Name.Name)
		}
		return names
	}
}

// parts returns t and all tables that it is a partition of, or inherits from.
func parts(byName map[schema.Name]*schema.Table, t *schema.Table) []*schema.Table {
	var all []*schema.Table
	for next := []*schema.Table{t}; len(next) > 0; next = next[1:] {
		of := next[0]
		if of == nil || slices.Contains(all, of) { // a hostile archive may have them in a circle
			continue
		}
		all = append(all, of)
		for _, parent := range of.Inherits {
			next = append(next, byName[parent])
		}
		if of.PartitionOf != nil {
			next = append(next, byName[*of.PartitionOf])
		}
	}
	return all
}
