package oracle

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// TestGenerateIsStable checks that a seed always gives the same schema.
func TestGenerateIsStable(t *testing.T) {
	one, again, other := generate(7, 15), generate(7, 15), generate(8, 15)
	if one.sql != again.sql || one.sql == other.sql {
		t.Error("a seed does not make one schema")
	}
}

// generate creates a random database: a seed always produces the same one. It is valid by
// construction, as far as possible: objects that functions read have names that sort
// before those of the functions' callers, because pg_restore orders entries by name if it
// knows of no dependency. In a few schemas they do not, to test that case. Features of
// PostgreSQL 15 are used only from that version on.
func generate(seed uint64, major int) input {
	g := &generator{major: major, Rand: rand.New(rand.NewPCG(seed, 12)), taken: map[string]bool{}, encoding: "UTF8"}
	if g.chance(25) {
		g.encoding = pick(g, "LATIN1", "SQL_ASCII")
	}
	g.misordered = g.chance(12)
	g.say("SET client_min_messages = warning; SET synchronous_commit = off;")
	g.database()
	g.makeSchemas()
	g.makeTypes()
	steps := []func(){g.lookup, g.lookup}
	for range 2 + g.IntN(3) {
		steps = append(steps, g.lookup)
	}
	for _, step := range steps {
		step()
	}
	// With a foreign server in the dump, hectl leaves materialized views that call
	// functions empty, since those may contact it.
	foreign := g.chance(15)
	if !foreign {
		g.behindFunctions()
	}
	for range 3 + g.IntN(4) {
		g.table()
	}
	for range 1 + g.IntN(3) {
		g.partitioned()
	}
	if g.chance(60) {
		g.inherited()
	}
	if g.chance(40) {
		g.odd()
	}
	if g.chance(25) {
		g.extension()
	}
	g.foreignKeys()
	for range 3 + g.IntN(6) {
		g.index()
	}
	for range g.IntN(4) {
		g.statistics()
	}
	for range 2 + g.IntN(4) {
		g.view()
	}
	for range 1 + g.IntN(5) {
		if !foreign {
			g.materialized()
		}
	}
	for range g.IntN(5) {
		g.trigger()
	}
	for range g.IntN(3) {
		g.rule()
	}
	for range g.IntN(3) {
		g.policy()
	}
	g.sequences()
	g.largeObjects()
	if g.chance(50) {
		g.publication()
	}
	if g.chance(40) {
		g.privileges()
	}
	if foreign {
		g.foreignTables()
	}
	if g.chance(30) {
		g.eventTrigger()
	}
	large := seed%4 == 0
	if large {
		// Enough rows for several ranges of pages, and more than fit into pg_dump's pipe.
		g.say("CREATE TABLE public.large AS SELECT i, repeat(md5(i::text), 30) AS t FROM generate_series(1, 10000) i;")
		g.say("DELETE FROM public.large WHERE i %% 3 = 0; UPDATE public.large SET t = 'short' WHERE i %% 5 = 0;")
	}
	g.b.WriteString(strings.Join(g.later, "\n") + "\n")
	return input{
		name: fmt.Sprintf("seed_%d", seed), sql: g.b.String(), encoding: g.encoding, role: g.roleSettings(), uploaded: large, large: large,
	}
}

// generator writes the SQL of one database.
type generator struct {
	*rand.Rand
	major    int // version of the server
	b        strings.Builder
	taken    map[string]bool // names in use
	encoding string
	schemas  []string     // quoted
	types    []columnType // types that the database defines
	reads    []string     // functions of an integer that read tables, as calls with %s
	classes  []string     // operator classes of integers, for an index
	hashes   []string     // operator classes of integers, for partitions by hash
	tables   []*table
	views    []string // with a column "n"
	matviews []string // with a column "n"
	later    []string // statements that come last
	// misordered marks a schema in which the names of the objects that functions read
	// do not sort first.
	misordered bool
	// pair marks a database that is changed and dumped again (generatePair): a small one.
	pair bool
}

// columnType is a type, and an expression for the value of row g.
type columnType struct{ sql, value string }

type column struct {
	name  string // quoted
	value string // "" for a generated column
}

type table struct {
	name    string // quoted, with its schema
	columns []column
	rows    int
	key     bool // id is unique, from 1 to rows
	parts   bool
	// other tables cannot refer to unlogged tables.
	unlogged bool
}

func (g *generator) say(format string, args ...any) { fmt.Fprintf(&g.b, format+"\n", args...) }

func (g *generator) chance(percent int) bool { return g.IntN(100) < percent }

func pick[T any](g *generator, from ...T) T { return from[g.IntN(len(from))] }

