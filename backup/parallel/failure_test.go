package parallel_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rubyforgood/hectl/backup/parallel"
	"github.com/rubyforgood/hectl/pgtools"
	"github.com/rubyforgood/hectl/test/pgtest"
)

// begun returns a dump whose sessions have begun to read rows, and the errors that it
// passes to WhenFailed.
func begun(t *testing.T, c pgtools.Conn) (*parallel.Dump, <-chan error) {
	t.Helper()
	d := start(t, c, dumpTool(t), "0", 2)
	t.Cleanup(func() { _ = d.Close() })
	failed := make(chan error, 2) // one error from a session and one from pg_dump
	d.WhenFailed(func(err error) { failed <- err })
	if _, err := io.ReadFull(d, make([]byte, 64<<10)); err != nil {
		t.Fatal(err)
	}
	return d, failed
}

// A dump fails if it loses a session, the first session or pg_dump.
func TestDumpLosesASession(t *testing.T) {
	cluster, c := bulkDatabase(t)
	terminate := func(order string) func(*testing.T, *parallel.Dump) {
		return func(t *testing.T, _ *parallel.Dump) {
			t.Helper()
			if err := cluster.Exec(t.Context(), "postgres", `
				SELECT pg_terminate_backend(pid, 5000) FROM (
					SELECT pid FROM pg_stat_activity WHERE application_name = 'reader' ORDER BY backend_start `+order+` LIMIT 1) AS one`); err != nil {
				t.Fatal(err)
			}
		}
	}
	for name, lose := range map[string]func(*testing.T, *parallel.Dump){
		"first session": terminate(""),
		"last session":  terminate("DESC"),
		"pg_dump's session": func(t *testing.T, _ *parallel.Dump) {
			t.Helper()
			if err := cluster.Exec(t.Context(), "postgres", `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = 'dumper'`); err != nil {
				t.Fatal(err)
			}
		},
		"pg_dump": func(t *testing.T, d *parallel.Dump) {
			t.Helper()
			if err := syscall.Kill(d.PID(), syscall.SIGKILL); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			d, failed := begun(t, c)
			lose(t, d)
			if name == "pg_dump" { // the error arrives at once, although nothing reads the dump
				if err := <-failed; !strings.Contains(err.Error(), "killed") {
					t.Errorf("WhenFailed got %v", err)
				}
			}
			n, err := io.Copy(io.Discard, d)
			if err == nil {
				t.Errorf("the dump ended after %d bytes without an error", n)
			}
			if name != "pg_dump" && <-failed == nil {
				t.Error("WhenFailed got no error")
			}
			t.Log(err)
			if d.Tables() != nil && strings.HasPrefix(name, "first") {
				t.Error("it describes its tables")
			}
		})
	}
}

// A table that is still to be read cannot be emptied, even if pg_dump no longer holds its
// locks. Rows that others write are not in the dump.
func TestDumpLocksTables(t *testing.T) {
	cluster, c := bulkDatabase(t)
	d, _ := begun(t, c)
	for _, sql := range []string{"TRUNCATE small", "DROP TABLE small", "ALTER TABLE small ALTER id TYPE text"} {
		err := cluster.Exec(t.Context(), "bulk", "SET lock_timeout = 50; "+sql)
		if err == nil || !strings.Contains(err.Error(), "lock timeout") {
			t.Errorf("%s: %v", sql, err)
		}
	}
	if err := cluster.Exec(t.Context(), "bulk", "DELETE FROM small; INSERT INTO bulk SELECT * FROM bulk"); err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, d); err != nil {
		t.Fatal(err)
	}
	counts := map[int64]bool{}
	for _, rows := range d.Tables() {
		counts[rows.Count] = true
	}
	if !counts[40000] || !counts[1] || len(counts) != 2 {
		t.Errorf("tables %v", counts)
	}
}

// If another session waits for a table that pg_dump has locked, the dump's own sessions
// would have to wait behind it, so pg_dump reads the rows alone.
func TestDumpWithAWaitingLock(t *testing.T) {
	cluster, c := bulkDatabase(t)
	d := start(t, c, dumpTool(t), "0", 2)
	t.Cleanup(func() { _ = d.Close() })
	waitFor(t, cluster, "bulk", `SELECT 1 / count(*) FROM pg_locks WHERE relation = 'small'::regclass AND granted AND mode = 'AccessShareLock'`)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- cluster.Exec(ctx, "bulk", "ALTER TABLE small ADD waited int") }()
	defer func() { cancel(); <-done }()
	waitFor(t, cluster, "bulk", `SELECT 1 / count(*) FROM pg_locks WHERE relation = 'small'::regclass AND NOT granted`)
	if _, err := io.Copy(io.Discard, d); err != nil {
		t.Fatal(err)
	}
	if d.Tables() != nil {
		t.Error("the sessions read the rows")
	}
}

