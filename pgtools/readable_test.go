package pgtools_test

import (
	"strings"
	"testing"
)

// A role without privileges learns what it cannot read; a superuser can read everything.
func TestUnreadable(t *testing.T) {
	t.Parallel()
	c, name := database(t, "CREATE TABLE t (i int)", "CREATE SEQUENCE s", "CREATE VIEW v AS SELECT 1 AS i",
		"CREATE TABLE rs (i int)", "ALTER TABLE rs ENABLE ROW LEVEL SECURITY", "GRANT SELECT ON rs TO PUBLIC",
		"CREATE TABLE parted (i int) PARTITION BY LIST (i)", "CREATE TABLE parted_1 PARTITION OF parted DEFAULT",
		"CREATE TEMPORARY TABLE passing (i int)",
		"SELECT lo_create(7), lo_create(9)", "GRANT SELECT ON LARGE OBJECT 9 TO PUBLIC")
	conn := role(t, c, "", c.Conn(name))
	db := connect(t, conn)
	found, err := db.Unreadable(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, u := range found {
		text := u.Schema + "." + u.Name
		if u.RowSecurity {
			text += " hidden"
		}
		if u.NoSelect {
			text += " denied"
		}
		got = append(got, text)
	}
	want := "public.parted denied, public.parted_1 denied, public.rs hidden, public.s denied, public.t denied"
	if strings.Join(got, ", ") != want {
		t.Errorf("got  %s\nwant %s", strings.Join(got, ", "), want)
	}
	if n, one, err := db.UnreadableLargeObjects(t.Context()); n != 1 || one != 7 || err != nil {
		t.Error(n, one, err)
	}
	super := connect(t, c.Conn(name))
	if found, err := super.Unreadable(t.Context()); len(found) != 0 || err != nil {
		t.Error("a superuser may read all:", found, err)
	}
	if n, _, err := super.UnreadableLargeObjects(t.Context()); n != 0 || err != nil {
		t.Error(n, err)
	}
}
