package source

import (
	"errors"
	"slices"
	"testing"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/pgtools"
	"github.com/rubyforgood/hectl/test/pgtest"
)

// A server that only closes the connection does not tell pg_dump that recovery was the
// reason. The counter of the standby does.
func TestBlameRecovery(t *testing.T) {
	t.Parallel()
	primary := pgtest.New(t)
	standby := pgtest.New(t, pgtest.Options{Primary: primary})
	s, err := Lock(t.Context(), standby.Conn("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close(t.Context()) })
	hungUp := &pgtools.ExitError{Status: 1, Message: "server closed the connection unexpectedly"}
	blames := func(err error) bool {
		return slices.Contains(fault.Hints(s.blameRecovery(t.Context(), err)), pgtools.RecoveryConflictHint)
	}
	if blames(hungUp) {
		t.Error("nothing was cancelled")
	}
	s.conflicts-- // one more since then
	if !blames(hungUp) {
		t.Error("a cancelled dump is not explained")
	}
	if blames(errors.New("access denied")) {
		t.Error("recovery has nothing to do with the store")
	}
	said := fault.Wrap(fault.Failed, pgtools.RecoveryConflictHint, hungUp)
	if got := s.blameRecovery(t.Context(), said); len(fault.Hints(got)) != 1 {
		t.Errorf("the hint is there twice: %q", fault.Hints(got))
	}
	s.standby = false
	if blames(hungUp) {
		t.Error("a primary has no recovery")
	}
}
