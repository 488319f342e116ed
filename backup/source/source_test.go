package source

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/pgtools"
	"github.com/rubyforgood/hectl/test/pgtest"
)

// If the server only closes the connection, pg_dump does not learn that recovery was the
// reason. The standby's counter shows it.
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
		t.Error("nothing was canceled")
	}
	s.conflicts-- // one more conflict since the dump began
	if !blames(hungUp) {
		t.Error("a canceled dump is not explained")
	}
	if lost := connectError(t, standby); !blames(lost) {
		t.Errorf("a session that recovery canceled is not explained: %v", lost)
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

// connectError returns the error of a connection that fails.
func connectError(t *testing.T, c *pgtest.Cluster) error {
	t.Helper()
	_, err := pgtools.ConnectReadOnly(t.Context(), c.Conn("no such database"), "test")
	if err == nil {
		t.Fatal("it connected")
	}
	return err
}

func TestDescribeHolder(t *testing.T) {
	t.Parallel()
	since := time.Date(2026, 11, 23, 8, 30, 0, 0, time.UTC)
	own := &pgtools.Session{Application: "hectl backup 4711@db-1", Since: since}
	hidden := &pgtools.Session{Since: time.Unix(0, 0)}
	for want, holder := range map[string]*pgtools.Session{
		"or has just finished": nil,
		"since 2026-11-23T08:30:00Z elsewhere: process 4711@db-1, in the database " + own.String(): own,
		"elsewhere: in the database " + hidden.String():                                            hidden,
	} {
		if got := describeHolder(holder); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// The server truncates names to 63 bytes, and isBackup must recognize what is left.
func TestSessionName(t *testing.T) {
	t.Parallel()
	name := sessionName(4711)
	if !strings.HasPrefix(name, "hectl backup 4711@") || len(name) > 63 || !isBackup(name) || !isBackup(AppName) {
		t.Errorf("%q", name)
	}
	for _, other := range []string{"hectl", "hectl backups", "hectl status", ""} {
		if isBackup(other) {
			t.Errorf("%q is taken for a backup", other)
		}
	}
}