// With little data, pg_dump ends before the sessions have their locks.
func TestDumpOfLittleData(t *testing.T) {
	cluster := server.Cluster(t)
	if err := cluster.CreateDatabase(t.Context(), "little"); err != nil {
		t.Fatal(err)
	}
	if err := cluster.Exec(t.Context(), "little", "CREATE TABLE t AS SELECT 1 AS id"); err != nil {
		t.Fatal(err)
	}
	tool := dumpTool(t)
	file := filepath.Join(t.TempDir(), "dump")
	wrapper := filepath.Join(filepath.Dir(file), "pg_dump") // the wrapper passes the dump on only after pg_dump has ended
	if err := os.WriteFile(wrapper, fmt.Appendf(nil, "#!/bin/sh\n'%s' \"$@\" >'%s' && cat '%s'\n", tool.Path, file, file), 0o700); err != nil {
		t.Fatal(err)
	}
	tool.Path = wrapper
	d := start(t, cluster.Conn("little"), tool, "0", 2)
	t.Cleanup(func() { _ = d.Close() })
	for start := time.Now(); ; time.Sleep(5 * time.Millisecond) {
		if info, err := os.Stat(file); err == nil && info.Size() > 0 {
			break
		}
		if time.Since(start) > 5*time.Minute {
			t.Fatal("pg_dump wrote nothing")
		}
	}
	waitFor(t, cluster, "postgres", `SELECT 1 / (1 - count(*)) FROM pg_stat_activity WHERE application_name = 'dumper'`)
	dump, err := io.ReadAll(d)
	if err != nil {
		t.Fatal(err)
	}
	if d.Tables() != nil {
		t.Error("the sessions read the rows")
	}
	if text := script(t, cluster, dump); !strings.Contains(text, "COPY public.t (id) FROM stdin;\n1\n\\.\n") {
		t.Errorf("the dump lacks the row:\n%s", text)
	}
}

// Settings of the role that are meant for the application do not change or end a dump.
func TestDumpIgnoresSettings(t *testing.T) {
	cluster, c := bulkDatabase(t)
	tool := dumpTool(t)
	want := script(t, cluster, plainDump(t, c, tool, "1"))
	for _, set := range []string{
		"idle_in_transaction_session_timeout = '1ms'", "statement_timeout = '1s'", "lock_timeout = '1ms'", "DateStyle = 'German'",
		"extra_float_digits = -10", "enable_tidscan = off", "search_path = 'nowhere'", "default_transaction_isolation = 'serializable'",
		"synchronize_seqscans = on",
	} {
		if err := cluster.Exec(t.Context(), "postgres", "ALTER ROLE postgres IN DATABASE bulk SET "+set); err != nil {
			t.Fatal(err)
		}
	}
	dump, tables := dumpOf(t, c, tool, "1", 2)
	if tables == nil {
		t.Fatal("pg_dump read the rows alone")
	}
	if got := script(t, cluster, dump); got != want {
		t.Errorf("another dump: %s", firstDifference(got, want))
	}
}

// A dump that waits for the store keeps its connections, even if the server disconnects
// clients that read nothing.
func TestDumpOfAnImpatientServer(t *testing.T) {
	cluster, c := bulkDatabase(t)
	if err := cluster.Exec(t.Context(), "postgres", "ALTER ROLE postgres IN DATABASE bulk SET tcp_user_timeout = '1s'; ALTER ROLE postgres IN DATABASE bulk SET statement_timeout = '1s'"); err != nil {
		t.Fatal(err)
	}
	d, _ := begun(t, c)
	waitFor(t, cluster, "postgres", `SELECT 1 / (1 - count(*)) FROM pg_stat_activity WHERE application_name = 'dumper' AND query_start > now() - interval '4s'`)
	if _, err := io.Copy(io.Discard, d); err != nil {
		t.Fatal(err)
	}
	if d.Tables() == nil {
		t.Error("pg_dump read the rows alone")
	}
}

