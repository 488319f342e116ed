package schema_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/rubyforgood/hectl/pgtools"
	"github.com/rubyforgood/hectl/pgtools/archive"
	"github.com/rubyforgood/hectl/pgtools/schema"
	"github.com/rubyforgood/hectl/test/demodata"
	"github.com/rubyforgood/hectl/test/pgtest"
)

// The schema read from an archive must agree with the database's catalogs.
func TestAgainstTheCatalogs(t *testing.T) {
	compareAll(t, pgtest.New(t), map[string]string{
		"app": demodata.Schema(), "zoo": demodata.Zoo(), "forms": testdata(t, "forms.sql"), "kinds": testdata(t, "kinds.sql"),
	})
}

func compareAll(t *testing.T, c *pgtest.Cluster, databases map[string]string) {
	t.Helper()
	for name, sql := range databases {
		t.Run(name, func(t *testing.T) {
			if err := c.CreateDatabase(t.Context(), name); err != nil {
				t.Fatal(err)
			}
			if err := c.Exec(t.Context(), name, sql); err != nil {
				t.Fatal(err)
			}
			compare(t, c, name)
			if name == "zoo" || name == "kinds" { // these have all kinds of objects
				genuineWithOptions(t, c, name)
			}
		})
	}
}

func testdata(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// dump returns the schema read from a dump of a database.
func dump(t *testing.T, c *pgtest.Cluster, database string) *schema.Schema {
	t.Helper()
	head, err := archive.ReadHead(bytes.NewReader(c.Run(t, nil, "pg_dump", "-Fc", "-Z0", "-d", c.SocketURI(database))))
	if err != nil {
		t.Fatal(err)
	}
	genuine(t, database, head)
	return schema.Read(head)
}

const notOurs = ` n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') `

// columnsQuery returns the fields of schema.Column for each column. A domain's NOT NULL
// applies to the column.
const columnsQuery = `
WITH RECURSIVE based (type, oid, strict) AS (
    SELECT oid, oid, typnotnull FROM pg_type
    UNION ALL
    SELECT b.type, t.typbasetype, t.typnotnull OR u.typnotnull
    FROM based b JOIN pg_type t ON t.oid = b.oid JOIN pg_type u ON u.oid = t.typbasetype
    WHERE t.typbasetype <> 0
)
SELECT format('%s.%s %s: %s null=%s generated=%s identity=%s default=%s collation=%s base=%s',
    n.nspname, c.relname, a.attname, format_type(a.atttypid, a.atttypmod),
    NOT (a.attnotnull AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'n' AND NOT k.convalidated AND k.conkey = ARRAY[a.attnum])
        OR EXISTS (SELECT 1 FROM based b WHERE b.type = a.atttypid AND b.strict)),
    a.attgenerated, CASE WHEN c.relispartition THEN '' ELSE a.attidentity END, -- from 17 on partitions have that of the whole
    a.attgenerated = '' AND d.adbin IS NOT NULL,
    CASE WHEN a.attcollation <> t.typcollation THEN (SELECT format('%I.%I', cn.nspname, co.collname) FROM pg_collation co JOIN pg_namespace cn ON cn.oid = co.collnamespace WHERE co.oid = a.attcollation) END,
    (SELECT format_type(b.oid, NULL) FROM based b JOIN pg_type r ON r.oid = b.oid WHERE b.type = a.atttypid AND r.typbasetype = 0))
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE c.relkind IN ('r', 'p', 'f') AND a.attnum > 0 AND NOT a.attisdropped AND` + notOurs

func columns(s *schema.Schema) []string {
	var lines []string
	for _, t := range s.Tables {
		for _, c := range t.Columns {
			collation := strings.ReplaceAll(c.Collation, `"default"`, "")
			base := c.Type.Root()
			root := base.SQL
			if (base.Modifiers != nil || base.Name.Name == "interval") && !base.Array { // format_type(…, NULL) omits the modifiers
				root = base.Name.String()
				if base.Name.Schema == "" {
					root = base.Name.Name
				}
			} else if base.Modifiers != nil {
				root = base.Element().Name.Name + "[]"
			}
			generated := map[schema.Generated]string{schema.Stored: "s", schema.Virtual: "v"}[c.Generated]
			identity := map[schema.Identity]string{schema.IdentityAlways: "a", schema.IdentityDefault: "d"}[c.Identity]
			yes := map[bool]string{true: "t", false: "f"}
			lines = append(lines, t.Schema+"."+t.Name.Name+" "+c.Name+": "+c.Type.SQL+" null="+yes[!c.NotNull]+
				" generated="+generated+" identity="+identity+" default="+yes[c.Default != "" && c.Default != "NULL"]+
				" collation="+collation+" base="+root)
		}
	}
	slices.Sort(lines)
	return lines
}

// PostgreSQL 14 has no indnullsnotdistinct.
const uniquesQuery = `
SELECT format('%s.%s %s: columns=%s expressions=%s where=%s nulls=%s primary=%s exclude=%s', n.nspname, c.relname, ic.relname,
    ARRAY(SELECT a.attname FROM unnest(i.indkey[0:i.indnkeyatts - 1]) WITH ORDINALITY k(n, o) JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.n ORDER BY o),
    (SELECT count(*) FROM unnest(i.indkey[0:i.indnkeyatts - 1]) k WHERE k = 0),
    i.indpred IS NOT NULL, coalesce((to_jsonb(i) ->> 'indnullsnotdistinct')::boolean, false), i.indisprimary, i.indisexclusion AND NOT i.indisunique)
FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_class ic ON ic.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE (i.indisunique OR i.indisexclusion) AND c.relkind IN ('r', 'p') AND` + notOurs

func uniques(s *schema.Schema) []string {
	var lines []string
	yes := map[bool]string{true: "t", false: "f"}
	for _, t := range s.Tables {
		for _, u := range t.Uniques {
			columns := make([]string, len(u.Columns))
			for i, c := range u.Columns {
				columns[i] = c
				if strings.ContainsAny(c, ` "`) {
					columns[i] = `"` + c + `"`
				}
			}
			lines = append(lines, t.Schema+"."+t.Name.Name+" "+u.Name+": columns={"+strings.Join(columns, ",")+
				"} expressions="+string(rune('0'+len(u.Expressions)))+" where="+yes[u.Where != ""]+
				" nulls="+yes[u.NullsNotDistinct]+" primary="+yes[u.Primary]+" exclude="+yes[u.Exclude])
		}
	}
	slices.Sort(lines)
	return lines
}

const foreignKeysQuery = `
SELECT format('%s.%s %s: %s to %s.%s %s valid=%s', n.nspname, c.relname, k.conname,
    ARRAY(SELECT a.attname FROM unnest(k.conkey) WITH ORDINALITY x(n, o) JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = x.n ORDER BY o),
    fn.nspname, f.relname,
    ARRAY(SELECT a.attname FROM unnest(k.confkey) WITH ORDINALITY x(n, o) JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = x.n ORDER BY o),
    k.convalidated)
FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_class f ON f.oid = k.confrelid JOIN pg_namespace fn ON fn.oid = f.relnamespace
WHERE k.contype = 'f' AND k.conparentid = 0 AND` + notOurs

func foreignKeys(s *schema.Schema) []string {
	var lines []string
	yes := map[bool]string{true: "t", false: "f"}
	for _, t := range s.Tables {
		for _, f := range t.ForeignKeys {
			lines = append(lines, t.Schema+"."+t.Name.Name+" "+f.Name+": {"+strings.Join(f.Columns, ",")+"} to "+
				f.References.Schema+"."+f.References.Name+" {"+strings.Join(f.Foreign, ",")+"} valid="+yes[!f.NotValid])
		}
	}
	slices.Sort(lines)
	return lines
}

// checksQuery returns the conditions as pg_dump formats them.
const checksQuery = `
SELECT format('%s.%s %s: %s', n.nspname, c.relname, k.conname, pg_get_constraintdef(k.oid))
FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE k.contype = 'c' AND` + notOurs

func checks(s *schema.Schema) []string {
	var lines []string
	for _, t := range s.Tables {
		for _, c := range t.Checks {
			lines = append(lines, t.Schema+"."+t.Name.Name+" "+c.Name+": "+c.SQL)
		}
	}
	slices.Sort(lines)
	return lines
}

const parentsQuery = `
SELECT format('%s.%s of %s.%s', n.nspname, c.relname, pn.nspname, p.relname)
FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_class p ON p.oid = i.inhparent JOIN pg_namespace pn ON pn.oid = p.relnamespace
WHERE c.relkind IN ('r', 'p') AND` + notOurs

func parents(s *schema.Schema) []string {
	var lines []string
	for _, t := range s.Tables {
		of := t.Inherits
		if t.PartitionOf != nil {
			of = append(of, *t.PartitionOf)
		}
		for _, p := range of {
			lines = append(lines, t.Schema+"."+t.Name.Name+" of "+p.Schema+"."+p.Name)
		}
	}
	slices.Sort(lines)
	return lines
}

const enumsQuery = `
SELECT format('%s.%s: %s', n.nspname, t.typname, (SELECT string_agg(e.enumlabel, '|' ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = t.oid))
FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace WHERE t.typtype = 'e'`

func enums(s *schema.Schema) []string {
	var lines []string
	for n, labels := range s.Enums {
		lines = append(lines, n.Schema+"."+n.Name+": "+strings.Join(labels, "|"))
	}
	slices.Sort(lines)
	return lines
}

const copyQuery = `
SELECT format('%s.%s: %s', n.nspname, c.relname, ARRAY(SELECT a.attname FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' ORDER BY a.attnum))
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'r' AND` + notOurs

func compare(t *testing.T, c *pgtest.Cluster, database string) {
	t.Helper()
	s := dump(t, c, database)
	for _, table := range s.Tables {
		if table.Unread != nil {
			t.Errorf("%s: %v", table.Name, table.Unread)
		}
		if table.Kind == schema.Ordinary && (table.DataID == 0 || table.Copy == nil) {
			t.Errorf("%s has rows, and no COPY statement was found", table.Name)
		}
	}
	db, err := pgtools.Connect(t.Context(), c.SocketConn(database), "test")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close(context.WithoutCancel(t.Context()))
	ask := func(query string) []string {
		t.Helper()
		if _, err := db.Exec(t.Context(), "SET search_path TO ''"); err != nil {
			t.Fatal(err)
		}
		lines, err := pgtools.Rows[string](t.Context(), db, query)
		if err != nil {
			t.Fatal(err)
		}
		slices.Sort(lines)
		return lines
	}
	for what, lists := range map[string][2][]string{
		"columns":      {ask(columnsQuery), columns(s)},
		"uniques":      {ask(uniquesQuery), uniques(s)},
		"foreign keys": {ask(foreignKeysQuery), foreignKeys(s)},
		"parents":      {ask(parentsQuery), parents(s)},
		"enums":        {ask(enumsQuery), enums(s)},
		"checks":       {conditions(ask(checksQuery)), checks(s)},
		"copy":         {unquoted(ask(copyQuery)), copies(s)},
	} {
		if diff := cmp.Diff(lists[0], lists[1], cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s (-catalog +archive):\n%s", what, diff)
		}
	}
}

// conditions removes the surrounding parentheses and words.
func conditions(lines []string) []string {
	for i, line := range lines {
		line = strings.TrimSuffix(line, " NOT ENFORCED")
		line = strings.TrimSuffix(line, " NOT VALID")
		line = strings.TrimSuffix(line, " NO INHERIT")
		name, condition, _ := strings.Cut(line, ": CHECK ((")
		lines[i] = name + ": " + strings.TrimSuffix(condition, "))")
	}
	slices.Sort(lines)
	return lines
}

func unquoted(lines []string) []string {
	for i, line := range lines {
		lines[i] = strings.NewReplacer(`\`, "", `"`, "").Replace(line)
	}
	slices.Sort(lines)
	return lines
}

func copies(s *schema.Schema) []string {
	var lines []string
	for _, t := range s.Tables {
		if t.Kind == schema.Ordinary {
			lines = append(lines, t.Schema+"."+t.Name.Name+": {"+strings.Join(t.Copy, ",")+"}")
		}
	}
	return unquoted(lines)
}
