package pgtools_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rubyforgood/hectl/pgtools"
)

func TestCreateAndDropDatabase(t *testing.T) {
	t.Parallel()
	c := cluster(t)
	ctx := t.Context()
	owner := role(t, c, "", c.Conn("postgres")).User()
	db := connect(t, c.Conn("postgres"))
	first, second := `Create "and" drop `+unique(t), unique(t)
	if err := db.CreateDatabase(ctx, first, pgtools.CreateOptions{Owner: owner, Encoding: "LATIN1", Like: &pgtools.Database{Collate: "C", Ctype: "C", LocaleProvider: "libc", Tablespace: "pg_default"}}); err != nil {
		t.Fatal(err)
	}
	d, exists, err := db.Database(ctx, first)
	if err != nil || !exists || d.Size < 1e6 {
		t.Fatalf("%+v %v %v", d, exists, err)
	}
	if err := db.CreateDatabase(ctx, second, pgtools.CreateOptions{Owner: d.Owner, Like: &d}); err != nil {
		t.Fatal(err)
	}
	like, _, err := db.Database(ctx, second)
	if err != nil {
		t.Fatal(err)
	}
	like.Size = 0
	provider := "libc"
	if db.ServerVersion().Major < 15 {
		provider = ""
	}
	want := pgtools.Database{Name: second, Owner: owner, Encoding: "LATIN1", Collate: "C", Ctype: "C", LocaleProvider: provider, Tablespace: "pg_default", AllowConn: true, ConnectionLimit: -1}
	if diff := cmp.Diff(want, like); diff != "" {
		t.Error(diff)
	}
	for _, name := range []string{first, second, second} { // the last is not there any more
		if err := db.DropDatabase(ctx, name); err != nil {
			t.Error(err)
		}
	}
	if _, exists, err := db.Database(ctx, first); exists || err != nil {
		t.Error(exists, err)
	}
}

func TestDatabaseICU(t *testing.T) {
	t.Parallel()
	db := connect(t, cluster(t).Conn("postgres"))
	if db.ServerVersion().Major < 15 {
		return // such databases came with 15
	}
	name := unique(t)
	want := pgtools.Database{Name: name, Owner: "postgres", Encoding: "UTF8", Collate: "C", Ctype: "C", LocaleProvider: "icu", Locale: "de-AT", Tablespace: "pg_default", AllowConn: true, ConnectionLimit: -1}
	if err := db.CreateDatabase(t.Context(), name, pgtools.CreateOptions{Like: &want}); err != nil {
		t.Fatal(err)
	}
	got, _, err := db.Database(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	got.Size = 0
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestDatabasesWithPrefix(t *testing.T) {
	t.Parallel()
	c := cluster(t)
	prefix := unique(t)
	for _, name := range []string{prefix + "_b", prefix + "_a", prefix + "Xc", "other" + prefix + "_"} {
		if err := c.CreateDatabase(t.Context(), name); err != nil {
			t.Fatal(err)
		}
	}
	found, err := connect(t, c.Conn("postgres")).DatabasesWithPrefix(t.Context(), prefix+"_")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, d := range found {
		names = append(names, d.Name)
	}
	if diff := cmp.Diff([]string{prefix + "_a", prefix + "_b"}, names); diff != "" {
		t.Error(diff)
	}
}

// Everything that hangs on a database is the same on its successor, as the
// catalogs have it.
func TestCopyDatabaseSettings(t *testing.T) {
	t.Parallel()
	c, from := database(t)
	to := from + "_new"
	if err := c.CreateDatabase(t.Context(), to); err != nil {
		t.Fatal(err)
	}
	conn := role(t, c, "CREATEDB", c.Conn(from))
	setup := strings.NewReplacer("$ ", from+" ", "$to", to, "$role", conn.User()).Replace(`
		ALTER DATABASE $ SET search_path = "$user", "odd, name", public;
		ALTER DATABASE $ SET work_mem = '64MB';
		ALTER DATABASE $ SET "my.setting" = 'it''s \ odd';
		ALTER DATABASE $ SET temp_tablespaces = '';
		ALTER ROLE $role IN DATABASE $ SET statement_timeout = '5s';
		ALTER DATABASE $ CONNECTION LIMIT 42;
		COMMENT ON DATABASE $ IS 'it''s
			the app\s';
		REVOKE CONNECT ON DATABASE $ FROM PUBLIC;
		GRANT CONNECT, TEMPORARY ON DATABASE $ TO $role WITH GRANT OPTION;
		ALTER DATABASE $ OWNER TO $role; ALTER DATABASE $to OWNER TO $role;`)
	if err := c.Exec(t.Context(), "postgres", setup); err != nil {
		t.Fatal(err)
	}
	db := connect(t, c.Conn("postgres"))
	warnings, err := db.CopyDatabaseSettings(t.Context(), from, to)
	if err != nil || len(warnings) > 0 {
		t.Fatal(warnings, err)
	}
	read := func(name string) (s [5]string) {
		err := db.QueryRow(t.Context(), `
			SELECT datconnlimit::text, shobj_description(oid, 'pg_database'),
				(SELECT string_agg(a::text, ' ' ORDER BY a::text) FROM unnest(datacl) a),
				(SELECT setconfig::text FROM pg_db_role_setting WHERE setdatabase = d.oid AND setrole = 0),
				(SELECT setconfig::text FROM pg_db_role_setting WHERE setdatabase = d.oid AND setrole <> 0)
			FROM pg_database d WHERE datname = $1`, name).Scan(&s[0], &s[1], &s[2], &s[3], &s[4])
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	if diff := cmp.Diff(read(from), read(to)); diff != "" {
		t.Error(diff)
	}

	// An owner who may not set one of them gets the others.
	if err := c.Exec(t.Context(), "postgres", "ALTER DATABASE "+from+" SET log_statement = 'all'"); err != nil {
		t.Fatal(err)
	}
	warnings, err = connect(t, conn.WithDatabase("postgres")).CopyDatabaseSettings(t.Context(), from, to)
	if err != nil || len(warnings) != 2 || !strings.Contains(warnings[0]+warnings[1], "log_statement") {
		t.Error(warnings, err)
	}
}
