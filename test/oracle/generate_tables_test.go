package oracle

import (
	"fmt"
	"slices"
	"strings"
)

// lookup creates a table and a function that reads it, in one of the ways that hide the
// read.
func (g *generator) lookup() {
	t := g.first()
	n := 20 + g.IntN(60)
	switch g.IntN(5) {
	case 0: // in partitions
		g.say("CREATE TABLE %s (k int, r int, pad text) PARTITION BY RANGE (k);", t)
		g.say("CREATE TABLE %s PARTITION OF %s FOR VALUES FROM (MINVALUE) TO (%d);", g.first(), t, n/2)
		g.say("CREATE TABLE %s PARTITION OF %s DEFAULT;", g.first(), t)
		g.say("INSERT INTO %s SELECT g, g * 3, 'p' FROM generate_series(1, %d) g;", t, n)
	case 1: // in a child
		g.say("CREATE TABLE %s (k int, r int NOT NULL, pad text);", t)
		child := g.first()
		g.say("CREATE TABLE %s () INHERITS (%s);", child, t)
		g.say("INSERT INTO %s SELECT g, g * 3, 'child' FROM generate_series(1, %d) g;", child, n)
	default:
		g.say("CREATE TABLE %s (k int%s, r int, pad text);", t, pick(g, "", " PRIMARY KEY", " UNIQUE"))
		g.say("INSERT INTO %s SELECT g, g * 3, repeat('p', %d) FROM generate_series(1, %d) g;", t, g.IntN(300), n)
	}
	from := t
	if g.chance(20) { // behind a view
		from = g.in("view")
		g.say("CREATE VIEW %s AS SELECT k, r FROM %s;", from, t)
	}
	g.reader(from, n)
	if g.chance(25) { // behind another function
		inner, f := g.reads[len(g.reads)-1], g.in("f")
		g.say("CREATE FUNCTION %s(int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $body$BEGIN RETURN %s; END$body$;", f, strings.ReplaceAll(inner, argument, "$1"))
		g.reads = append(g.reads, f+"("+argument+")")
	}
}

// first returns the name of a table that sorts before those created later, except in a
// few schemas.
func (g *generator) first() string {
	if g.misordered {
		return g.in(pick(g, "a", "A", "x"))
	}
	return slices.MinFunc(g.schemas, func(a, b string) int {
		return strings.Compare(strings.Trim(a, `"`), strings.Trim(b, `"`))
	}) + "." + g.name(pick(g, "A", "a"))
}

// after returns one of the prefixes of names, or in a few schemas another one that
// sorts first.
func (g *generator) after(prefixes ...string) string {
	if g.misordered && g.chance(50) {
		return "A"
	}
	return pick(g, prefixes...)
}

// reader creates a function that reads a table with k from 1 to n.
func (g *generator) reader(from string, n int) {
	f := g.in("f")
	query := fmt.Sprintf("SELECT l.r FROM %s l WHERE l.k = 1 + abs(coalesce($1, 0)) %% %d", from, n)
	head := fmt.Sprintf("CREATE FUNCTION %s(int) RETURNS int LANGUAGE ", f)
	volatility := pick(g, "IMMUTABLE", "IMMUTABLE", "IMMUTABLE PARALLEL SAFE", "IMMUTABLE COST 1")
	switch g.IntN(6) {
	case 0:
		g.say("%s plpgsql %s AS $body$BEGIN RETURN (%s); END$body$;", head, volatility, query)
	case 1: // raises an error if there is no such row
		g.say("%s plpgsql %s AS $body$DECLARE found_r int; BEGIN %s; RETURN found_r; END$body$;", head, volatility, strings.Replace(query, "SELECT l.r", "SELECT l.r INTO STRICT found_r", 1))
	case 2: // query in a string
		g.say("%s plpgsql %s AS $body$DECLARE found_r int; BEGIN EXECUTE %s INTO found_r USING $1; RETURN found_r; END$body$;", head, volatility, "$query$"+query+"$query$")
	case 3:
		// A security definer, so that the server does not inline it in the caller:
		// pg_restore would fail if the table is created later.
		g.say("%s sql %s SECURITY DEFINER AS $body$%s$body$;", head, volatility, query)
	case 4:
		g.say("%s sql %s RETURN (%s);", head, volatility, query)
	case 5:
		schema, table := split(from)
		g.say("%s plpgsql %s SET search_path = %s AS $body$BEGIN RETURN (%s); END$body$;", head, volatility, schema, strings.Replace(query, from, table, 1))
	}
	g.reads = append(g.reads, f+"("+argument+")")
	if g.chance(30) {
		g.comment("FUNCTION " + f + "(int)")
	}
}

