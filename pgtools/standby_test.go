package pgtools_test

import (
	"io"
	"strings"
	"testing"
	"time"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/test/pgtest"
)

// A standby cancels the dump if its primary removes rows that the dump still reads.
func TestDumpStandbyConflict(t *testing.T) {
	t.Parallel()
	primary := pgtest.New(t)
	if err := primary.Exec(t.Context(), "postgres", big); err != nil {
		t.Fatal(err)
	}
	standby := pgtest.New(t, pgtest.Options{Primary: primary, Conf: map[string]string{"max_standby_streaming_delay": "1s"}})
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
	if err := primary.Exec(t.Context(), "postgres", "VACUUM big"); err != nil {
		t.Fatal(err)
	}
	// The server waits for the dump only for a while, then cancels it. pg_dump learns
	// of that when its output is read.
	await := func(want bool) {
		for polls, same := 0, 0; same < 5; polls++ {
			if polls == 3000 {
				t.Fatal("waiting for the dump never came to", want)
			}
			var waits bool
			if err := db.QueryRow(t.Context(), "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE backend_type = 'startup' AND wait_event = 'RecoveryConflictSnapshot')").Scan(&waits); err != nil {
				t.Fatal(err)
			}
			same++
			if waits != want {
				same = 0
			}
			time.Sleep(10 * time.Millisecond)
		}
	}
	await(true)
	await(false)
	_, err := io.Copy(io.Discard, dump)
	if err == nil || !strings.Contains(strings.Join(fault.Hints(err), ""), "hot_standby_feedback") {
		t.Error(err, fault.Hints(err))
	}
	// The server counts the conflict, which explains the failure if the message did not
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
