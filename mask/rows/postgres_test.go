package rows

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"github.com/rubyforgood/hectl/pgtools"
	"github.com/rubyforgood/hectl/test/demodata"
	"github.com/rubyforgood/hectl/test/masktest"
)

// updateRows is the environment variable that makes the test rewrite testdata/rows.copy,
// the corpus of the fuzz tests.
const updateRows = "HECTL_UPDATE_ROWS"

// Rows that Postgres wrote have the same bytes after they are decoded and encoded, and
// Postgres reads the same values from them.
func TestPostgresRows(t *testing.T) {
	c, db := masktest.Database(t, "rows", demodata.Zoo(), masktest.Soup, "CREATE SCHEMA back")
	rows, err := pgtools.Rows[string](t.Context(), db, `
		SELECT concat(c.oid::regclass, E'\t', (SELECT string_agg(quote_ident(attname), E'\t' ORDER BY attnum)
			FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped AND attgenerated = ''))
		FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
		WHERE relkind = 'r' AND nspname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1`)
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) < 30 {
		t.Fatalf("%d tables", len(rows))
	}
	var corpus []byte
	for i, row := range rows {
		name, joined, _ := strings.Cut(row, "\t")
		columns := strings.FieldsFunc(joined, func(r rune) bool { return r == '\t' })
		list := ""
		if len(columns) > 0 {
			list = "(" + strings.Join(columns, ", ") + ")"
		}
		t.Run(name, func(t *testing.T) {
			want := masktest.CopyOut(t, c, "rows", name+list)
			got := again(t, len(columns), want)
			if !bytes.Equal(got, want) {
				t.Fatalf("differs at byte %d", masktest.FirstDifference(got, want))
			}
			back := fmt.Sprintf("back.t%d", i)
			if _, err := db.Exec(t.Context(), "CREATE TABLE "+back+" (LIKE "+name+")"); err != nil {
				t.Fatal(err)
			}
			if _, err := db.CopyIn(t.Context(), "COPY "+back+list+" FROM STDIN", bytes.NewReader(got)); err != nil {
				t.Fatal(err)
			}
			// Rows in a heap have no order.
			if diff := cmp.Diff(sorted(want), sorted(masktest.CopyOut(t, c, "rows", back+list))); diff != "" {
				t.Errorf("Postgres read something else (-wrote +read):\n%s", diff)
			}
			corpus = append(corpus, few(want)...)
		})
	}
	if os.Getenv(updateRows) != "" {
		if err := os.WriteFile("testdata/rows.copy", corpus, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// again decodes and encodes all columns of rows.
func again(t *testing.T, columns int, rows []byte) []byte {
	t.Helper()
	table := &Table{Name: "t", Columns: make([]Column, columns)}
	for i := range table.Columns {
		table.Columns[i] = Column{Name: fmt.Sprint("c", i), Method: same}
	}
	got, err := io.ReadAll(table.Reader(iotest.HalfReader(bytes.NewReader(rows))))
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func sorted(rows []byte) []string { return slices.Sorted(strings.Lines(string(rows))) }

// few returns some of rows for the corpus of the fuzz tests.
func few(rows []byte) []byte {
	var some []byte
	n := 0
	for row := range bytes.Lines(rows) {
		if len(row) < 1000 && n < 4 {
			some = append(some, row...)
			n++
		}
	}
	return some
}