// split divides a name into its schema and the rest.
func split(name string) (schema, rest string) {
	end := strings.Index(name, ".")
	if strings.HasPrefix(name, `"`) {
		end = strings.Index(name, `".`) + 1 // no name here contains a quote followed by a dot
	}
	return name[:end], name[end+1:]
}

// read returns an expression that calls a function that reads a table.
func (g *generator) read(of string) string {
	return strings.ReplaceAll(pick(g, g.reads...), argument, of)
}

// argument is the placeholder for the argument in generator.reads.
const argument = "\x00"

// behindFunctions creates types, operators and casts that call such functions.
func (g *generator) behindFunctions() {
	if g.chance(50) {
		d := g.in("fdom")
		g.say("CREATE DOMAIN %s AS int CHECK (%s IS NOT NULL);", d, g.read("VALUE"))
		g.types = append(g.types, columnType{d, "g % 500"})
		if g.chance(40) {
			outer := g.in("fdom")
			g.say("CREATE DOMAIN %s AS %s NOT NULL DEFAULT 1;", outer, d)
			g.types = append(g.types, columnType{outer, "g % 400"})
		}
		if g.chance(40) {
			g.types = append(g.types, columnType{d + "[]", fmt.Sprintf("ARRAY[g %% 7]::%s[]", d)})
		}
		if g.chance(40) {
			c := g.in("fcomp")
			g.say("CREATE TYPE %s AS (a %s, b text);", c, d)
			g.types = append(g.types, columnType{c, fmt.Sprintf("ROW(g %% 50, 'b')::%s", c)})
			if g.chance(40) {
				over := g.in("fdomc")
				g.say("CREATE DOMAIN %s AS %s CHECK ((VALUE).a >= 0);", over, c)
				g.types = append(g.types, columnType{over, fmt.Sprintf("ROW(g %% 50, 'b')::%s", c)})
			}
		}
	}
	if g.chance(40) { // an operator: int @@@ int
		f := g.in("opf")
		g.say("CREATE FUNCTION %s(a int, b int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $body$BEGIN RETURN %s + b; END$body$;", f, g.read("a"))
		schema := pick(g, g.schemas...)
		g.say("CREATE OPERATOR %s.@@@ (LEFTARG = int, RIGHTARG = int, FUNCTION = %s);", schema, f)
		g.reads = append(g.reads, "("+argument+" OPERATOR("+schema+".@@@) 1)")
	}
	if g.chance(30) { // a cast
		c, f := g.in("cast"), g.in("castf")
		g.say("CREATE TYPE %s AS (v int);", c)
		g.say("CREATE FUNCTION %s(int) RETURNS %s LANGUAGE plpgsql IMMUTABLE AS $body$BEGIN RETURN ROW(%s); END$body$;", f, c, g.read("$1"))
		g.say("CREATE CAST (int AS %s) WITH FUNCTION %s(int);", c, f)
		g.reads = append(g.reads, "(("+argument+")::"+c+").v")
	}
	if g.chance(30) { // an aggregate
		s, a := g.in("state"), g.in("agg")
		g.say("CREATE FUNCTION %s(bigint, int) RETURNS bigint LANGUAGE sql IMMUTABLE AS $body$SELECT $1 + coalesce($2, 0)$body$;", s)
		g.say("CREATE AGGREGATE %s(int) (SFUNC = %s, STYPE = bigint, INITCOND = '0');", a, s)
	}
	g.operatorClasses()
	if g.chance(20) { // a sequence, whose value comes after all rows
		s, f := g.in("fs"), g.in("f")
		g.say("CREATE SEQUENCE %s; SELECT nextval(%s), nextval(%[2]s);", s, literal(s))
		g.say("CREATE FUNCTION %s(int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $body$BEGIN RETURN $1 + (SELECT last_value FROM %s); END$body$;", f, s)
		g.reads = append(g.reads, f+"("+argument+")")
	}
	if g.chance(15) { // a large object
		f := g.in("f")
		g.say("SELECT lo_from_bytea(4999, 'seven'::bytea);")
		g.say("CREATE FUNCTION %s(int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $body$BEGIN RETURN $1 + coalesce((SELECT sum(length(data)) FROM pg_catalog.pg_largeobject WHERE loid = 4999), 1)::int; END$body$;", f)
		g.reads = append(g.reads, f+"("+argument+")")
	}
}

