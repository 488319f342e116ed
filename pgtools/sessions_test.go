package pgtools_test

import (
	"testing"

	"github.com/rubyforgood/hectl/pgtools"
)

// EndLaterSessions ends only later sessions with the same name, role and database.
func TestEndLaterSessions(t *testing.T) {
	t.Parallel()
	c, name := database(t)
	_, elsewhere := database(t)
	open := func(database, app string) *pgtools.DB {
		db, err := pgtools.Connect(t.Context(), c.Conn(database), app)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { db.Close(t.Context()) })
		return db
	}
	earlier := open(name, "mine")
	db := open(name, "lock")
	later, other, there := open(name, "mine"), open(name, "other"), open(elsewhere, "mine")
	if err := db.EndLaterSessions(t.Context(), "mine"); err != nil {
		t.Fatal(err)
	}
	for what, s := range map[string]*pgtools.DB{"earlier": earlier, "of another name": other, "elsewhere": there} {
		if _, err := s.Exec(t.Context(), "SELECT 1"); err != nil {
			t.Errorf("one %s is gone: %v", what, err)
		}
	}
	if _, err := later.Exec(t.Context(), "SELECT 1"); err == nil {
		t.Error("it is still there")
	}
}
