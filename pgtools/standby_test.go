package pgtools_test

import (
	"io"
	"strings"
	"testing"
	"time"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/pgtools"
	"github.com/rubyforgood/hectl/test/pgtest"
)

// A standby cancels the dump if its primary removes rows that the dump still reads.
func TestDumpStandbyConflict(t *testing.T) {
	t.Parallel()
	primary := pgtest.New(t, pgtest.Options{Conf: map[string]string{"synchronous_commit": "on"}})
	if err := primary.Exec(t.Context(), "postgres", big); err != nil {
		t.Fatal(err)
	}
	standby := pgtest.New(t, pgtest.Options{Primary: primary, Conf: map[string]string{"max_standby_streaming_delay": "100ms"}})
	if err := standby.CatchUp(t.Context(), primary); err != nil {
		t.Fatal(err)
	}
	db := connect(t, standby.Conn("postgres"))
	if is, err := db.IsStandby(t.Context()); !is || err != nil {
		t.Fatal(is, err)
	}
	dump := half(t.Context(), t, standby.Conn("postgres"))
	if err := primary.Exec(t.Context(), "postgres", "DELETE FROM big"); err != nil {
		t.Fatal(err)
	}
	// While a dump waits for its reader, it cannot be canceled, and recovery waits for it.
	// A canceled dump is counted only when its transaction ends. Watch from another
	// database, since any query in this one is also canceled.
	watch := connect(t, standby.Conn("template1"))
	for held := false; !held; {
		// VACUUM keeps rows that another session, such as autovacuum's, still sees.
		if err := primary.Exec(t.Context(), "postgres", "VACUUM big"); err != nil {
			t.Fatal(err)
		}
		rows, err := pgtools.Rows[bool](t.Context(), watch, `
			SELECT confl_snapshot > 0
				OR EXISTS (SELECT FROM pg_stat_activity a WHERE a.datname = c.datname AND state = 'idle in transaction (aborted)')
			FROM pg_stat_database_conflicts c
			WHERE datname = 'postgres'`)
		waits := false
		if err == nil {
			waits, err = standby.RecoveryWaits(t.Context())
		}
		switch {
		case err == nil:
			held = waits || rows[0]
		case pgtools.SQLState(err) != "40001": // caused by VACUUM of a shared catalog
			t.Fatal(err)
		}
		time.Sleep(100 * time.Millisecond)
	}
	_, err := io.Copy(io.Discard, dump)
	if err == nil || !strings.Contains(strings.Join(fault.Hints(err), ""), "hot_standby_feedback") {
		t.Error(err, fault.Hints(err))
	}
	// The server's count of conflicts explains the failure even if the message did not
	// arrive.
	for polls := 0; ; polls++ {
		n, err := db.RecoveryConflicts(t.Context())
		if err != nil || polls == 3000 {
			t.Fatal(n, err)
		}
		if n > 0 {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
}
