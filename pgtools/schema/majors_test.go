//go:build majors

package schema_test

import (
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/rubyforgood/hectl/internal/demodata"
	"github.com/rubyforgood/hectl/pgtools/pgtest"
)

func TestMajors(t *testing.T) {
	dir := os.Getenv("HECTL_MAJORS_DIR")
	if dir == "" {
		dir = "/var/cache/hectl-majors"
	}
	for _, major := range []int{15, 17, 18} {
		t.Run(strconv.Itoa(major), func(t *testing.T) {
			c := pgtest.New(t, pgtest.Options{Bin: filepath.Join(dir, strconv.Itoa(major))})
			databases := map[string]string{
				"app": demodata.Schema(), "zoo": demodata.Zoo(), "forms": testdata(t, "forms.sql"), "kinds": testdata(t, "kinds.sql"),
			}
			if major == 18 {
				databases["forms18"] = testdata(t, "forms18.sql")
			}
			compareAll(t, c, databases)
		})
	}
}
