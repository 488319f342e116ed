package pgtools_test

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rubyforgood/hectl/pgtools"
)

// The settings of a role and a database are meant for the application.
func TestConnectTurnsTimeoutsOff(t *testing.T) {
	t.Parallel()
	c, name := database(t)
	if err := c.Exec(t.Context(), "postgres", "ALTER DATABASE "+name+" SET statement_timeout = '50ms'; ALTER DATABASE "+name+" SET idle_in_transaction_session_timeout = '1h'"); err != nil {
		t.Fatal(err)
	}
	db := connect(t, c.Conn(name))
	got, err := pgtools.Rows[string](t.Context(), db, "SELECT setting FROM pg_settings WHERE name IN ('statement_timeout', 'idle_in_transaction_session_timeout', 'lock_timeout')")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"0", "0", "0"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestQueries(t *testing.T) {
	t.Parallel()
	c, name := database(t, "CREATE TABLE t (id int PRIMARY KEY, s text, at timestamptz DEFAULT 'epoch')")
	db := connect(t, c.Conn(name))
	ctx := t.Context()
	if n, err := db.Exec(ctx, "INSERT INTO t SELECT i, 'row ' || i FROM generate_series(1, $1) i", 3); err != nil || n != 3 {
		t.Fatal(n, err)
	}
	type row struct {
		ID int
		S  string
	}
	rows, err := pgtools.Rows[row](ctx, db, "SELECT id, s FROM t WHERE id <> ALL($1) ORDER BY id", []int{2})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]row{{1, "row 1"}, {3, "row 3"}}, rows); diff != "" {
		t.Error(diff)
	}
	if times, err := pgtools.Rows[time.Time](ctx, db, "SELECT DISTINCT at FROM t"); err != nil || len(times) != 1 || times[0].Unix() != 0 {
		t.Error(times, err)
	}
	var s string
	if err := db.QueryRow(ctx, "SELECT s FROM t WHERE id = $1", 99).Scan(&s); !pgtools.IsNoRows(err) {
		t.Error(err)
	}
	if _, err := db.Exec(ctx, "INSERT INTO t VALUES (1)"); err == nil || strings.Contains(err.Error(), "Key (id)=(1)") || !strings.Contains(err.Error(), "duplicate key value") || pgtools.SQLState(err) != "23505" {
		t.Error(err)
	}
	if size, err := db.DatabaseSize(ctx); err != nil || size < 1e6 {
		t.Error(size, err)
	}
}

func TestInTx(t *testing.T) {
	t.Parallel()
	c, name := database(t, "CREATE TABLE t (id int)")
	db := connect(t, c.Conn(name))
	count := func() (n int) {
		if err := db.QueryRow(context.Background(), "SELECT count(*) FROM t").Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	insert := func(ctx context.Context) func(tx *pgtools.Tx) error {
		return func(tx *pgtools.Tx) error {
			_, err := tx.Exec(ctx, "INSERT INTO t VALUES (1)")
			return err
		}
	}
	boom := errors.New("boom")
	err := db.InTx(t.Context(), func(tx *pgtools.Tx) error {
		return errors.Join(insert(t.Context())(tx), boom)
	})
	if !errors.Is(err, boom) || count() != 0 {
		t.Error("not rolled back:", err)
	}
	if err := db.InTx(t.Context(), insert(t.Context())); err != nil || count() != 1 {
		t.Error("not committed:", err)
	}
}

// A canceled statement ends in the server, and the connection remains usable.
func TestCancelStatement(t *testing.T) {
	t.Parallel()
	db := connect(t, cluster(t).Conn("postgres"))
	watch := connect(t, cluster(t).Conn("postgres"))
	ctx, cancel := context.WithCancelCause(t.Context())
	why := errors.New("why")
	go func() {
		for {
			var active bool
			err := watch.QueryRow(t.Context(), "SELECT state = 'active' FROM pg_stat_activity WHERE pid = $1", db.BackendPID()).Scan(&active)
			if active || err != nil {
				cancel(why)
				return
			}
		}
	}()
	if _, err := db.Exec(ctx, "SELECT pg_sleep(600)"); !errors.Is(err, why) {
		t.Error(err)
	}
	if _, err := db.Exec(t.Context(), "SELECT 1"); err != nil {
		t.Error("afterwards:", err)
	}
}

func TestCopyIn(t *testing.T) {
	t.Parallel()
	c, name := database(t, "CREATE TABLE t (id int, s text)")
	db := connect(t, c.Conn(name))
	const sql = "COPY t FROM STDIN"
	if n, err := db.CopyIn(t.Context(), sql, strings.NewReader("1\tone\n2\ttwo\n")); err != nil || n != 2 {
		t.Fatal(n, err)
	}
	boom := errors.New("boom")
	if _, err := db.CopyIn(t.Context(), sql, &failingReader{strings.NewReader("3\tthree\n"), boom}); !errors.Is(err, boom) {
		t.Error(err)
	}
	if _, err := db.CopyIn(t.Context(), sql, strings.NewReader("x\ty\n")); pgtools.SQLState(err) != "22P02" {
		t.Error(err)
	}
	var n int
	if err := db.QueryRow(t.Context(), "SELECT count(*) FROM t").Scan(&n); err != nil || n != 2 {
		t.Error(n, err)
	}
}

func TestPasswordFile(t *testing.T) {
	t.Parallel()
	c := cluster(t)
	file := t.TempDir() + "/pgpass"
	if err := os.WriteFile(file, []byte("127.0.0.1:*:postgres:postgres:it's s3cret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	p, err := pgtools.ParseParams(c.URI("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	delete(p, "password")
	p["passfile"] = file
	connect(t, resolve(t, p))
}

func TestExtensions(t *testing.T) {
	t.Parallel()
	db := connect(t, cluster(t).Conn("postgres"))
	found, err := db.AvailableExtensions(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if e := found["plpgsql"]; e.Installed == "" || e.Default == "" || e.Superuser {
		t.Errorf("plpgsql: %+v", e)
	}
}

// A session on a production database writes nothing, and keeps the timeout for
// forgotten transactions.
func TestConnectReadOnly(t *testing.T) {
	t.Parallel()
	c, name := database(t)
	if err := c.Exec(t.Context(), "postgres", "ALTER DATABASE "+name+" SET idle_in_transaction_session_timeout = '1h'; ALTER DATABASE "+name+" SET statement_timeout = '50ms'"); err != nil {
		t.Fatal(err)
	}
	db, err := pgtools.ConnectReadOnly(t.Context(), c.Conn(name), "test")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close(t.Context())
	got, err := pgtools.Rows[string](t.Context(), db, "SELECT name || ' ' || setting FROM pg_settings WHERE name IN ('statement_timeout', 'idle_in_transaction_session_timeout') ORDER BY 1")
	if diff := cmp.Diff([]string{"idle_in_transaction_session_timeout 3600000", "statement_timeout 0"}, got); diff != "" || err != nil {
		t.Error(diff, err)
	}
	if _, err := db.Exec(t.Context(), "CREATE TABLE t ()"); pgtools.SQLState(err) != "25006" {
		t.Error("it wrote:", err)
	}
	// The session can still lock and end other sessions, which writes nothing.
	if held, _, err := db.TryLock(t.Context(), "x"); !held || err != nil {
		t.Error(held, err)
	}
	if err := db.EndLaterSessions(t.Context(), "nobody"); err != nil {
		t.Error(err)
	}
}