// operatorClasses creates operator classes whose support functions read tables. Ranges,
// partitions by hash and indexes call them.
func (g *generator) operatorClasses() {
	if g.chance(30) {
		o, f := g.in("ops"), g.in("cmp")
		g.say("CREATE FUNCTION %s(int, int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $body$BEGIN IF %s IS NULL THEN RAISE 'nothing to compare with'; END IF; RETURN btint4cmp($1, $2); END$body$;", f, g.read("1"))
		g.say("CREATE OPERATOR CLASS %s FOR TYPE int USING btree AS OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, FUNCTION 1 %s(int, int);", o, f)
		g.classes = append(g.classes, o)
		if g.chance(70) {
			r := g.in("frange")
			g.say("CREATE TYPE %s AS RANGE (subtype = int, subtype_opclass = %s);", r, o)
			g.types = append(g.types, columnType{r, fmt.Sprintf("%s(g, g + 2)", r)}, columnType{r + "[]", fmt.Sprintf("ARRAY[%s(1, g + 1)]", r)})
		}
	}
	if g.chance(30) {
		o, f, f8 := g.in("hops"), g.in("hash"), g.in("hash")
		g.say("CREATE FUNCTION %s(int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $body$BEGIN RETURN hashint4(%s); END$body$;", f, g.read("$1"))
		g.say("CREATE FUNCTION %s(int, bigint) RETURNS bigint LANGUAGE plpgsql IMMUTABLE AS $body$BEGIN RETURN hashint4extended(%s, $2); END$body$;", f8, g.read("$1"))
		g.say("CREATE OPERATOR CLASS %s FOR TYPE int USING hash AS OPERATOR 1 =, FUNCTION 1 %s(int), FUNCTION 2 %s(int, bigint);", o, f, f8)
		g.hashes = append(g.hashes, " "+o)
	}
}

// table creates a table with rows.
func (g *generator) table() {
	t := &table{name: g.in(g.after("c", "f", "m", "t", "t", "z")), rows: g.rows()}
	var lines []string
	id := g.name(pick(g, "id", "id", "Id"))
	switch g.IntN(6) {
	case 0:
		lines, t.key = append(lines, id+" int PRIMARY KEY"), true
	case 1:
		lines, t.key = append(lines, id+" serial UNIQUE"), true
	case 2:
		lines, t.key = append(lines, id+" int GENERATED BY DEFAULT AS IDENTITY (INCREMENT BY 3) PRIMARY KEY"), true
	case 3:
		lines, t.key = append(lines, id+" bigint GENERATED BY DEFAULT AS IDENTITY UNIQUE"), true
	case 4:
		lines, t.key = append(lines, id+" int PRIMARY KEY DEFERRABLE"), false
	case 5:
		lines = append(lines, id+" int")
	}
	t.columns = append(t.columns, column{id, "g"})
	lines = append(lines, g.columns(t, 1+g.IntN(6))...)
	lines = append(lines, g.constraints(t)...)
	unlogged := ""
	if g.chance(10) {
		unlogged, t.unlogged = "UNLOGGED ", true
	}
	g.say("CREATE %sTABLE %s (%s)%s;", unlogged, t.name, strings.Join(lines, ", "), pick(g, "", "", "", " WITH (fillfactor = 70)", " WITH (autovacuum_enabled = false)"))
	if g.chance(15) {
		g.say("ALTER TABLE %s ADD COLUMN gone int; ALTER TABLE %[1]s DROP COLUMN gone;", t.name)
	}
	g.fill(t)
	g.afterRows(t)
	g.tables = append(g.tables, t)
}