// quote quotes a name.
func quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// literal quotes text in a form that is valid with any settings.
func literal(text string) string {
	return "E'" + strings.NewReplacer(`\`, `\\`, `'`, `''`).Replace(text) + "'"
}

// oddNames are suffixes of names that a parser of SQL or of lists could misread.
var oddNames = []string{
	"", "", "", "", "", "", " with space", `quo"te`, "it's", "new\nline", "tab\t", `back\slash`, "a.b", "$1", "$$", "%s", "--c", "/*c*/", ";", ",", "(x", ")",
	" DEFAULT x", " CHECK (a", " GENERATED ALWAYS AS (b", "::text", "\nCREATE x", "PARTITION OF", "COPY", "Mixed", "'';",
}

// name returns an unused name, in quotes. prefix determines where it sorts.
func (g *generator) name(prefix string) string {
	odd := oddNames
	switch g.encoding {
	case "UTF8":
		odd = append(slices.Clone(odd), "naïve 🐘", "象", "ß", "é")
	case "LATIN1":
		odd = append(slices.Clone(odd), "Kühe", "größe", "é")
	}
	for {
		n := prefix + fmt.Sprint(g.IntN(1000)) + pick(g, odd...)
		if g.chance(4) {
			n += strings.Repeat("x", 63)
		}
		for len(n) > 63 { // the server truncates it between characters
			r := []rune(n)
			n = string(r[:len(r)-1])
		}
		if !g.taken[n] {
			g.taken[n] = true
			return quote(n)
		}
	}
}

// in returns a name in one of the schemas.
func (g *generator) in(prefix string) string { return pick(g, g.schemas...) + "." + g.name(prefix) }

// database gives the database settings, which are in effect while it is dumped.
func (g *generator) database() {
	for _, s := range []string{
		"standard_conforming_strings = off", "DateStyle = 'SQL, DMY'", "IntervalStyle = sql_standard", "search_path = 'pg_temp'", "extra_float_digits = 0",
		"bytea_output = escape", "TimeZone = 'America/St_Johns'", "quote_all_identifiers = on", "row_security = off", "session_replication_role = replica",
		"backslash_quote = on", "statement_timeout = '5min'", "xmloption = document", "array_nulls = on", "escape_string_warning = off",
	} {
		if g.chance(12) {
			g.say(`ALTER DATABASE :"DBNAME" SET %s;`, s)
		}
	}
	if g.chance(20) {
		g.say(`ALTER ROLE reader IN DATABASE :"DBNAME" SET work_mem = '3MB';`)
	}
	if g.chance(20) {
		g.say(`COMMENT ON DATABASE :"DBNAME" IS %s;`, literal(`a comment \ of the source's`))
	}
}

// roleSettings gives the role that restores its own settings, in half of the cases.
func (g *generator) roleSettings() string {
	if g.chance(50) {
		return ""
	}
	var b strings.Builder
	for _, s := range []string{
		"standard_conforming_strings = off", "DateStyle = 'German, DMY'", "IntervalStyle = iso_8601", "search_path = pg_catalog", "extra_float_digits = -5",
		"bytea_output = escape", "TimeZone = 'Asia/Kathmandu'", "default_tablespace = " + space, "statement_timeout = '50ms'", "lock_timeout = '1ms'",
		"idle_in_transaction_session_timeout = '1ms'", "client_encoding = LATIN1", "xmloption = document", "check_function_bodies = on",
		"default_transaction_isolation = serializable", "session_replication_role = replica", "default_toast_compression = pglz", "row_security = off",
		"constraint_exclusion = off", "enable_seqscan = off", "jit = off", "plpgsql.variable_conflict = use_column", "backslash_quote = off", "gin_fuzzy_search_limit = 1",
		"transform_null_equals = on", "client_min_messages = error", "max_parallel_maintenance_workers = 0", "synchronous_commit = on",
	} {
		if g.chance(15) {
			b.WriteString("ALTER ROLE %s SET " + s + ";")
		}
	}
	return b.String()
}

func (g *generator) makeSchemas() {
	g.schemas = []string{"public"}
	for range g.IntN(3) {
		s := g.name(pick(g, "S", "zz", ""))
		g.schemas = append(g.schemas, s)
		g.say("CREATE SCHEMA %s;", s)
		if g.chance(40) {
			g.comment("SCHEMA " + s)
		}
	}
}

func (g *generator) comment(on string) {
	g.say("COMMENT ON %s IS %s;", on, literal(pick(g, "plain", "two\nlines", `it's \ "odd"`, "$$", "; -- ", "tab\there")))
}
