package swap

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/rubyforgood/hectl/internal/console"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/mask"
	"github.com/rubyforgood/hectl/mask/methods"
	"github.com/rubyforgood/hectl/pgtools"
	"github.com/rubyforgood/hectl/pgtools/schema"
	"github.com/rubyforgood/hectl/restore/target"
)

// Login describes how to log in to the application with the restored database.
type Login struct {
	// Address of a user; "" if any address works. Addresses that are not masked are
	// production's, which hectl does not show.
	Address string `json:"address,omitempty"`
	// Password is "" if it comes from --password or hectl.yml; From says which of the two.
	Password string `json:"password,omitempty"`
	From     string `json:"password_from,omitempty"`
	Table    string `json:"table"`
	Column   string `json:"password_column"`
}

// String describes the login in one line.
func (l Login) String() string {
	who := "as any user with"
	if l.Address != "" {
		who = "as " + l.Address + " with"
	}
	password := fmt.Sprintf("the password %q", l.Password)
	if l.Password == "" {
		password = "the password of " + l.From
	}
	return fmt.Sprintf("log in %s %s (%s.%s)", who, password, l.Table, l.Column)
}

// LoginOptions are the settings for finding a login.
type LoginOptions struct {
	As            string // the address of a user that is not masked; "" for none
	Password      string // the password of every user
	RulePasswords []string
}

// Find finds out how to log in with the temp database. isMasked reports whether rules
// replaced a column; nil if not known. Only --login-as can make it fail, because no other
// login is worth failing a restore.
func (o LoginOptions) Find(ctx context.Context, s *target.Session, p *Plan, isMasked func(table schema.Name, column string) bool) (*Login, error) {
	l, err := o.look(ctx, s, p, isMasked)
	if err == nil {
		return l, nil
	}
	if o.As == "" && ctx.Err() == nil {
		s.Out.Detail("no login: %v", err)
		return nil, nil
	}
	if p.Exists {
		err = fmt.Errorf("%s is unchanged: %w", p.Target, err)
	}
	return nil, err
}

// usersTable is a table of users who can log in.
type usersTable struct {
	Schema, Name      string
	Columns           []string
	address, password string
}

func (t usersTable) sql() string { return pgtools.Quote(t.Schema) + "." + pgtools.Quote(t.Name) }

// label returns the name for messages.
func (t usersTable) label() string {
	if t.Schema == "public" {
		return t.Name
	}
	return t.Schema + "." + t.Name
}

// usersTables returns the tables of users in a database, the likeliest first.
func usersTables(ctx context.Context, db *pgtools.DB) ([]usersTable, error) {
	found, err := pgtools.Rows[struct {
		Schema, Name string
		Columns      []string
	}](ctx, db, `
		SELECT n.nspname::text, c.relname::text,
		       ARRAY(SELECT a.attname::text FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped)
		FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
		WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema'
		ORDER BY c.relname <> 'users', n.nspname <> 'public', 1, 2`)
	if err != nil {
		return nil, fmt.Errorf("look for users: %w", err)
	}
	var tables []usersTable
	for _, f := range found {
		t := usersTable{Schema: f.Schema, Name: f.Name, Columns: f.Columns}
		if t.address, t.password = mask.LoginColumns(t.Name, t.Columns); t.address != "" {
			tables = append(tables, t)
		}
	}
	return tables, nil
}

