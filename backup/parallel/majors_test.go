//go:build majors

package parallel_test

import (
	"strconv"
	"testing"

	"github.com/rubyforgood/hectl/test/pgtest"
)

// Each major's server shares snapshots, and its pg_restore reads the segments of each
// compression as one stream.
func TestMajors(t *testing.T) {
	for _, major := range pgtest.Majors() {
		t.Run(strconv.Itoa(major), func(t *testing.T) {
			t.Parallel()
			bin := pgtest.MajorBin(major)
			cluster := pgtest.New(t, pgtest.Options{Bin: bin})
			if err := cluster.CreateDatabase(t.Context(), "odd"); err != nil {
				t.Fatal(err)
			}
			if err := cluster.Exec(t.Context(), "odd", schemaSQL); err != nil {
				t.Fatal(err)
			}
			methods := []string{"0", "1"}
			if major >= 16 {
				methods = []string{"none", "gzip:1", "lz4", "zstd:3", "zstd:12"}
			}
			tool, c := toolIn(t, bin), cluster.Conn("odd")
			for _, method := range methods {
				dump, tables := dumpOf(t, c, tool, method, 2)
				if tables == nil {
					t.Fatalf("%s: pg_dump read the rows alone", method)
				}
				want := script(t, cluster, plainDump(t, c, tool, method))
				if got := script(t, cluster, dump); got != want {
					t.Errorf("%s: pg_restore makes other text of it: %s", method, firstDifference(got, want))
				}
				if major >= 14 {
					checkSegments(t, dump, tables)
				}
			}
		})
	}
}