// rows returns the number of rows of a table. Tables with many rows take longer to copy
// than the tables that they read.
func (g *generator) rows() int {
	if g.pair {
		return pick(g, 0, 1, 5, 40, 200)
	}
	if g.chance(12) {
		return 3000 + g.IntN(3000)
	}
	return pick(g, 0, 1, 5, 40, 200, 200, 600)
}

// columns adds columns to t and returns their definitions.
func (g *generator) columns(t *table, n int) (lines []string) {
	for range n {
		name := g.name(pick(g, "c", "C", "select", "_"))
		typ := g.anyType()
		value := typ.value
		extra := ""
		nullable := !strings.Contains(typ.sql, "fdom")
		if nullable && g.chance(40) {
			value = fmt.Sprintf("CASE WHEN g %% %d = 0 THEN NULL ELSE %s END", 2+g.IntN(6), value)
		} else if g.chance(20) && typ.sql != "text" {
			extra += " NOT NULL"
		}
		if typ.sql == "text" && g.chance(30) {
			extra += " DEFAULT " + pick(g, "'x CHECK ('", literal(`a\b'c`), "md5('x')")
		}
		if typ.sql == "int" && g.chance(40) {
			extra += " DEFAULT " + pick(g, g.read("1"), "-1", "7")
		}
		lines = append(lines, name+" "+typ.sql+extra)
		t.columns = append(t.columns, column{name, value})
	}
	if g.chance(45) {
		name := g.name(pick(g, "g", "gen DEFAULT "))
		lines = append(lines, fmt.Sprintf("%s int GENERATED ALWAYS AS (%s) STORED", name, pick(g, g.read(t.columns[0].name+"::int"), g.read("length(' DEFAULT ') + "+t.columns[0].name+"::int"), t.columns[0].name+"::int + 1")))
		t.columns = append(t.columns, column{name, ""})
	}
	return lines
}

// constraints returns constraints of a table that its rows satisfy.
func (g *generator) constraints(t *table) (lines []string) {
	id := t.columns[0].name
	if g.chance(35) {
		lines = append(lines, fmt.Sprintf("CONSTRAINT %s CHECK (%s)", g.name("ck"), pick(g, g.read(id+"::int")+" > 0", g.read(id+"::int")+" IS NOT NULL", id+" > -1", "('x DEFAULT y' <> '')")))
	}
	if g.chance(20) {
		lines = append(lines, fmt.Sprintf("CONSTRAINT %s EXCLUDE USING gist (int4range(%s::int, %[2]s::int, '[]') WITH &&)%s", g.name("ex"), id, pick(g, "", " DEFERRABLE INITIALLY DEFERRED", " WHERE ("+id+" > 3)")))
	}
	if g.chance(15) {
		lines = append(lines, fmt.Sprintf("CONSTRAINT %s EXCLUDE USING btree ((%s) WITH =)", g.name("ex"), g.read(id+"::int")+" + 100000 * "+id+"::int"))
	}
	return lines
}

// fill inserts the rows of t.
func (g *generator) fill(t *table) {
	var names, values []string
	for _, c := range t.columns {
		if c.value != "" {
			names, values = append(names, c.name), append(values, c.value)
		}
	}
	g.say("INSERT INTO %s (%s) SELECT %s FROM generate_series(1, %d) g;", t.name, strings.Join(names, ", "), strings.Join(values, ", "), t.rows)
}

