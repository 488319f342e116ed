package pgtools_test

import (
	"context"
	"errors"
	"maps"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/pgtools"
)

func TestConnectErrors(t *testing.T) {
	t.Parallel()
	c := cluster(t)
	nobody := t.TempDir()
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = silent.Close() })
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = closed.Close()
	port := func(l net.Listener) string {
		_, p, _ := net.SplitHostPort(l.Addr().String())
		return p
	}
	good := func(change pgtools.Params) pgtools.Params {
		p, err := pgtools.ParseParams(c.URI("postgres"))
		if err != nil {
			t.Fatal(err)
		}
		maps.Copy(p, change)
		return p
	}
	for _, tt := range []struct {
		name, want, hint string
		p                pgtools.Params
		code             fault.Code
	}{
		{"no socket", "no server's socket is there", "is PostgreSQL running on " + nobody, pgtools.Params{"host": nobody}, fault.Failed},
		{"refused", "nothing listens there", "is PostgreSQL running on 127.0.0.1, port " + port(closed), pgtools.Params{"host": "127.0.0.1", "port": port(closed)}, fault.Failed},
		{"no such host", "host not found", "spelling", pgtools.Params{"host": "db.invalid"}, fault.Failed},
		{"silent", "no answer within 1 seconds", "reachable", pgtools.Params{"host": "127.0.0.1", "port": port(silent), "connect_timeout": "1"}, fault.Failed},
		{"wrong password", "password authentication failed", "check PGPASSWORD", good(pgtools.Params{"password": "hunter2"}), fault.Denied},
		{"no password", "the server asks for a password, and none is set", "~/.pgpass: 127.0.0.1:", good(pgtools.Params{"password": ""}), fault.Denied},
		{"no database", "does not exist", "create it", good(pgtools.Params{"dbname": "none"}), fault.Failed},
		{"no role", "none", "PGPASSWORD", good(pgtools.Params{"user": "none"}), fault.Denied},
		{"no role on the socket", "does not exist", "create the role", good(pgtools.Params{"host": c.Socket(), "user": "none"}), fault.Denied},
		{"TLS", "the server does not do TLS", "sslmode=prefer", good(pgtools.Params{"sslmode": "require"}), fault.Failed},
		{"CA file", "no such file", "", good(pgtools.Params{"sslmode": "verify-ca", "sslrootcert": nobody + "/none"}), fault.Usage},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			conn := resolve(t, tt.p)
			_, err := pgtools.Connect(t.Context(), conn, "test")
			if err == nil {
				t.Fatal("connected")
			}
			text, hints := err.Error(), strings.Join(fault.Hints(err), "\n")
			if !strings.HasPrefix(text, "connect to "+conn.String()+": ") || !strings.Contains(text, tt.want) {
				t.Errorf("error %q, want %q in it", text, tt.want)
			}
			if !strings.Contains(hints, tt.hint) || (tt.hint == "") != (hints == "") {
				t.Errorf("hints %q, want %q in them", hints, tt.hint)
			}
			if strings.Contains(text+hints, "hunter2") || strings.Contains(text+hints, "s3cret") || strings.Contains(text, "\n") {
				t.Errorf("error %q, hints %q", text, hints)
			}
			if got := fault.CodeOf(err); got != tt.code {
				t.Errorf("code %d, want %d", got, tt.code)
			}
			if got := pgtools.IsNoDatabase(err); got != (tt.name == "no database") {
				t.Errorf("IsNoDatabase = %v", got)
			}
		})
	}
}

func TestConnectCancelled(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := pgtools.Connect(ctx, cluster(t).Conn("postgres"), "test")
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestConnectTooMany(t *testing.T) {
	t.Parallel()
	c, name := database(t)
	conn := role(t, c, "CONNECTION LIMIT 1", c.Conn(name))
	connect(t, conn)
	_, err := pgtools.Connect(t.Context(), conn, "test")
	if pgtools.SQLState(err) != "53300" || len(fault.Hints(err)) != 1 {
		t.Error(err, fault.Hints(err))
	}
}

// The settings of a role and a database are for the application.
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

// A cancelled statement ends in the server, and the connection can be used on.
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

func TestLock(t *testing.T) {
	t.Parallel()
	c := cluster(t)
	a, b := connect(t, c.Conn("postgres")), connect(t, c.Conn("postgres"))
	held, _, err := a.TryLock(t.Context(), "restore diaper_dev")
	if err != nil || !held {
		t.Fatal(held, err)
	}
	held, holder, err := b.TryLock(t.Context(), "restore diaper_dev")
	if err != nil || held || holder == nil || holder.PID != a.BackendPID() || holder.Application != "test" {
		t.Errorf("held %v, holder %v, error %v", held, holder, err)
	}
	if held, _, err := b.TryLock(t.Context(), "restore other"); err != nil || !held {
		t.Error("another name:", held, err)
	}
	a.Close(t.Context())
	for !held {
		if held, _, err = b.TryLock(t.Context(), "restore diaper_dev"); err != nil {
			t.Fatal(err)
		}
	}
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
