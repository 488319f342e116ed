package pgtools_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/pgtools"
)

func TestCopyDatabaseEndsSessions(t *testing.T) {
	t.Parallel()
	c, from := database(t, "CREATE TABLE t AS SELECT 'old'::text AS s")
	open := connect(t, c.Conn(from))
	exec(t, open, "BEGIN; INSERT INTO t VALUES ('uncommitted')")
	owner := role(t, c, "CREATEDB", c.Conn(from)).User()

	if err := pgtools.CopyDatabase(t.Context(), c.Conn(from), from, from+"_new", pgtools.CopyOptions{Owner: owner}); err != nil {
		t.Fatal(err)
	}
	if _, err := open.Exec(t.Context(), "SELECT 1"); err == nil {
		t.Error("the session is still there")
	}
	checkContent(t, c, from, map[string]string{"": "old", "_new": "old"})
	made, _, err := connect(t, c.Conn("postgres")).Database(t.Context(), from+"_new")
	if err != nil || made.Owner != owner || !made.AllowConn {
		t.Error(made, err)
	}
}

func TestCopyDatabaseSealed(t *testing.T) {
	t.Parallel()
	c, from := database(t)
	if err := pgtools.CopyDatabase(t.Context(), c.Conn(from), from, from+"_sealed", pgtools.CopyOptions{Sealed: true}); err != nil {
		t.Fatal(err)
	}
	if db, err := pgtools.Connect(t.Context(), c.SocketConn(from+"_sealed"), "test"); err == nil {
		db.Close(t.Context())
		t.Error("one can connect to it")
	}
	if err := pgtools.CopyDatabase(t.Context(), c.Conn(from), from+"_sealed", from+"_again", pgtools.CopyOptions{}); err != nil {
		t.Fatal(err)
	}
	db := connect(t, c.SocketConn(from+"_again"))
	exec(t, db, "CREATE TABLE t ()")
}

// A client that connects during the copy waits and then succeeds.
func TestCopyDatabaseReconnectStorm(t *testing.T) {
	t.Parallel()
	c, from := database(t, "CREATE TABLE t AS SELECT i FROM generate_series(1, 100000) i")
	ctx, stop := context.WithCancel(t.Context())
	var clients sync.WaitGroup
	for range 4 {
		clients.Go(func() {
			for ctx.Err() == nil {
				if db, err := pgtools.Connect(ctx, c.SocketConn(from), "storm"); err == nil {
					db.Close(ctx)
				}
			}
		})
	}
	for _, to := range []string{"_a", "_b", "_c"} {
		if err := pgtools.CopyDatabase(t.Context(), c.Conn(from), from, from+to, pgtools.CopyOptions{Attempts: 1}); err != nil {
			t.Error(err)
		}
	}
	stop()
	clients.Wait()
}

func TestCopyDatabaseFails(t *testing.T) {
	t.Parallel()
	c, from := database(t)
	mine := role(t, c, "CREATEDB", c.Conn(from))
	db := connect(t, c.Conn("postgres"))

	err := pgtools.CopyDatabase(t.Context(), mine, from, from+"_new", pgtools.CopyOptions{})
	if fault.CodeOf(err) != fault.Denied || !strings.Contains(err.Error(), "copy database "+from+" to "+from+"_new: ") {
		t.Errorf("not the owner: %v", err)
	}
	exec(t, db, "ALTER DATABASE "+from+" OWNER TO "+mine.User())
	admin := connect(t, c.Conn(from)) // a superuser's session, which mine cannot terminate
	err = pgtools.CopyDatabase(t.Context(), mine, from, from+"_new", pgtools.CopyOptions{})
	busy, is := errors.AsType[*pgtools.BusyError](err)
	if !is || !busy.Refused || len(fault.Hints(err)) == 0 {
		t.Errorf("a session that may not be ended: %v", err)
	}
	exec(t, admin, "BEGIN; CREATE TABLE p (); PREPARE TRANSACTION 'copy p'")
	admin.Close(t.Context())
	err = pgtools.CopyDatabase(t.Context(), mine, from, from+"_new", pgtools.CopyOptions{})
	if err == nil || !strings.Contains(err.Error(), "prepared transactions: copy p") {
		t.Errorf("a prepared transaction: %v", err)
	}
	exec(t, connect(t, c.Conn(from)), "ROLLBACK PREPARED 'copy p'")
	if err := pgtools.CopyDatabase(t.Context(), mine, from+"_none", from+"_new", pgtools.CopyOptions{}); err == nil {
		t.Error("there was nothing to copy")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := pgtools.CopyDatabase(ctx, mine, from, from+"_new", pgtools.CopyOptions{}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if _, exists, err := db.Database(t.Context(), from+"_new"); exists || err != nil {
		t.Errorf("there is a copy (%v)", err)
	}
}

// According to the catalogs, the new database has every property of the old one.
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

	// If the owner may not set one of the settings, the others are still copied.
	if err := c.Exec(t.Context(), "postgres", "ALTER DATABASE "+from+" SET log_statement = 'all'"); err != nil {
		t.Fatal(err)
	}
	warnings, err = connect(t, conn.WithDatabase("postgres")).CopyDatabaseSettings(t.Context(), from, to)
	if err != nil || len(warnings) != 2 || !strings.Contains(warnings[0]+warnings[1], "log_statement") {
		t.Error(warnings, err)
	}
}