// REINDEX, which blocks writers, can run during a dump.
func TestDumpLetsReindexRun(t *testing.T) {
	cluster, c := bulkDatabase(t)
	if err := cluster.Exec(t.Context(), "bulk", "INSERT INTO bulk SELECT * FROM bulk; CREATE INDEX by_i ON bulk (i)"); err != nil {
		t.Fatal(err)
	}
	d, _ := begun(t, c)
	done := make(chan error, 1)
	go func() { done <- cluster.Exec(t.Context(), "bulk", "REINDEX INDEX by_i") }()
	waitFor(t, cluster, "bulk", `
		SELECT 1 / count(*) FROM (
			SELECT FROM pg_locks WHERE relation = 'by_i'::regclass AND mode = 'AccessExclusiveLock'
			UNION ALL SELECT FROM pg_class WHERE oid = 'by_i'::regclass AND relfilenode <> oid -- it is done
			LIMIT 1) AS one`)
	for range 60 { // MiB; the dump has more than 70
		if _, err := io.CopyN(io.Discard, d, 1<<20); err != nil {
			t.Fatal(err)
		}
		select {
		case err := <-done:
			if err != nil {
				t.Fatal(err)
			}
			if _, err := io.Copy(io.Discard, d); err != nil {
				t.Fatal(err)
			}
			return
		default:
		}
	}
	t.Error("REINDEX still waits")
	_ = d.Close()
	<-done
}

// If a dump by several sessions would take most of the server's locks, pg_dump reads the
// rows alone.
func TestDumpWithFewLocks(t *testing.T) {
	cluster, c := bulkDatabase(t)
	// By default, a server has memory for 6,400 locks.
	if err := cluster.Exec(t.Context(), "bulk", `DO $$ BEGIN FOR i IN 1..1700 LOOP EXECUTE 'CREATE TABLE t' || i || ' ()'; END LOOP; END $$`); err != nil {
		t.Fatal(err)
	}
	if _, tables := dumpOf(t, c, dumpTool(t), "1", 2); tables != nil {
		t.Error("the sessions read the rows")
	}
}

// If a role may open only two sessions, pg_dump gets the second one.
func TestDumpWithFewConnections(t *testing.T) {
	cluster, _ := bulkDatabase(t)
	if err := cluster.Exec(t.Context(), "bulk", "CREATE ROLE few LOGIN; GRANT SELECT ON ALL TABLES IN SCHEMA public TO few"); err != nil {
		t.Fatal(err)
	}
	for _, limit := range []int{2, 3} {
		if err := cluster.Exec(t.Context(), "bulk", fmt.Sprintf("ALTER ROLE few CONNECTION LIMIT %d", limit)); err != nil {
			t.Fatal(err)
		}
		params := pgtools.Params{"host": cluster.Host(), "port": strconv.Itoa(cluster.Port()), "dbname": "bulk", "user": "few"}
		c, err := params.Resolve(func(string) (string, bool) { return "", false })
		if err != nil {
			t.Fatal(err)
		}
		_, tables := dumpOf(t, c, dumpTool(t), "1", 2)
		if alone := tables == nil; alone != (limit < 3) {
			t.Errorf("with %d connections, pg_dump alone: %t", limit, alone)
		}
		waitFor(t, cluster, "bulk", `SELECT 1 / (1 - count(*)) FROM (SELECT FROM pg_stat_activity WHERE application_name IN ('reader', 'dumper') LIMIT 1) AS one`)
	}
}

// A standby can also share snapshots.
func TestDumpOfAStandby(t *testing.T) {
	primary, _ := bulkDatabase(t)
	standby := pgtest.New(t, pgtest.Options{Primary: primary})
	if err := standby.CatchUp(t.Context(), primary); err != nil {
		t.Fatal(err)
	}
	c, tool := standby.Conn("bulk"), dumpTool(t)
	dump, tables := dumpOf(t, c, tool, "1", 2)
	if tables == nil {
		t.Fatal("pg_dump read the rows alone")
	}
	if got, want := script(t, standby, dump), script(t, standby, plainDump(t, c, tool, "1")); got != want {
		t.Errorf("another dump: %s", firstDifference(got, want))
	}
}

// Close before the end of the dump ends pg_dump and all sessions.
func TestDumpClosedEarly(t *testing.T) {
	cluster, c := bulkDatabase(t)
	d, _ := begun(t, c)
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	waitFor(t, cluster, "bulk", `SELECT 1 / (1 - count(*)) FROM (SELECT FROM pg_stat_activity WHERE application_name IN ('reader', 'dumper') LIMIT 1) AS one`)
}

// waitFor waits until a query no longer fails.
func waitFor(t *testing.T, cluster *pgtest.Cluster, database, sql string) {
	t.Helper()
	for start := time.Now(); ; {
		err := cluster.Exec(t.Context(), database, sql)
		if err == nil {
			return
		}
		if time.Since(start) > 5*time.Minute {
			t.Fatal("never: " + sql)
		}
		if !strings.Contains(err.Error(), "division by zero") && !strings.Contains(err.Error(), "does not exist") {
			t.Fatal(fmt.Errorf("%s: %w", sql, err))
		}
		time.Sleep(20 * time.Millisecond)
	}
}
