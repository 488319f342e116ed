package mask

import (
	"path"
	"slices"
	"strings"

	"github.com/rubyforgood/hectl/mask/methods"
	"github.com/rubyforgood/hectl/mask/rows"
	"github.com/rubyforgood/hectl/pgtools/schema"
)

// A substitute replaces a credential.
type substitute string

// The substitutes.
const (
	// becomesPassword is a hash of the password that all users get.
	becomesPassword substitute = "password"
	// becomesToken is NULL, or a random token in a NOT NULL column.
	becomesToken substitute = "token"
	becomesFalse substitute = "false"
	// becomesNull is NULL, because the referenced row is never restored.
	becomesNull substitute = "null"
)

// A credentialColumn is a column that is replaced in every restore.
type credentialColumn struct {
	software string // the software that writes the column
	table    string // "" means every table
	column   string // a name, or a pattern with *
	becomes  substitute
}

// credentialColumns returns the columns whose values never leave production. No other
// column is replaced because of its name, so the list has only unambiguous names.
func credentialColumns() []credentialColumn {
	return []credentialColumn{
		{"Devise", "", "encrypted_password", becomesPassword},
		{"Devise", "", "reset_password_token", becomesToken},
		{"Devise", "", "confirmation_token", becomesToken},
		{"Devise", "", "unlock_token", becomesToken},
		{"Devise", "", "remember_token", becomesToken},
		{"Devise", "", "authentication_token", becomesToken},
		{"Devise Invitable", "", "invitation_token", becomesToken},
		{"devise-two-factor", "", "otp_secret", becomesToken},
		{"devise-two-factor", "", "encrypted_otp_secret", becomesToken},
		{"devise-two-factor", "", "encrypted_otp_secret_iv", becomesToken},
		{"devise-two-factor", "", "encrypted_otp_secret_salt", becomesToken},
		{"devise-two-factor", "", "otp_backup_codes", becomesToken},
		{"devise-two-factor", "", "consumed_timestep", becomesToken},
		{"devise-two-factor", "", "otp_required_for_login", becomesFalse},
		{"has_secure_password", "", "*password*_digest", becomesPassword},
		{"has_secure_password", "", "password_reset_token", becomesToken},
		{"Doorkeeper", "oauth_applications", "secret", becomesToken},
		{"APIs", "", "access_token", becomesToken},
		{"APIs", "", "refresh_token", becomesToken},
		{"APIs", "", "auth_token", becomesToken},
		{"APIs", "", "api_token", becomesToken},
		{"APIs", "", "api_key", becomesToken},
	}
}

// A credentialTable is a table whose rows are left out of every restore, unless
// --keep-rows names it.
type credentialTable struct {
	software string   // the software that writes the table
	table    string   // a name, or a pattern with *
	has      []string // columns that distinguish the table from others with its name
	// secrets are columns that become tokens if --keep-rows names the table.
	secrets []string
}

// credentialTables returns the tables whose rows never leave production: sessions of
// signed-in users, cached responses, and jobs that a worker on a developer's machine would
// run (send an email, charge a card).
func credentialTables() []credentialTable {
	type names = []string
	return []credentialTable{
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

// Skips reports whether credentialTables lists a table with this name, whatever its
// columns.
func Skips(table string) bool {
	return slices.ContainsFunc(credentialTables(), func(c credentialTable) bool { return matches(c.table, table) })
}

// NotesEnvironment reports whether Rails stores the environment in a table with this name
// (ar_internal_metadata). It compares only letters and ignores their case, because
// applications add prefixes and suffixes, and other tools spell the name differently.
func NotesEnvironment(table string) bool {
	letters := strings.Map(func(r rune) rune {
		if r < 'a' || r > 'z' {
			return -1
		}
		return r
	}, strings.ToLower(table))
	return strings.Contains(letters, "arinternalmetadata")
}

// LoginColumns returns the columns with which the users of a table sign in: the address or
// user name, and the password. Both are "" if the table lacks either.
func LoginColumns(table string, columns []string) (address, password string) {
	lists := newCredentialLists()
	for _, c := range columns {
		if lists.becomes(c, []string{table}) == becomesPassword && (password == "" || c == "encrypted_password" || c == "password_digest") {
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

// credentialLists are the lists of credentials.
type credentialLists struct {
	columns []credentialColumn
	tables  []credentialTable
}

func newCredentialLists() credentialLists {
	return credentialLists{credentialColumns(), credentialTables()}
}

// skips reports whether the rows of a table are left out unless --keep-rows names it. names
// is its lineage.
func (l credentialLists) skips(t *schema.Table, names []string) bool {
	return len(l.of(t, names)) > 0
}

// of returns the entries of the list that match a table.
func (l credentialLists) of(t *schema.Table, names []string) (found []credentialTable) {
	missing := func(column string) bool { return t.Column(column) == nil && !slices.Contains(t.Copy, column) }
	for _, c := range l.tables {
		if matches(c.table, names...) && !slices.ContainsFunc(c.has, missing) {
			found = append(found, c)
		}
	}
	return found
}

// secret reports whether a column of a listed table contains a secret that can be used to
// sign in.
func (l credentialLists) secret(t *schema.Table, names []string, column string) bool {
	return slices.ContainsFunc(l.of(t, names), func(c credentialTable) bool { return slices.Contains(c.secrets, column) })
}

// becomes returns the substitute for a column, or "" if it is not on the list.
func (l credentialLists) becomes(column string, names []string) substitute {
	for _, c := range l.columns {
		if matches(c.column, column) && (c.table == "" || matches(c.table, names...)) {
			return c.becomes
		}
	}
	return ""
}

// replaced returns a table with a method for each column that Credentials replaces, or nil
// if there is none. kept reports whether --keep-rows names the table.
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

// matches reports whether a pattern of the lists matches any of names.
func matches(pattern string, names ...string) bool {
	return slices.ContainsFunc(names, func(name string) bool {
		ok, err := path.Match(pattern, name) // no name on a list has a slash
		return ok && err == nil
	})
}

// asksFor reports whether patterns match t or a table above it.
func asksFor(patterns []schema.Pattern, byName map[schema.Name]*schema.Table, t *schema.Table) bool {
	return slices.ContainsFunc(parts(byName, t), func(of *schema.Table) bool {
		return slices.ContainsFunc(patterns, func(p schema.Pattern) bool { return p.Matches(of.Name) })
	})
}

// Listed returns the tables with rows that are on the list and match keep.
func Listed(s *schema.Schema, keep []schema.Pattern) (tables []*schema.Table) {
	lists, names, byName := newCredentialLists(), lineage(s), s.ByName()
	for _, t := range s.Tables {
		if t.DataID != 0 && lists.skips(t, names(t)) && asksFor(keep, byName, t) {
			tables = append(tables, t)
		}
	}
	return tables
}
