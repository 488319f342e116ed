package oracle

import (
	"fmt"
	"slices"
)

// changes returns SQL that changes the database. Statements that fail are harmless: the
// SQL runs without ON_ERROR_STOP.
func (p *pair) changes() string {
	g := p.generator
	p.schema, p.objects = false, false
	g.say("SET client_min_messages = warning; SET synchronous_commit = off; SET search_path = public; SET session_replication_role = origin; SET oracle.open = 'yes';")
	n := pick(g, 0, 3, 6, 10)
	for range n {
		p.rowChange(pick(g, g.tables...))
	}
	if n > 0 {
		g.Shuffle(len(p.changed), func(i, j int) { p.changed[i], p.changed[j] = p.changed[j], p.changed[i] })
		for _, change := range p.changed[:g.IntN(len(p.changed)+1)] {
			change()
		}
	}
	if g.chance(60) {
		r := g.IntN(3)
		g.say("SELECT setval(s.oid::regclass, greatest(seqmin, least(seqmax, seqstart + %d * seqincrement)), %t) FROM pg_sequence JOIN pg_class s ON s.oid = seqrelid WHERE length(relname) %% 3 = %d;", g.IntN(50), g.chance(50), r)
	}
	if g.chance(20) {
		// Name each table: VACUUM FULL alone would lock the tables that all databases
		// share.
		g.say("SELECT format('VACUUM FULL %%s', oid::regclass) FROM pg_class WHERE relkind IN ('r', 'm') AND oid >= 16384 AND relnamespace::regnamespace::text !~ '^pg_' ORDER BY relname \\gexec")
	}
	if g.chance(20) {
		g.say("CLUSTER;")
	}
	if g.chance(5) {
		p.objects = true
		g.say("%s", pick(g, "SELECT lo_put(5000, 2, 'changed');", "SELECT lo_unlink(5000);", "SELECT lo_from_bytea(5100, 'new');", "SELECT lo_truncate(lo_open(5000, 131072), 1);"))
	}
	if g.chance(9) {
		p.schema = true
		for range 1 + g.IntN(3) {
			p.schemaChange()
		}
	}
	return g.take()
}

// rowChange changes rows of a table.
func (p *pair) rowChange(t *table) {
	g := p.generator
	id := t.columns[0].name
	values := slices.DeleteFunc(slices.Clone(t.columns), func(c column) bool { return c.value == "" })
	switch g.IntN(11) {
	case 0, 1:
		n := t.rows
		t.rows += 1 + g.IntN(20)
		names, exprs := id, values[0].value
		for _, c := range values[1:] {
			names, exprs = names+", "+c.name, exprs+", "+c.value
		}
		g.say("INSERT INTO %s (%s) SELECT %s FROM generate_series(%d, %d) g;", t.name, names, exprs, n+1, t.rows)
	case 2, 3, 4:
		c := pick(g, values...)
		if c.name == id {
			g.say("UPDATE %s SET %s = %[2]s WHERE %[2]s %% 2 = 0;", t.name, id)
			return
		}
		step := 2 + g.IntN(12)
		g.say("UPDATE %s SET %s = o.v FROM (SELECT g - 1000 AS o, %s AS v FROM generate_series(1001, 1200) g) o WHERE o.o = %s AND %[4]s %% %d = 0;", t.name, c.name, c.value, id, step)
	case 5:
		g.say("UPDATE %s SET %s = NULL WHERE %s %% 3 = 0;", t.name, pick(g, values...).name, id)
	case 6, 7:
		g.say("DELETE FROM %s WHERE %s %% %d = 0;", t.name, id, 2+g.IntN(10))
	case 8:
		if g.chance(30) {
			g.say("TRUNCATE %s%s;", t.name, pick(g, "", " RESTART IDENTITY", " CASCADE"))
		} else {
			g.say("DELETE FROM %s WHERE %s > %d;", t.name, id, t.rows/2)
		}
	case 9:
		g.say("UPDATE %s SET %s = %[2]s + 100000 WHERE %[2]s %% 11 = 0;", t.name, id)
	case 10:
		if t.parts {
			g.say("UPDATE %s SET %s = (%[2]s + 1) %% 7 WHERE %s %% 4 = 0;", t.name, t.columns[1].name, id)
		} else {
			g.say("VACUUM FULL %s;", t.name)
		}
	}
}

