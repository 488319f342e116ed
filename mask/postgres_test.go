package mask

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
)

// updateRows is set to have testdata/rows.copy written anew, with which the fuzz
// tests begin.
const updateRows = "HECTL_UPDATE_ROWS"

// soup is text with all that COPY escapes and that arrays, hstore and JSON do.
const soup = `
CREATE SCHEMA soup;
CREATE TABLE soup.pairs AS
  SELECT chr(a) || chr(b) || 'x' AS t, chr(a) AS one
  FROM generate_series(1, 128) a, generate_series(1, 128) b
  WHERE (a < 14 OR a IN (32, 34, 39, 44, 58, 61, 78, 92, 123, 125, 127, 128)) AND (b < 48 OR b > 90);
CREATE TABLE soup.texts (t text);
INSERT INTO soup.texts VALUES (NULL), (''), ('\N'), ('\.'), ('\\N'), ('\'), ('a\'), (E'a\\\n'), (E'\\\t'), (E'\r\n'), ('NULL'), ('null'),
  (' '), ('{}'), ('{a,b}'), ('"'), ('""'), ('a"b\c'), ('naïve 🐘 日本'), (E'\u0080'), (repeat('long ', 50000)), (repeat('\', 70001));
CREATE TABLE soup.arrays AS
  SELECT ARRAY[one, t, NULL, ''] AS a, ARRAY[[t, one], ['NULL', NULL]] AS two, '[-2:-1]={a,b}'::text[] AS bounds,
    '[0:0][5:6]={{1,2}}'::int[] AS both, '{}'::text[] AS none, ARRAY[t]::varchar(5)[] AS v, ARRAY[to_jsonb(t)] AS j, ARRAY['2020-01-01 10:00'::timestamp] AS at
  FROM soup.pairs UNION ALL SELECT ARRAY[t, t], NULL, NULL, NULL, NULL, NULL, ARRAY[to_jsonb(t)], NULL FROM soup.texts;
CREATE TABLE soup.hstores AS SELECT public.hstore(one, t) || public.hstore('k"=>\', NULL) || public.hstore('', one) AS h FROM soup.pairs
  UNION ALL SELECT public.hstore('t', t) FROM soup.texts UNION ALL VALUES (''::public.hstore), (NULL::public.hstore);
CREATE TABLE soup.documents AS SELECT jsonb_build_object(one, t, 'n', ARRAY[1.50, -2e10], 'o', '{"b": {"c": [true, null, []]}, "e": {}}'::jsonb) AS b,
    json_build_array(t, one, NULL, 1)::json AS j FROM soup.pairs
  UNION ALL SELECT to_jsonb(t), to_json(t) FROM soup.texts
  UNION ALL VALUES (NULL::jsonb, E' { "a" :\t[ ] , "\\ud83d" : "\\ud83d\\ude00\\u0000" }\n'::json), ('1', '"x"'), ('{}', '[]');
CREATE TABLE soup.bytes AS SELECT decode(repeat(lpad(to_hex(i), 2, '0'), 3), 'hex') AS b FROM generate_series(0, 255) i;
`

// What Postgres writes is the same after it was decoded and encoded again, to the
// byte, and is read by Postgres as what it was.
func TestPostgresRows(t *testing.T) {
	c, db := database(t, "rows", demodata.Zoo(), soup, "CREATE SCHEMA back")
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
			want := copyOut(t, c, "rows", name+list)
			got := again(t, len(columns), want)
			if !bytes.Equal(got, want) {
				t.Fatalf("differs at byte %d", firstDifference(got, want))
			}
			back := fmt.Sprintf("back.t%d", i)
			if _, err := db.Exec(t.Context(), "CREATE TABLE "+back+" (LIKE "+name+")"); err != nil {
				t.Fatal(err)
			}
			if _, err := db.CopyIn(t.Context(), "COPY "+back+list+" FROM STDIN", bytes.NewReader(got)); err != nil {
				t.Fatal(err)
			}
			// A heap does not promise an order.
			if diff := cmp.Diff(sorted(want), sorted(copyOut(t, c, "rows", back+list))); diff != "" {
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

// again decodes and encodes rows, all columns of them.
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

func firstDifference(a, b []byte) int {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return i
		}
	}
	return min(len(a), len(b))
}

// few returns some of rows, for the fuzz tests to begin with.
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

// Arrays, hstores and documents as well: taken apart and put together by their
// own formats.
func TestPostgresParts(t *testing.T) {
	c, _ := database(t, "parts", "CREATE EXTENSION hstore; CREATE EXTENSION citext", soup)
	keepAll := json(&jsonRule{leaf: &jsonLeaf{text: sameDrawn, number: sameDrawn}}, true)
	document := drawing(func(dst, value, row []byte) ([]byte, bool, error) {
		dst, err := keepAll(dst, value, row)
		return dst, false, err
	})
	for _, tt := range []struct {
		what   string
		method Method
		times  int // columns
	}{
		{"soup.arrays", elements(sameDrawn).ofValues(), 8},
		{"(SELECT j FROM soup.arrays)", elements(document).ofValues(), 1},
		{"soup.hstores", hstoreValues(sameDrawn).ofValues(), 1},
		{"(SELECT b FROM soup.documents)", document.ofValues(), 1},
	} {
		t.Run(tt.what, func(t *testing.T) {
			want := copyOut(t, c, "parts", tt.what)
			table := &Table{Name: "t", Columns: make([]Column, tt.times)}
			for i := range table.Columns {
				table.Columns[i] = Column{Name: "c", Method: tt.method}
			}
			got, err := io.ReadAll(table.Reader(bytes.NewReader(want)))
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, want) {
				i := firstDifference(got, want)
				t.Errorf("differs at byte %d: %q, was %q", i, got[max(0, i-20):min(len(got), i+20)], want[max(0, i-20):min(len(want), i+20)])
			}
		})
	}
}
