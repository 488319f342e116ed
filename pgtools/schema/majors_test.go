//go:build majors

package schema_test

import (
	"strconv"
	"testing"

	"github.com/rubyforgood/hectl/test/demodata"
	"github.com/rubyforgood/hectl/test/pgtest"
)

func TestMajors(t *testing.T) {
	for _, major := range pgtest.Majors() {
		t.Run(strconv.Itoa(major), func(t *testing.T) {
			c := pgtest.New(t, pgtest.Options{Bin: pgtest.MajorBin(major)})
			databases := map[string]string{
				"app": demodata.Schema(), "zoo": demodata.Zoo(), "forms": testdata(t, "forms.sql"), "kinds": testdata(t, "kinds.sql"),
			}
			if major < 14 { // has no routines with an SQL body
				delete(databases, "zoo")
				delete(databases, "kinds")
			}
			if major >= 18 {
				databases["forms18"] = testdata(t, "forms18.sql")
			}
			compareAll(t, c, databases)
		})
	}
}
