package mask_test

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rubyforgood/hectl/mask"
	"github.com/rubyforgood/hectl/mask/methods"
	"github.com/rubyforgood/hectl/pgtools"
	"github.com/rubyforgood/hectl/pgtools/archive"
	"github.com/rubyforgood/hectl/test/pgtest"
)

// matrixTypes lists types of columns, each with an expression that returns a distinct value
// for each number g.
var matrixTypes = [][2]string{
	{"text", `'Some text ' || g`}, {"character varying(80)", `'row ' || g`}, {"character varying(12)", `'r' || g`},
	{"character(30)", `'c' || g`}, {"public.citext", `'Mixed ' || g`}, {"name", `'n' || g`}, {"public.short_text", `'word' || g`},
	{"integer", "1000 + g"}, {"bigint", "9000000000 + g"}, {"smallint", "100 + g"}, {"numeric(12,2)", "g + 0.5"}, {"double precision", "g / 7.0"},
	{"boolean", "g % 2 = 0"}, {"date", "date '2001-01-01' + g"}, {"timestamp without time zone", "timestamp '2001-01-01' + g * interval '1 day'"},
	{"timestamp(3) with time zone", "timestamptz '2001-01-01 00:00:00+00' + g * interval '1 hour'"},
	{"uuid", `md5(g::text)::uuid`}, {"inet", `('10.0.0.' || g)::inet`}, {"jsonb", `jsonb_build_object('name', 'n' || g, 'tags', jsonb_build_array('a' || g))`},
	{"bytea", `convert_to('bytes ' || g, 'UTF8')`}, {"text[]", `ARRAY['one ' || g, NULL, 'two']`}, {"integer[]", `ARRAY[g, g + 1]`},
	{"public.hstore", `hstore('k', 'v' || g)`}, {"public.mood", `(ARRAY['sad', 'happy'])[1 + g % 2]::mood`}, {"xml", `('<a>' || g || '</a>')::xml`},
	{"tsvector", `to_tsvector('simple', 'w' || g)`}, {"interval", `g * interval '1 minute'`}, {"int4range", `int4range(g, g + 1)`},
}

// matrixVariants lists constraints for a column. Unique columns have distinct values.
var matrixVariants = []string{"", "NOT NULL", "UNIQUE", "UNIQUE NULLS NOT DISTINCT", "PRIMARY KEY"}

// variants returns the variants that apply to a type.
func variants(typ string) []string {
	if notUnique(typ) {
		return matrixVariants[:2]
	}
	return matrixVariants
}

func matrixSQL() string {
	var b strings.Builder
	b.WriteString(`CREATE EXTENSION citext; CREATE EXTENSION hstore; CREATE TYPE mood AS ENUM ('sad', 'happy');
		CREATE DOMAIN short_text AS text CHECK (char_length(VALUE) <= 20) CHECK (VALUE <> '');`)
	for i, typ := range matrixTypes {
		var columns, values []string
		for j, variant := range variants(typ[0]) {
			columns = append(columns, fmt.Sprintf("c%d %s %s", j, typ[0], variant))
			value := typ[1]
			if j == 0 {
				value = "CASE WHEN g % 7 > 0 THEN " + value + " END"
			}
			values = append(values, value)
		}
		fmt.Fprintf(&b, "CREATE TABLE t%d (%s);\n", i, strings.Join(columns, ", "))
		fmt.Fprintf(&b, "INSERT INTO t%d SELECT %s FROM generate_series(1, 60) g;\n", i, strings.Join(values, ", "))
	}
	return b.String()
}

// sayable returns SQL without syntax that the server does not support: PostgreSQL 14
// has no NULLS NOT DISTINCT.
func sayable(t *testing.T, c *pgtest.Cluster, sql string) string {
	t.Helper()
	db, err := pgtools.Connect(t.Context(), c.SocketConn("postgres"), "test")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close(t.Context())
	if db.ServerVersion().Major < 15 {
		return strings.ReplaceAll(sql, " NULLS NOT DISTINCT", "")
	}
	return sql
}

// notUnique reports whether a type has no order, or too few values.
func notUnique(typ string) bool {
	return typ == "boolean" || typ == "xml" || typ == "public.mood" || typ == "public.hstore"
}

