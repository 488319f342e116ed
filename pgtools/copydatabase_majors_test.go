//go:build majors

package pgtools_test

import (
	"strconv"
	"testing"

	"github.com/rubyforgood/hectl/pgtools"
	"github.com/rubyforgood/hectl/test/pgtest"
)

// TestCopyDatabaseMajors copies databases on other major versions and, from 18 on, with
// cloned files.
func TestCopyDatabaseMajors(t *testing.T) {
	for _, major := range pgtest.Majors() {
		t.Run(strconv.Itoa(major), func(t *testing.T) {
			c := pgtest.New(t, pgtest.Options{Bin: pgtest.MajorBin(major)})
			if err := c.CreateDatabase(t.Context(), "a"); err != nil {
				t.Fatal(err)
			}
			if err := c.Exec(t.Context(), "a", "CREATE TABLE t AS SELECT 'old'::text AS s FROM generate_series(1, 10000)"); err != nil {
				t.Fatal(err)
			}
			session := connect(t, c.Conn("a"))
			for _, names := range [][2]string{{"a", "b"}, {"b", "c"}} {
				if err := pgtools.CopyDatabase(t.Context(), c.Conn("a"), names[0], names[1], pgtools.CopyOptions{Sealed: names[1] == "b"}); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := session.Exec(t.Context(), "SELECT 1"); err == nil {
				t.Error("the session is still there")
			}
			var rows int
			if err := connect(t, c.Conn("c")).QueryRow(t.Context(), "SELECT count(*) FROM t WHERE s = 'old'").Scan(&rows); err != nil || rows != 10000 {
				t.Error(rows, err)
			}
			found, err := connect(t, c.Conn("postgres")).DatabasesByComment(t.Context(), "hectl: ", "c")
			if err != nil || len(found) != 1 {
				t.Error(found, err)
			}
		})
	}
}
