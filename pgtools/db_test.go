package pgtools_test

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rubyforgood/hectl/pgtools"
)

// Connect turns off timeouts of a role and a database, which are meant for the application.
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

// The role's statement timeout does not apply, not even to the first statement.
func TestSettingsHoldFromTheStart(t *testing.T) {
	t.Parallel()
	c, name := database(t)
	if err := c.Exec(t.Context(), "postgres", "ALTER DATABASE "+name+" SET statement_timeout = '50ms'"); err != nil {
		t.Fatal(err)
	}
	readOnly, err := pgtools.ConnectReadOnly(t.Context(), c.Conn(name), "test")
	if err != nil {
		t.Fatal(err)
	}
	defer readOnly.Close(t.Context())
	for _, tt := range []struct {
		db   *pgtools.DB
		want []string
	}{
		{connect(t, c.Conn(name)), []string{
			"default_transaction_deferrable off", "default_transaction_isolation read committed", "default_transaction_read_only off",
			"idle_in_transaction_session_timeout 0", "lock_timeout 0", "statement_timeout 0",
		}},
		{readOnly, []string{"default_transaction_deferrable off", "default_transaction_read_only on", "statement_timeout 0"}},
	} {
		got, err := pgtools.Rows[string](t.Context(), tt.db, `
			SELECT name || ' ' || setting FROM pg_settings
			WHERE source = 'client' AND (name LIKE '%timeout' OR name LIKE 'default\_transaction%') ORDER BY name COLLATE "C"`)
		if diff := cmp.Diff(tt.want, got); diff != "" || err != nil {
			t.Error(diff, err)
		}
	}
}

// hectl does not wait, even if the role's transactions are deferrable.
func TestConnectDoesNotDefer(t *testing.T) {
	t.Parallel()
	c, name := database(t)
	other := connect(t, c.Conn(name))
	for _, sql := range []string{
		"BEGIN ISOLATION LEVEL SERIALIZABLE, READ WRITE", "SELECT FROM pg_class",
		"ALTER DATABASE " + name + " SET default_transaction_isolation = serializable",
		"ALTER DATABASE " + name + " SET default_transaction_read_only = on",
		"ALTER DATABASE " + name + " SET default_transaction_deferrable = on",
	} {
		run := other.Exec
		if strings.HasPrefix(sql, "ALTER") {
			run = connect(t, c.Conn("postgres")).Exec
		}
		if _, err := run(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	db, err := pgtools.Connect(ctx, c.Conn(name), "test")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close(t.Context())
	readOnly, err := pgtools.ConnectReadOnly(ctx, c.Conn(name), "test")
	if err != nil {
		t.Fatal(err)
	}
	defer readOnly.Close(t.Context())
	snapshot, err := pgtools.ExportSnapshot(ctx, c.Conn(name), "test")
	if err != nil {
		t.Fatal(err)
	}
	snapshot.Close(t.Context())
}

// A role's timeout for idle sessions may expire before the first statement arrives.
func TestConnectDespiteAnIdleTimeout(t *testing.T) {
	t.Parallel()
	c, name := database(t)
	conn := c.Conn(name)
	if connect(t, conn).ServerVersion().Major < 14 {
		return // this version has no such timeout
	}
	if err := c.Exec(t.Context(), "postgres", "ALTER DATABASE "+name+" SET idle_session_timeout = '1ms'"); err != nil {
		t.Fatal(err)
	}
	slow := relay(t, net.JoinHostPort(conn.Host(), strconv.Itoa(conn.Port())), 20*time.Millisecond)
	host, port, _ := net.SplitHostPort(slow)
	through := resolve(t, pgtools.Params{"host": host, "port": port, "dbname": name, "user": "postgres", "password": "it's s3cret"})
	for _, connect := range []func(context.Context, pgtools.Conn, string) (*pgtools.DB, error){pgtools.Connect, pgtools.ConnectReadOnly} {
		db, err := connect(t.Context(), through, "test")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := db.Exec(t.Context(), "SELECT"); err != nil {
			t.Error(err)
		}
		if got := db.Conn(); got.String() != through.String() {
			t.Error(got)
		}
		db.Close(t.Context())
	}
}

// relay forwards connections to a server, and delays data from the clients. It returns the
// address on which it listens.
func relay(t *testing.T, server string, delay time.Duration) string {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	t.Cleanup(func() {
		_ = listener.Close()
		group.Wait()
	})
	group.Go(func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			up, err := net.Dial("tcp", server)
			if err != nil {
				_ = client.Close()
				continue
			}
			group.Go(func() {
				_, _ = io.Copy(client, up)
				_ = client.Close()
			})
			group.Go(func() {
				buf := make([]byte, 64<<10)
				for {
					n, err := client.Read(buf)
					if err != nil {
						_ = up.Close()
						return
					}
					time.Sleep(delay)
					_, _ = up.Write(buf[:n])
				}
			})
		}
	})
	return listener.Addr().String()
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

// The session cannot write, and keeps the role's timeout for forgotten transactions.
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
	// The session can still lock and terminate other sessions, because neither is a write.
	if held, _, err := db.TryLock(t.Context(), "x"); !held || err != nil {
		t.Error(held, err)
	}
	if err := db.EndLaterSessions(t.Context(), "nobody"); err != nil {
		t.Error(err)
	}
}