// afterRows changes a table after its rows are inserted.
func (g *generator) afterRows(t *table) {
	id := t.columns[0].name
	if g.chance(20) {
		g.later = append(g.later, fmt.Sprintf("ALTER TABLE %s ADD CONSTRAINT %s CHECK (%s < 2) NOT VALID;", t.name, g.name("nv"), id))
	}
	if g.chance(30) {
		g.comment("TABLE " + t.name)
	}
	if g.chance(30) {
		g.comment("COLUMN " + t.name + "." + pick(g, t.columns...).name)
	}
	if g.chance(10) {
		g.say("ALTER TABLE %s ALTER COLUMN %s SET STATISTICS %d;", t.name, id, 1+g.IntN(500))
	}
	if g.chance(10) {
		g.say("ALTER TABLE %s ALTER COLUMN %s SET (n_distinct = 5);", t.name, id)
	}
	if g.chance(10) {
		g.say("ALTER TABLE %s REPLICA IDENTITY FULL;", t.name)
	}
	if g.chance(20) {
		g.say("GRANT SELECT ON %s TO reader;", t.name)
	}
	if g.chance(10) {
		g.say("UPDATE %s SET %s = %[2]s WHERE %[2]s < 5;", t.name, id)
	}
}

// partitioned creates a partitioned table, by list, range or hash, with one or two
// levels.
func (g *generator) partitioned() {
	t := &table{name: g.in(g.after("p", "d")), rows: 50 + g.IntN(400), parts: true}
	id, k := g.name("id"), g.name("k")
	t.columns = []column{{id, "g"}, {k, "g % 7"}}
	lines := []string{id + " int", k + " int"}
	lines = append(lines, g.columns(t, g.IntN(3))...)
	by, keyed := k, g.chance(40)
	if !keyed && g.chance(40) {
		by = "(" + g.read(k) + ")"
	}
	if keyed {
		lines = append(lines, fmt.Sprintf("PRIMARY KEY (%s, %s)", id, k))
	} else {
		lines = append(lines, g.constraints(&table{columns: t.columns})...)
		lines = slices.DeleteFunc(lines, func(l string) bool { return strings.Contains(l, "EXCLUDE") })
	}
	body := strings.Join(lines, ", ")
	part := func() string { return g.in(g.after("p", "q", "b")) }
	switch g.IntN(3) {
	case 0:
		g.say("CREATE TABLE %s (%s) PARTITION BY LIST (%s);", t.name, body, by)
		g.say("CREATE TABLE %s PARTITION OF %s FOR VALUES IN (1, 2, 3, NULL);", part(), t.name)
		g.say("CREATE TABLE %s PARTITION OF %s FOR VALUES IN (%s);", part(), t.name, pick(g, "4", "6", "9"))
		g.subpartitioned(t.name, part(), id)
	case 1:
		g.say("CREATE TABLE %s (%s) PARTITION BY RANGE (%s);", t.name, body, by)
		g.say("CREATE TABLE %s PARTITION OF %s FOR VALUES FROM (MINVALUE) TO (3);", part(), t.name)
		g.say("CREATE TABLE %s PARTITION OF %s FOR VALUES FROM (3) TO (6);", part(), t.name)
		g.subpartitioned(t.name, part(), id)
	case 2:
		if !keyed && len(g.hashes) > 0 {
			by += pick(g, g.hashes...)
		}
		g.say("CREATE TABLE %s (%s) PARTITION BY HASH (%s);", t.name, body, by)
		for r := range 3 {
			g.say("CREATE TABLE %s PARTITION OF %s FOR VALUES WITH (MODULUS 3, REMAINDER %d);", part(), t.name, r)
		}
	}
	g.fill(t)
	if g.chance(40) {
		g.say("CREATE INDEX %s ON ONLY %s (%s);", g.name("only"), t.name, k) // the index is not valid
	}
	if g.chance(40) {
		g.say("CREATE INDEX %s ON %s (%s);", g.name("parted"), t.name, pick(g, k, id+" DESC", "("+g.read(k)+")"))
	}
	g.tables = append(g.tables, t)
}

