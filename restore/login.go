package restore

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/mask"
	"github.com/rubyforgood/hectl/mask/methods"
	"github.com/rubyforgood/hectl/pgtools"
	"github.com/rubyforgood/hectl/pgtools/archive"
	"github.com/rubyforgood/hectl/pgtools/schema"
)

// login says how to sign in to the application with the restored database.
type login struct {
	// Address of a user, "" for that of any: rows that are not masked have those of
	// production, which are not shown.
	Address string `json:"address,omitempty"`
	// Password is "" where the person or hectl.yml gave one, which From names.
	Password string `json:"password,omitempty"`
	From     string `json:"password_from,omitempty"`
	Table    string `json:"table"`
	Column   string `json:"password_column"`
}

// String says it in a line.
func (l login) String() string {
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

// usersTable is a table whose users can sign in.
type usersTable struct {
	Schema, Name      string
	Columns           []string
	address, password string
}

func (t usersTable) sql() string { return pgtools.Quote(t.Schema) + "." + pgtools.Quote(t.Name) }

// label is the name as messages have it.
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

// first returns the address and the password's hash of the first user who may sign
// in, as far as columns tell.
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

// madeUp matches addresses that are nobody's.
var madeUp = regexp.MustCompile(`(?i)@([a-z0-9-]+\.)*example\.(com|org|net)$`)

// login finds out how to sign in to the temp database. masked says that rules were
// applied to it, and isMasked reports whether they replaced a column. Only --login-as
// can fail: nothing else is worth losing a restore for.
func (r *run) login(ctx context.Context, temp string, masked bool, isMasked func(table schema.Name, column string) bool) (*login, error) {
	db, err := pgtools.Connect(ctx, r.target.WithDatabase(temp), appName)
	if err != nil {
		return nil, err
	}
	defer db.Close(context.WithoutCancel(ctx))
	tables, err := usersTables(ctx, db)
	if err != nil {
		return nil, err
	}
	if r.loginAs != "" {
		return r.loginOf(ctx, db, tables)
	}
	for _, t := range tables {
		address, hash, err := t.first(ctx, db)
		if err != nil {
			r.out.Detail("no login from %s: %v", t.label(), err)
			continue
		}
		l := &login{Table: t.label(), Column: t.password}
		if !r.knows(hash, l) {
			continue
		}
		if masked && (isMasked != nil && isMasked(schema.Name{Schema: t.Schema, Name: t.Name}, t.address) || madeUp.MatchString(address)) {
			l.Address = address
		}
		return l, nil
	}
	return nil, nil
}

// loginOf is login for the user that --login-as names.
func (r *run) loginOf(ctx context.Context, db *pgtools.DB, tables []usersTable) (*login, error) {
	for _, t := range tables {
		address, hash, err := t.find(ctx, db, r.loginAs)
		if pgtools.IsNoRows(err) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("look for the user of --login-as in %s: %w", t.label(), err)
		}
		l := &login{Address: address, Table: t.label(), Column: t.password}
		if !r.knows(hash, l) {
			r.out.Warn("the password of %s is not known: %s.%s is not what hectl sets", address, t.label(), t.password)
			return nil, nil
		}
		return l, nil
	}
	return nil, fault.New(fault.Failed, "--login-as takes an address that the dump has; a dump that was masked when it was made has made-up ones",
		"no user has the address %s", r.loginAs)
}

// knows reports whether a hash is that of a password which the person knows, and
// notes in l where that came from.
func (r *run) knows(hash string, l *login) bool {
	is := func(password string) bool { return methods.IsPassword(hash, password) }
	switch {
	case is(r.masking.password) && r.masking.password == methods.DefaultPassword:
		l.Password, l.From = methods.DefaultPassword, "hectl"
	case is(r.masking.password):
		l.From = "--password"
	case r.masking.rules != nil && slices.ContainsFunc(r.masking.rules.Passwords(), is):
		l.From = "hectl.yml"
	default:
		return false
	}
	return true
}

// checkLoginAs refuses --login-as for an archive without users.
func (r *run) checkLoginAs(h *archive.Head) error {
	if r.loginAs == "" || mask.HasUsers(h) {
		return nil
	}
	return fault.New(fault.Usage, "leave --login-as out", "the dump has no table with addresses and passwords of users")
}

// findLogin is login for the result of a restore of a dump.
func (r *run) findLogin(ctx context.Context, w work) (*login, error) {
	p := w.plan
	l, err := r.login(ctx, p.Temp, p.Masking.Masked, func(table schema.Name, column string) bool {
		return w.mask.MasksAddress(w.dump.Head, table, column)
	})
	if err == nil {
		return l, nil
	}
	if r.loginAs == "" && ctx.Err() == nil {
		r.out.Detail("no login: %v", err)
		return nil, nil
	}
	if p.Exists {
		err = fmt.Errorf("%s is as it was: %w", p.Target, err)
	}
	return nil, err
}

// snapshotLogin is login for what comes from a snapshot. One that a person restores
// by name has whatever passwords it has.
func (r *run) snapshotLogin(ctx context.Context, p plan) (*login, error) {
	if r.snapshots == nil {
		return nil, nil
	}
	l, err := r.login(ctx, p.Temp, p.Masking.Masked, nil)
	if err != nil && r.loginAs == "" && ctx.Err() == nil {
		r.out.Detail("no login: %v", err)
		return nil, nil
	}
	return l, err
}

// loginKey is the same for the same --login-as, and does not tell the address.
func (r *run) loginKey() string {
	if r.loginAs == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(strings.ToLower(r.loginAs)))
	return hex.EncodeToString(sum[:8])
}

// checkAddress refuses what is no address of a user.
func checkAddress(text string) error {
	if strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r == 0x7f }) {
		return fault.New(fault.Usage, "for example: --login-as me@example.com", "--login-as %s is not an address", fault.Quote(text))
	}
	return nil
}
