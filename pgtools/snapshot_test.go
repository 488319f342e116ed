package pgtools_test

import (
	"bytes"
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rubyforgood/hectl/pgtools"
)

// Sessions that share a snapshot read the same rows, in pg_dump's format, regardless of the
// database's own settings.
func TestSnapshot(t *testing.T) {
	c, name := database(t, "CREATE TABLE t AS SELECT DATE '2026-11-23' AS d; CREATE TABLE other ()")
	if err := c.Exec(t.Context(), name, "ALTER DATABASE "+name+" SET datestyle = 'SQL, DMY'"); err != nil {
		t.Fatal(err)
	}
	first, err := pgtools.ExportSnapshot(t.Context(), c.Conn(name), "test snapshot")
	if err != nil {
		t.Fatal(err)
	}
	defer first.Close(context.Background())
	if err := c.Exec(t.Context(), name, "INSERT INTO t VALUES ('2026-11-24')"); err != nil {
		t.Fatal(err)
	}
	second, err := pgtools.ImportSnapshot(t.Context(), c.Conn(name), "test snapshot", first.ID())
	if err != nil {
		t.Fatal(err)
	}
	defer second.Close(context.Background())
	for _, s := range []*pgtools.Snapshot{first, second} {
		if err := s.Lock(t.Context(), []string{"public.t"}); err != nil {
			t.Fatal(err)
		}
		var got bytes.Buffer
		if err := s.CopyOut(t.Context(), "COPY public.t (d) TO stdout", &got); err != nil || got.String() != "2026-11-23\n" {
			t.Errorf("read %q, %v", &got, err)
		}
	}
	locks, err := pgtools.Rows[string](t.Context(), connect(t, c.Conn(name)), `
		SELECT relation::regclass::text FROM pg_locks
		WHERE locktype = 'relation' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
		  AND relation >= 16384 ORDER BY 1`)
	if diff := cmp.Diff([]string{"t", "t"}, locks); err != nil || diff != "" {
		t.Errorf("locks: %s, %v", diff, err)
	}
	if open, err := first.InTransaction(t.Context(), "test snapshot"); err != nil || !open {
		t.Errorf("the second session has a transaction: %t, %v", open, err)
	}
	if err := second.Finish(t.Context()); err != nil {
		t.Error(err)
	}
	if open, err := first.InTransaction(t.Context(), "test snapshot"); err != nil || open {
		t.Errorf("the second session has a transaction after its end: %t, %v", open, err)
	}
	if _, err := pgtools.ImportSnapshot(t.Context(), c.Conn(name), "test snapshot", "00000000-00000000-1"); err == nil {
		t.Error("a snapshot that does not exist was imported")
	}
}

// Lock fails at once if another session holds a conflicting lock.
func TestSnapshotLockDoesNotWait(t *testing.T) {
	c, name := database(t, "CREATE TABLE t ()")
	err := connect(t, c.Conn(name)).InTx(t.Context(), func(tx *pgtools.Tx) error {
		if _, err := tx.Exec(t.Context(), "LOCK TABLE t"); err != nil {
			return err
		}
		s, err := pgtools.ExportSnapshot(t.Context(), c.Conn(name), "test lock")
		if err != nil {
			return err
		}
		defer s.Close(context.Background())
		if err := s.Lock(t.Context(), []string{"public.t"}); pgtools.SQLState(err) != "55P03" {
			t.Errorf("got %v", err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// FreeSessions respects the role's limits, not only the server's.
func TestFreeSessions(t *testing.T) {
	c, name := database(t)
	limited := role(t, c, "CONNECTION LIMIT 3", c.Conn(name))
	s, err := pgtools.ExportSnapshot(t.Context(), limited, "test free")
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close(context.Background())
	if n, err := s.FreeSessions(t.Context()); err != nil || n != 2 {
		t.Errorf("%d sessions are free, %v", n, err)
	}
	if n, err := s.Lockable(t.Context()); err != nil || n < 64*10 {
		t.Errorf("%d locks, %v", n, err)
	}
}
