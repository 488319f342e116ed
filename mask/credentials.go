package mask

import (
	"path"
	"slices"
	"strings"

	"github.com/rubyforgood/hectl/mask/methods"
	"github.com/rubyforgood/hectl/mask/rows"
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
	// BecomesNull is NULL: what it refers to is never restored.
	BecomesNull Becomes = "null"
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

// A CredentialTable is a table without rows in every restore, unless its rows are
// asked for.
type CredentialTable struct {
	Of    string   // what writes it
	Table string   // a name, or a pattern with *
	Has   []string // columns without which it is another table of that name
	// Secrets are columns that become tokens where the rows are asked for.
	Secrets []string
}

// CredentialTables is the list of the tables whose rows never leave production:
// sessions that somebody is logged in with, jobs that a developer's worker would
// run (send the e-mail, charge the card), and what is kept from responses.
func CredentialTables() []CredentialTable {
	type names = []string
	return []CredentialTable{
		{"Active Record session store", "sessions", names{"session_id", "data"}, names{"session_id", "data"}},
		{"Rails 8 authentication", "sessions", names{"user_id", "ip_address"}, nil},
		{"Rails 8 authentication", "sessions", names{"user_id", "user_agent"}, nil},
		{"Doorkeeper", "oauth_access_tokens", names{"token"}, names{"token", "previous_refresh_token"}},
		{"Doorkeeper", "oauth_access_grants", names{"token"}, names{"token"}},
		{"Doorkeeper", "oauth_device_grants", names{"device_code"}, names{"device_code", "user_code"}},
		{"Doorkeeper", "oauth_openid_requests", names{"access_grant_id"}, names{"nonce"}},
		{"Delayed Job", "delayed_jobs", nil, nil},
		{"Solid Queue", "solid_queue_*", nil, nil},
		{"Solid Cache", "solid_cache_*", nil, nil},
		{"Solid Cable", "solid_cable_*", nil, nil},
		{"Action Cable", "action_cable_large_payloads", nil, nil},
		{"GoodJob", "good_jobs", nil, nil},
		{"GoodJob", "good_job_*", nil, nil},
		{"Que", "que_jobs", nil, nil},
		{"Que", "que_lockers", nil, nil},
		{"Que", "que_values", nil, nil},
		{"queue_classic", "queue_classic_jobs", nil, nil},
		{"Django", "django_session", names{"session_key", "session_data"}, names{"session_key", "session_data"}},
		{"Laravel", "sessions", names{"payload", "last_activity"}, names{"id", "payload"}},
		{"Laravel", "jobs", names{"queue", "payload", "attempts", "reserved_at"}, nil},
		{"Laravel", "job_batches", names{"failed_job_ids"}, nil},
		{"Laravel", "failed_jobs", names{"queue", "payload", "exception"}, nil},
		{"Laravel", "cache", names{"key", "value", "expiration"}, nil},
		{"Laravel", "cache_locks", names{"key", "owner", "expiration"}, nil},
		{"Laravel", "password_resets", names{"email", "token"}, names{"token"}},
		{"Laravel", "password_reset_tokens", names{"email", "token"}, names{"token"}},
		{"Laravel Sanctum", "personal_access_tokens", names{"tokenable_id", "token"}, names{"token"}},
		{"connect-pg-simple", "session", names{"sid", "sess", "expire"}, names{"sid", "sess"}},
		{"Oban", "oban_jobs", nil, nil},
		{"Oban", "oban_peers", nil, nil},
	}
}

// Skips reports whether the rows of a table of this name may be left out of a
// restore, whatever columns it has.
func Skips(table string) bool {
	return slices.ContainsFunc(CredentialTables(), func(c CredentialTable) bool { return matches(c.Table, table) })
}

// NotesEnvironment reports whether a table of this name is one in which Rails notes
// the environment that the database is of (ar_internal_metadata). Applications put
// something before and after the name, and other tools write it their own way:
// letters count, in any case, and nothing else.
func NotesEnvironment(table string) bool {
	letters := strings.Map(func(r rune) rune {
		if r < 'a' || r > 'z' {
			return -1
		}
		return r
	}, strings.ToLower(table))
	return strings.Contains(letters, "arinternalmetadata")
}

// LoginColumns returns the columns of a table by which its users sign in: their
// address, or name, and their password. Both are "" where it has no such columns.
// table is its name.
func LoginColumns(table string, columns []string) (address, password string) {
	lists := newCredentialLists()
	for _, c := range columns {
		if lists.becomes(c, []string{table}) == BecomesPassword && (password == "" || c == "encrypted_password" || c == "password_digest") {
			password = c
		}
	}
	for _, name := range []string{"email", "email_address", "login", "username"} {
		if slices.Contains(columns, name) {
			address = name
			break
		}
	}
	if address == "" || password == "" {
		return "", ""
	}
	return address, password
}

// credentialLists are the lists, and the lineage of each table.
type credentialLists struct {
	columns []CredentialColumn
	tables  []CredentialTable
}

func newCredentialLists() credentialLists {
	return credentialLists{CredentialColumns(), CredentialTables()}
}

// skips reports whether a table has no rows in a restore that does not ask for them.
// names are its own and those of the tables that it is a part of.
func (l credentialLists) skips(t *schema.Table, names []string) bool {
	return len(l.of(t, names)) > 0
}

// of returns what of the list a table is.
func (l credentialLists) of(t *schema.Table, names []string) (found []CredentialTable) {
	missing := func(column string) bool { return t.Column(column) == nil && !slices.Contains(t.Copy, column) }
	for _, c := range l.tables {
		if matches(c.Table, names...) && !slices.ContainsFunc(c.Has, missing) {
			found = append(found, c)
		}
	}
	return found
}

// secret reports whether a column of a table on the list holds what somebody could
// sign in with.
func (l credentialLists) secret(t *schema.Table, names []string, column string) bool {
	return slices.ContainsFunc(l.of(t, names), func(c CredentialTable) bool { return slices.Contains(c.Secrets, column) })
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

// replaced returns what Credentials does to the columns of t, nil when nothing. kept
// says that its rows are asked for.
func (l credentialLists) replaced(t *schema.Table, names []string, kept bool) *rows.Table {
	masked := &rows.Table{Name: t.String(), None: l.skips(t, names) && !kept}
	some := masked.None
	for _, name := range columnsOf(t) {
		c := rows.Column{Name: name}
		if l.becomes(name, names) != "" || kept && l.secret(t, names, name) {
			c.Method, some = methods.Constant(""), true
		}
		masked.Columns = append(masked.Columns, c)
	}
	if !some {
		return nil
	}
	return masked
}

// matches reports whether a pattern of the lists is one of names.
func matches(pattern string, names ...string) bool {
	return slices.ContainsFunc(names, func(name string) bool {
		ok, err := path.Match(pattern, name) // a name with a slash in it is on no list
		return ok && err == nil
	})
}

// asksFor reports whether patterns name a table, or one that it is a part of.
func asksFor(patterns []schema.Pattern, byName map[schema.Name]*schema.Table, t *schema.Table) bool {
	return slices.ContainsFunc(parts(byName, t), func(of *schema.Table) bool {
		return slices.ContainsFunc(patterns, func(p schema.Pattern) bool { return p.Matches(of.Name) })
	})
}

// Listed returns the tables with rows that are on the list of those without, and that
// keep names.
func Listed(s *schema.Schema, keep []schema.Pattern) (tables []*schema.Table) {
	lists, names := newCredentialLists(), lineage(s)
	byName := map[schema.Name]*schema.Table{}
	for _, t := range s.Tables {
		byName[t.Name] = t
	}
	for _, t := range s.Tables {
		if t.DataID != 0 && lists.skips(t, names(t)) && asksFor(keep, byName, t) {
			tables = append(tables, t)
		}
	}
	return tables
}