// If hectl accepts a method for a column, Postgres accepts all of the method's values
// there, despite types, lengths, NOT NULL, unique indexes, primary keys, and checks of a
// domain.
func TestWhatIsAcceptedLoads(t *testing.T) {
	c := pgtest.New(t)
	whole := dumpOf(t, c, "matrix", sayable(t, c, matrixSQL()))
	h, err := archive.ReadHead(bytes.NewReader(whole))
	if err != nil {
		t.Fatal(err)
	}
	accepted, refused := 0, 0
	for n, method := range []string{
		"null", "{value: x}", "{value: 7}", "empty", "email", "{email: keep_domain}", "first_name", "last_name", "full_name", "company", "phone", "street", "city", "zip", "lorem",
		"hash", "{hash: 20}", "{hash: 40}", "ip", "uuid", "digits", "{shift_days: 30}", "year_only", "{noise: 10}", "{json: keep_keys}", "{json: {name: first_name}}", "{bcrypt: password}", "{one_of: [a, b]}", "{one_of: [1, 2, 3]}",
	} {
		rules := matrixRules(method)
		_, err := matrixPlan(t, h, rules)
		fine := map[string][]string{} // lines without problems, by table
		for line, rule := range rules {
			if err != nil && strings.Contains(err.Error(), fmt.Sprintf("hectl.yml:%d:", line)) {
				refused++
				continue
			}
			accepted++
			fine[rule[0]] = append(fine[rule[0]], rule[1])
		}
		if len(fine) == 0 {
			t.Errorf("%s fits nothing: %.300v", method, err)
			continue
		}
		rules = map[int][2]string{}
		for table, columns := range fine {
			for _, column := range columns {
				rules[len(rules)] = [2]string{table, column}
			}
		}
		var masked bytes.Buffer
		_, err = mask.Archive(&masked, bytes.NewReader(whole), func(h *archive.Head) (*mask.Plan, error) { return matrixPlan(t, h, rules) }, 1)
		if err != nil {
			t.Errorf("%s: %v", method, err)
			continue
		}
		load(t, c, fmt.Sprintf("masked_%d", n), method, masked.Bytes())
	}
	t.Logf("%d accepted, %d refused", accepted, refused)
	if accepted < 400 || refused < 1000 {
		t.Errorf("%d accepted, %d refused", accepted, refused)
	}
}

// matrixRules returns a rule for each column that a method might fit. The key is the line
// in matrixPlan's file; the value has table and column.
func matrixRules(method string) map[int][2]string {
	rules := map[int][2]string{}
	line := 5
	for i, typ := range matrixTypes {
		if typ[0] != "jsonb" && strings.Contains(method, "json") {
			continue // text that is not JSON fails a fetch; the rule's author must know
		}
		if (strings.Contains(method, "value") || strings.Contains(method, "one_of")) && i >= len(matrixTypes)-6 && typ[0] != "public.mood" {
			continue // only Postgres can check these values, and a warning says so
		}
		line++ // the table's line
		for j := range variants(typ[0]) {
			rules[line] = [2]string{fmt.Sprintf("t%d", i), fmt.Sprintf("c%d: %s", j, method)}
			line++
		}
	}
	return rules
}

func matrixPlan(t *testing.T, h *archive.Head, byLine map[int][2]string) (*mask.Plan, error) {
	t.Helper()
	var tables strings.Builder
	last := ""
	for _, line := range slices.Sorted(maps.Keys(byLine)) {
		rule := byLine[line]
		if rule[0] != last {
			tables.WriteString("    " + rule[0] + ":\n")
			last = rule[0]
		}
		tables.WriteString("      " + rule[1] + "\n")
	}
	rules, err := parse(t, "mask:\n  base: none\n  unlisted: keep\n  tables:\n"+tables.String())
	if err != nil {
		t.Fatal(err)
	}
	return rules.Plan(h, methods.NewSeed([]byte("a seed of the test")), mask.Options{})
}

// dumpOf creates a database and returns an archive of it.
func dumpOf(t *testing.T, c *pgtest.Cluster, name, sql string, args ...string) []byte {
	t.Helper()
	if err := c.CreateDatabase(t.Context(), name); err != nil {
		t.Fatal(err)
	}
	if err := c.Exec(t.Context(), name, sql); err != nil {
		t.Fatal(err)
	}
	return c.Run(t, nil, "pg_dump", append([]string{"-Fc", "-Z0", "-d", c.SocketURI(name)}, args...)...)
}

// load restores an archive into a new database, fails if any of it fails, and drops the
// database.
func load(t *testing.T, c *pgtest.Cluster, database, what string, data []byte) {
	t.Helper()
	if err := c.CreateDatabase(t.Context(), database); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "archive")
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), filepath.Join(c.Bin(), "pg_restore"), "--exit-on-error", "--single-transaction", "-d", c.SocketURI(database), file).CombinedOutput()
	if err != nil {
		t.Errorf("%s: %v\n%s", what, err, out)
	}
	if err := c.Exec(t.Context(), "postgres", "DROP DATABASE "+database); err != nil {
		t.Fatal(err)
	}
}