// schemaChange changes the schema, or changes it and then changes it back.
func (p *pair) schemaChange() {
	g := p.generator
	t := pick(g, g.tables...)
	last := t.columns[len(t.columns)-1].name
	schema, _ := split(t.name)
	g.say("%s", pick(g,
		fmt.Sprintf("ALTER TABLE %s ADD COLUMN %s %s;", t.name, g.name("added"), pick(g, "int", "int DEFAULT 7", "text NOT NULL DEFAULT 'x'", "int GENERATED ALWAYS AS (3) STORED")),
		fmt.Sprintf("ALTER TABLE %s DROP COLUMN %s CASCADE;", t.name, last),
		fmt.Sprintf("DROP TABLE %s CASCADE;", t.name),
		fmt.Sprintf("ALTER TABLE %s RENAME TO %s;", t.name, g.name("renamed")),
		fmt.Sprintf("ALTER TABLE %s ALTER COLUMN %s TYPE text USING %[2]s::text;", t.name, last),
		fmt.Sprintf("ALTER TABLE %s RENAME COLUMN %s TO %s;", t.name, last, g.name("renamed")),
		fmt.Sprintf("CREATE INDEX %s ON %s (%s);", g.name("ix"), t.name, t.columns[0].name),
		fmt.Sprintf("COMMENT ON TABLE %s IS 'a new comment';", t.name),
		fmt.Sprintf("ALTER TABLE %s ADD CONSTRAINT %s CHECK (%s > -100) NOT VALID;", t.name, g.name("ck"), t.columns[0].name),
		fmt.Sprintf("ALTER TABLE %s DISABLE TRIGGER USER;", t.name),
		fmt.Sprintf("ALTER TABLE %s SET (fillfactor = 55);", t.name),
		fmt.Sprintf("ALTER TABLE %s FORCE ROW LEVEL SECURITY;", t.name),
		fmt.Sprintf("CREATE TABLE %s.%s (id int PRIMARY KEY, t text); INSERT INTO %[1]s.%[2]s VALUES (1, 'new');", schema, g.name("new")),
		fmt.Sprintf("CREATE VIEW %s.%s AS SELECT * FROM %s;", schema, g.name("newview"), t.name),
		fmt.Sprintf("CREATE SEQUENCE %s.%s;", schema, g.name("newseq")),
		fmt.Sprintf("CREATE STATISTICS %s.%s ON %s, (%[3]s + 1) FROM %s;", schema, g.name("newst"), t.columns[0].name, t.name),
		fmt.Sprintf("GRANT SELECT ON %s TO reader;", t.name),
		fmt.Sprintf("ALTER TABLE %s ALTER COLUMN %s SET STATISTICS 77;", t.name, t.columns[0].name),
		fmt.Sprintf("CREATE TABLE %s (LIKE %s); ALTER TABLE %[2]s ATTACH PARTITION %[1]s FOR VALUES IN (12345);", g.in("att"), t.name),
		fmt.Sprintf("CREATE TABLE %s (LIKE %s); ALTER TABLE %[2]s ATTACH PARTITION %[1]s FOR VALUES FROM (12345) TO (12346);", g.in("att"), t.name),
		"CREATE SCHEMA newschema; CREATE TYPE newschema.mood AS ENUM ('a');",
		"DO $do$DECLARE c record; BEGIN FOR c IN SELECT conrelid::regclass AS t, conname FROM pg_constraint WHERE NOT convalidated AND contype IN ('c', 'f') LOOP BEGIN EXECUTE format('ALTER TABLE %s VALIDATE CONSTRAINT %I', c.t, c.conname); EXCEPTION WHEN OTHERS THEN NULL; END; END LOOP; END$do$;",
		"DO $do$DECLARE d text; BEGIN FOR d IN SELECT pg_get_indexdef(indexrelid) || ';' || indexrelid::regclass FROM pg_index JOIN pg_class c ON c.oid = indexrelid WHERE c.oid >= 16384 AND NOT indisunique LIMIT 1 LOOP EXECUTE 'DROP INDEX ' || split_part(d, ';', 2); END LOOP; END$do$;",
	))
	// The schema is the same again.
	if g.chance(30) {
		c := g.name("short")
		g.say("ALTER TABLE %s ADD COLUMN %s int; ALTER TABLE %[1]s DROP COLUMN %[2]s;", t.name, c)
	}
}