// subpartitioned creates the default partition, which may be partitioned itself.
func (g *generator) subpartitioned(of, name, id string) {
	if g.chance(50) {
		g.say("CREATE TABLE %s PARTITION OF %s DEFAULT;", name, of)
		return
	}
	g.say("CREATE TABLE %s PARTITION OF %s DEFAULT PARTITION BY HASH (%s);", name, of, id)
	for r := range 2 {
		g.say("CREATE TABLE %s PARTITION OF %s FOR VALUES WITH (MODULUS 2, REMAINDER %d);", g.in("s"), name, r)
	}
}

// inherited creates a parent and a child, which has an additional column and check.
func (g *generator) inherited() {
	parent, child := &table{name: g.in("h"), rows: 20}, &table{name: g.in("h"), rows: 60}
	id := g.name("id")
	parent.columns = []column{{id, "g"}}
	lines := append([]string{id + " int NOT NULL"}, g.columns(parent, 2)...)
	g.say("CREATE TABLE %s (%s);", parent.name, strings.Join(append(lines, g.constraints(parent)...), ", "))
	child.columns = slices.Clone(parent.columns)
	extra := g.name("own")
	child.columns = append(child.columns, column{extra, "g % 9"})
	g.say("CREATE TABLE %s (%s int DEFAULT 4, CHECK (%s IS NOT NULL)) INHERITS (%s);", child.name, extra, g.read(extra), parent.name)
	g.fill(parent)
	g.fill(child)
	if g.chance(30) {
		g.say("ALTER TABLE ONLY %s ALTER COLUMN %s SET DEFAULT 99;", child.name, id)
	}
	if g.chance(30) {
		g.say("ALTER TABLE %s ADD CONSTRAINT %s CHECK (%s > -9) NO INHERIT;", parent.name, g.name("ni"), id)
	}
	g.tables = append(g.tables, parent, child)
}

// odd creates unusual tables.
func (g *generator) odd() {
	n := g.in("none")
	g.say("CREATE TABLE %s (); INSERT INTO %[1]s DEFAULT VALUES; INSERT INTO %[1]s DEFAULT VALUES;", n)
	typ, of := g.in("row"), g.in("typed")
	g.say("CREATE TYPE %s AS (x int, y text); CREATE TABLE %s OF %[1]s (x WITH OPTIONS PRIMARY KEY); INSERT INTO %[2]s VALUES (1, 'y'), (2, NULL);", typ, of)
	row, user := g.in("a"), g.in("rows")
	g.say("CREATE TABLE %s (a int, b text); INSERT INTO %[1]s VALUES (1, 'b');", row)
	g.say("CREATE TABLE %s (r %s, rs %[2]s[]); INSERT INTO %[1]s SELECT ROW(g, 'x')::%[2]s, ARRAY[ROW(g, NULL)::%[2]s] FROM generate_series(1, 30) g;", user, row)
	g.say("CREATE TABLE %s (a int, b int GENERATED ALWAYS AS (1) STORED); INSERT INTO %[1]s SELECT g FROM generate_series(1, 9) g; ALTER TABLE %[1]s DROP COLUMN a;", g.in("onlygen"))
}

// extension creates an extension whose tables contain rows that belong to the database.
func (g *generator) extension() {
	g.say("CREATE EXTENSION oracle_settings;")
	g.say("INSERT INTO oracle_settings.regions SELECT g, 'region ' || g, repeat('p', %d) FROM generate_series(1, 400) g;", g.IntN(200))
	g.say("INSERT INTO oracle_settings.areas (region, parent) SELECT g, CASE WHEN g > 1 THEN 2 END FROM generate_series(1, 300) g;")
	if g.chance(50) {
		t := "public." + g.name("uses")
		g.say("CREATE TABLE %s (region int REFERENCES oracle_settings.regions, pad text, CHECK (oracle_settings.region(region) IS NOT NULL));", t)
		g.say("INSERT INTO %s SELECT g, repeat('p', 50) FROM generate_series(1, 350) g;", t)
	}
	if g.chance(50) {
		g.say("CREATE EXTENSION %s;", pick(g, "citext", "hstore", "pg_trgm", "btree_gist"))
	}
}
