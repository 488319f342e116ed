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
	primary := pgtest.New(t, pgtest.Options{Conf: map[string]string{"synchronous_commit": "on"}})
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
	// A commit that is flushed, after the VACUUM. The standby applies it only once it has
	// canceled the dump.
	if err := primary.Exec(t.Context(), "postgres", "CREATE TABLE vacuumed ()"); err != nil {
		t.Fatal(err)
	}
	if err := standby.CatchUp(t.Context(), primary); err != nil {
		t.Fatal(err)
	}
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
