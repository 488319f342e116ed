package pgtools_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	osexec "os/exec"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/pgtools"
	"github.com/rubyforgood/hectl/test/pgtest"
)

// pair creates two databases, NAME and NAME_new, each with a table t whose one row has
// the original name, and returns the renames of a swap.
func pair(t *testing.T) (c *pgtest.Cluster, name string, renames []pgtools.Rename) {
	t.Helper()
	c = cluster(t)
	name = unique(t)
	for db, content := range map[string]string{name: "old", name + "_new": "new"} {
		if err := c.CreateDatabase(t.Context(), db); err != nil {
			t.Fatal(err)
		}
		if err := c.Exec(t.Context(), db, "CREATE TABLE t AS SELECT '"+content+"' AS s"); err != nil {
			t.Fatal(err)
		}
	}
	return c, name, []pgtools.Rename{{From: name, To: name + "_previous"}, {From: name + "_new", To: name}}
}

// content returns the row of table t in each database whose name begins with name.
func content(t *testing.T, c *pgtest.Cluster, name string) map[string]string {
	t.Helper()
	found, err := connect(t, c.SocketConn("postgres")).DatabasesWithPrefix(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	contents := map[string]string{}
	for _, d := range found {
		db, err := pgtools.Connect(t.Context(), c.SocketConn(d.Name), "test")
		if err != nil {
			t.Fatal(err)
		}
		var s string
		err = db.QueryRow(t.Context(), "SELECT s FROM t").Scan(&s)
		db.Close(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		contents[strings.TrimPrefix(d.Name, name)] = s
	}
	return contents
}

func checkContent(t *testing.T, c *pgtest.Cluster, name string, want map[string]string) {
	t.Helper()
	if diff := cmp.Diff(want, content(t, c, name)); diff != "" {
		t.Error(diff)
	}
}

var (
	unswapped = map[string]string{"": "old", "_new": "new"}
	swapped   = map[string]string{"": "new", "_previous": "old"}
)

func TestSwapEndsSessions(t *testing.T) {
	t.Parallel()
	c, name, renames := pair(t)
	idle, open, busy := connect(t, c.Conn(name)), connect(t, c.Conn(name)), connect(t, c.Conn(name+"_new"))
	exec(t, open, "BEGIN; INSERT INTO t VALUES ('uncommitted')")
	var wg sync.WaitGroup
	wg.Go(func() {
		if _, err := busy.Exec(t.Context(), "SELECT pg_sleep(600)"); err == nil {
			t.Error("slept on")
		}
	})
	if err := pgtools.SwapDatabases(t.Context(), c.Conn(name), renames, pgtools.SwapOptions{}); err != nil {
		t.Fatal(err)
	}
	wg.Wait()
	for _, db := range []*pgtools.DB{idle, open} {
		if _, err := db.Exec(t.Context(), "SELECT 1"); err == nil {
			t.Error("a session is still there")
		}
	}
	checkContent(t, c, name, swapped)
}

// Two databases swap names through a third name, and back.
func TestSwapExchanges(t *testing.T) {
	t.Parallel()
	c, name, _ := pair(t)
	session := connect(t, c.Conn(name))
	exchange := []pgtools.Rename{
		{From: name, To: name + "_between"},
		{From: name + "_new", To: name},
		{From: name + "_between", To: name + "_new"},
	}
	for _, want := range []map[string]string{{"": "new", "_new": "old"}, unswapped} {
		if err := pgtools.SwapDatabases(t.Context(), c.Conn(name), exchange, pgtools.SwapOptions{}); err != nil {
			t.Fatal(err)
		}
		checkContent(t, c, name, want)
	}
	if _, err := session.Exec(t.Context(), "SELECT 1"); err == nil {
		t.Error("a session is still there")
	}
}

// RENAME locks the database against new sessions, so clients that keep reconnecting cannot
// prevent the swap.
func TestSwapReconnectStorm(t *testing.T) {
	t.Parallel()
	c, name, there := pair(t)
	back := []pgtools.Rename{{From: name, To: name + "_new"}, {From: name + "_previous", To: name}}
	ctx, stop := context.WithCancel(t.Context())
	var (
		clients        sync.WaitGroup
		sawOld, sawNew atomic.Int64
	)
	for range 6 {
		clients.Go(func() {
			for ctx.Err() == nil {
				db, err := pgtools.Connect(ctx, c.SocketConn(name), "storm")
				if err == nil {
					var s string
					err = db.QueryRow(ctx, "SELECT s FROM t, pg_sleep(0.001)").Scan(&s)
					switch s {
					case "old":
						sawOld.Add(1)
					case "new":
						sawNew.Add(1)
					}
					db.Close(ctx)
				}
				// The session was terminated, its database was renamed while it waited, or
				// the termination appeared as a network error.
				if err != nil && ctx.Err() == nil && !slices.Contains([]string{"57P01", "3D000", ""}, pgtools.SQLState(err)) {
					t.Errorf("client: %v", err)
				}
			}
		})
	}
	for i := range 4 {
		for _, renames := range [][]pgtools.Rename{there, back} {
			if err := pgtools.SwapDatabases(t.Context(), c.Conn(name), renames, pgtools.SwapOptions{Attempts: 1}); err != nil {
				t.Errorf("round %d: %v", i, err)
			}
		}
		// Let every client connect again before the next round.
		seen := sawOld.Load()
		waitUntil(t, "clients are back", func() bool { return sawOld.Load() > seen+3 || t.Failed() })
	}
	if err := pgtools.SwapDatabases(t.Context(), c.Conn(name), there, pgtools.SwapOptions{Attempts: 1}); err != nil {
		t.Error(err)
	}
	waitUntil(t, "clients find the new database", func() bool { return sawNew.Load() > 0 || t.Failed() })
	stop()
	clients.Wait()
	checkContent(t, c, name, swapped)
}

// owner creates a role that owns the databases of a pair and can rename them.
func owner(t *testing.T, c *pgtest.Cluster, name, options string) pgtools.Conn {
	t.Helper()
	conn := role(t, c, options, c.Conn(name))
	for _, db := range []string{name, name + "_new"} {
		if err := c.Exec(t.Context(), "postgres", "ALTER DATABASE "+db+" OWNER TO "+conn.User()); err != nil {
			t.Fatal(err)
		}
	}
	return conn
}

func TestSwapMayNotTerminate(t *testing.T) {
	t.Parallel()
	c, name, renames := pair(t)
	conn := owner(t, c, name, "CREATEDB")
	super, err := pgtools.Connect(t.Context(), c.Conn(name), "a superuser's psql")
	if err != nil {
		t.Fatal(err)
	}
	defer super.Close(context.Background())

	err = pgtools.SwapDatabases(t.Context(), conn, renames, pgtools.SwapOptions{})
	var busy *pgtools.BusyError
	if !errors.As(err, &busy) || !busy.Refused || len(busy.Sessions) != 1 || busy.Sessions[0].PID != super.BackendPID() {
		t.Fatalf("%v", err)
	}
	want := fmt.Sprintf("sessions that the role cannot terminate: pid %d, user postgres, a superuser's psql", super.BackendPID())
	if !strings.HasSuffix(err.Error(), want) || len(fault.Hints(err)) != 1 {
		t.Error(err, fault.Hints(err))
	}
	if _, err := super.Exec(t.Context(), "SELECT 1"); err != nil {
		t.Error("the session has been ended:", err)
	}
	checkContent(t, c, name, unswapped)

	super.Close(t.Context())
	if err := pgtools.SwapDatabases(t.Context(), conn, renames, pgtools.SwapOptions{}); err != nil {
		t.Fatal(err)
	}
	checkContent(t, c, name, swapped)
}

// A stopped backend does not respond to termination.
func TestSwapSessionStays(t *testing.T) {
	t.Parallel()
	c, name, renames := pair(t)
	db := connect(t, c.Conn(name))
	if err := syscall.Kill(db.BackendPID(), syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	err := pgtools.SwapDatabases(t.Context(), c.Conn(name), renames, pgtools.SwapOptions{Attempts: 1})
	if err := syscall.Kill(db.BackendPID(), syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	var busy *pgtools.BusyError
	if !errors.As(err, &busy) || busy.Refused || len(busy.Sessions) != 1 || busy.Sessions[0].PID != db.BackendPID() {
		t.Errorf("%v", err)
	}
	checkContent(t, c, name, unswapped)
}

func TestSwapCancelled(t *testing.T) {
	t.Parallel()
	c, name, renames := pair(t)
	conn := owner(t, c, name, "CREATEDB")
	connect(t, c.Conn(name+"_new")) // blocks the second rename
	ctx, cancel := context.WithCancelCause(t.Context())
	why := errors.New("why")
	watch := connect(t, c.SocketConn("postgres"))
	go func() {
		waitForLock(t, watch, name+"_new")
		cancel(why)
	}()
	if err := pgtools.SwapDatabases(ctx, conn, renames, pgtools.SwapOptions{}); !errors.Is(err, why) {
		t.Error(err)
	}
	checkContent(t, c, name, unswapped)
}

// waitForLock waits until another session is about to rename a database.
func waitForLock(t *testing.T, db *pgtools.DB, name string) {
	t.Helper()
	waitUntil(t, "the lock on "+name, func() bool {
		var n int
		err := db.QueryRow(t.Context(), `
			SELECT count(*) FROM pg_locks WHERE classid = 'pg_database'::regclass AND granted AND mode = 'AccessExclusiveLock'
				AND objid = (SELECT oid FROM pg_database WHERE datname = $1)`, name).Scan(&n)
		return err != nil || n > 0
	})
}

// However hectl exits, nothing remains that keeps clients out.
func TestSwapKilled(t *testing.T) {
	t.Parallel()
	c, name, renames := pair(t)
	conn := owner(t, c, name, "CREATEDB")
	super := connect(t, c.Conn(name+"_new"))
	args := []string{helperArg, "swap", strings.Replace(c.URI("postgres"), "postgres:it%27s%20s3cret@", conn.User()+":pw@", 1)}
	for _, r := range renames {
		args = append(args, r.From, r.To)
	}
	cmd := osexec.Command(os.Args[0], args...)
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	waitForLock(t, super, name+"_new")
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	checkContent(t, c, name, unswapped)
	super.Close(t.Context())
	if err := pgtools.SwapDatabases(t.Context(), conn, renames, pgtools.SwapOptions{}); err != nil {
		t.Fatal(err)
	}
	checkContent(t, c, name, swapped)
}

func TestSwapPreparedTransaction(t *testing.T) {
	t.Parallel()
	c, name, renames := pair(t)
	db := connect(t, c.Conn(name))
	exec(t, db, "BEGIN; INSERT INTO t VALUES ('prepared'); PREPARE TRANSACTION '"+name+"'")
	err := pgtools.SwapDatabases(t.Context(), c.Conn(name), renames, pgtools.SwapOptions{})
	var busy *pgtools.BusyError
	if !errors.As(err, &busy) || !slices.Equal(busy.Prepared, []string{name + " (in " + name + ", by postgres)"}) {
		t.Errorf("%v", err)
	}
	if _, err := db.Exec(t.Context(), "ROLLBACK PREPARED '"+name+"'"); err != nil {
		t.Error("the session has been ended for nothing:", err)
	}
	checkContent(t, c, name, unswapped)
}

// A swap succeeds while an older previous database exists.
func TestSwapReplacesPrevious(t *testing.T) {
	t.Parallel()
	c, name, renames := pair(t)
	ctx := t.Context()
	if err := c.CreateDatabase(ctx, name+"_previous"); err != nil {
		t.Fatal(err)
	}
	if err := c.Exec(ctx, name+"_previous", "CREATE TABLE t AS SELECT 'older' AS s"); err != nil {
		t.Fatal(err)
	}
	err := pgtools.SwapDatabases(ctx, c.Conn(name), renames, pgtools.SwapOptions{})
	if pgtools.SQLState(err) != "42P04" {
		t.Errorf("without making room: %v", err)
	}
	checkContent(t, c, name, map[string]string{"": "old", "_new": "new", "_previous": "older"})

	renames = append([]pgtools.Rename{{From: name + "_previous", To: name + "_older"}}, renames...)
	if err := pgtools.SwapDatabases(ctx, c.Conn(name), renames, pgtools.SwapOptions{}); err != nil {
		t.Fatal(err)
	}
	checkContent(t, c, name, map[string]string{"": "new", "_previous": "old", "_older": "older"})
}

func TestSwapErrors(t *testing.T) {
	t.Parallel()
	c, name, renames := pair(t)
	err := pgtools.SwapDatabases(t.Context(), owner(t, c, name, "NOCREATEDB"), renames, pgtools.SwapOptions{})
	if fault.CodeOf(err) != fault.Denied || len(fault.Hints(err)) != 1 {
		t.Error(err, fault.Hints(err))
	}
	err = pgtools.SwapDatabases(t.Context(), c.Conn(name), []pgtools.Rename{{From: "none", To: "x"}}, pgtools.SwapOptions{})
	if err == nil || err.Error() != "rename databases (none to x): database none does not exist" {
		t.Error(err)
	}
	checkContent(t, c, name, unswapped)
}