// first returns the address and the password's hash of the first user who can log in,
// judging by the columns.
func (t usersTable) first(ctx context.Context, db *pgtools.DB) (address, hash string, err error) {
	where := []string{fmt.Sprintf("%s::text <> '' AND %s::text LIKE '$2%%'", pgtools.Quote(t.address), pgtools.Quote(t.password))}
	for _, name := range []string{"discarded_at", "deleted_at", "archived_at", "locked_at", "suspended_at", "disabled_at", "banned_at"} {
		if slices.Contains(t.Columns, name) {
			where = append(where, name+" IS NULL")
		}
	}
	if slices.Contains(t.Columns, "confirmed_at") {
		where = append(where, "confirmed_at IS NOT NULL")
	}
	order := pgtools.Quote(t.address)
	if slices.Contains(t.Columns, "id") {
		order = "id"
	}
	err = db.QueryRow(ctx, fmt.Sprintf("SELECT %s::text, %s::text FROM %s WHERE %s ORDER BY %s LIMIT 1",
		pgtools.Quote(t.address), pgtools.Quote(t.password), t.sql(), strings.Join(where, " AND "), order)).Scan(&address, &hash)
	return address, hash, err
}

// find returns the address and the password's hash of a user.
func (t usersTable) find(ctx context.Context, db *pgtools.DB, wanted string) (address, hash string, err error) {
	err = db.QueryRow(ctx, fmt.Sprintf("SELECT %s::text, coalesce(%s::text, '') FROM %s WHERE pg_catalog.lower(%[1]s::text) = pg_catalog.lower($1) LIMIT 1",
		pgtools.Quote(t.address), pgtools.Quote(t.password), t.sql()), wanted).Scan(&address, &hash)
	return address, hash, err
}

// fakeAddress matches addresses in domains that are reserved for examples.
var fakeAddress = regexp.MustCompile(`(?i)@([a-z0-9-]+\.)*example\.(com|org|net)$`)

// look connects to the temp database and finds a login.
func (o LoginOptions) look(ctx context.Context, s *target.Session, p *Plan, isMasked func(table schema.Name, column string) bool) (*Login, error) {
	db, err := pgtools.Connect(ctx, s.Conn.WithDatabase(p.Temp), pgtools.RestoreApp)
	if err != nil {
		return nil, err
	}
	defer db.Close(context.WithoutCancel(ctx))
	tables, err := usersTables(ctx, db)
	if err != nil {
		return nil, err
	}
	if o.As != "" {
		return o.lookFor(ctx, db, tables, s.Out)
	}
	for _, t := range tables {
		address, hash, err := t.first(ctx, db)
		if err != nil {
			s.Out.Detail("no login from %s: %v", t.label(), err)
			continue
		}
		l := &Login{Table: t.label(), Column: t.password}
		if !o.knows(hash, l) {
			continue
		}
		if p.Masked && (isMasked != nil && isMasked(schema.Name{Schema: t.Schema, Name: t.Name}, t.address) || fakeAddress.MatchString(address)) {
			l.Address = address
		}
		return l, nil
	}
	return nil, nil
}

// lookFor finds the login of the user that --login-as names.
func (o LoginOptions) lookFor(ctx context.Context, db *pgtools.DB, tables []usersTable, out *console.Console) (*Login, error) {
	for _, t := range tables {
		address, hash, err := t.find(ctx, db, o.As)
		if pgtools.IsNoRows(err) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("look for the user of --login-as in %s: %w", t.label(), err)
		}
		l := &Login{Address: address, Table: t.label(), Column: t.password}
		if !o.knows(hash, l) {
			out.Warn("the password of %s is not known: hectl did not set %s.%s", address, t.label(), t.password)
			return nil, nil
		}
		return l, nil
	}
	return nil, fault.New(fault.Failed, "use an address from the dump; a dump that was masked when it was made has fake addresses",
		"no user has the address %s", o.As)
}

// knows reports whether a hash is that of a password that the user knows, and sets in l
// the origin of the password.
func (o LoginOptions) knows(hash string, l *Login) bool {
	is := func(password string) bool { return methods.IsPassword(hash, password) }
	switch {
	case is(o.Password) && o.Password == methods.DefaultPassword:
		l.Password, l.From = methods.DefaultPassword, "hectl"
	case is(o.Password):
		l.From = "--password"
	case slices.ContainsFunc(o.RulePasswords, is):
		l.From = "hectl.yml"
	default:
		return false
	}
	return true
}
