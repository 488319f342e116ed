package oracle

import (
	"fmt"
	"strings"
)

// keyed returns the tables with a key and rows.
func (g *generator) keyed() (keyed []*table) {
	for _, t := range g.tables {
		if t.key && t.rows > 0 && !t.unlogged {
			keyed = append(keyed, t)
		}
	}
	return keyed
}

// foreignKeys adds foreign keys: between tables, from a table to itself, deferrable ones,
// and some that rows violate.
func (g *generator) foreignKeys() {
	keyed := g.keyed()
	if len(keyed) == 0 {
		return
	}
	for range g.IntN(6) {
		from, to := pick(g, g.tables...), pick(g, keyed...)
		c, id := g.name("ref"), from.columns[0].name
		g.say("ALTER TABLE %s ADD COLUMN %s bigint;", from.name, c)
		g.say("UPDATE %s SET %s = 1 + %s %% %d WHERE %[3]s %% 3 > 0;", from.name, c, id, to.rows)
		suffix := pick(g, "", "", " DEFERRABLE", " DEFERRABLE INITIALLY DEFERRED", " ON DELETE CASCADE", " MATCH FULL ON UPDATE SET NULL")
		if g.chance(25) && !from.parts {
			g.say("UPDATE %s SET %s = -1 WHERE %s %% 3 = 0;", from.name, c, id)
			suffix += " NOT VALID"
		}
		fk := g.name("fk")
		g.say("ALTER TABLE %s ADD CONSTRAINT %s FOREIGN KEY (%s) REFERENCES %s (%s)%s;", from.name, fk, c, to.name, to.columns[0].name, suffix)
		if g.chance(20) {
			g.comment(fmt.Sprintf("CONSTRAINT %s ON %s", fk, from.name))
		}
	}
}

// index creates an index on a table.
func (g *generator) index() {
	t := pick(g, g.tables...)
	id, n := t.columns[0].name, g.name("ix")
	var what string
	switch g.IntN(9) {
	case 8:
		what = "((" + id + "::int)"
		if len(g.classes) > 0 {
			what += " " + pick(g, g.classes...)
		}
		what += ")"
	case 0:
		what = "((" + g.read(id+"::int") + "))"
	case 1:
		what = "(" + id + ") WHERE " + g.read(id+"::int") + " > 30"
	case 2:
		what = fmt.Sprintf("USING brin (%s) WITH (pages_per_range = 4)", id)
	case 3:
		what = fmt.Sprintf("USING hash (%s)", id)
	case 4:
		what = fmt.Sprintf("(%s DESC NULLS LAST) INCLUDE (%[1]s) WITH (fillfactor = 60)", id)
	case 5:
		what = fmt.Sprintf("((%s::text || %s) text_pattern_ops)", id, literal(`a\b'`))
	case 6:
		what = fmt.Sprintf("(%s) WHERE %[1]s::text ~ %s", id, literal(`^\d+$`))
	case 7:
		what = fmt.Sprintf("USING gist (int4range(%s::int, %[1]s::int + 3))", id)
	}
	g.say("CREATE INDEX %s ON %s %s;", n, t.name, what)
	schema, _ := split(t.name)
	if g.chance(20) {
		g.comment("INDEX " + schema + "." + n)
	}
	if g.chance(30) && !t.parts && t.key {
		unique := g.name("ux")
		g.say("CREATE UNIQUE INDEX %s ON %s (%s)%s;", unique, t.name, id, map[bool]string{true: pick(g, "", " NULLS NOT DISTINCT")}[g.major >= 15])
		if g.chance(50) {
			g.say("ALTER TABLE %s CLUSTER ON %s;", t.name, unique)
		}
		if g.chance(50) {
			g.say("ALTER TABLE %s ALTER COLUMN %s SET NOT NULL; ALTER TABLE %[1]s REPLICA IDENTITY USING INDEX %[3]s;", t.name, id, unique)
		}
	}
}

// statistics creates extended statistics.
func (g *generator) statistics() {
	t := pick(g, g.tables...)
	id, n := t.columns[0].name, g.in("st")
	g.say("CREATE STATISTICS %s ON (%s), %s FROM %s;", n, pick(g, g.read(id+"::int"), "length("+id+"::text || "+literal(`\`)+")", id+"::int % 5"), id, t.name)
	if g.chance(40) {
		g.say("ALTER STATISTICS %s SET STATISTICS 50;", n)
	}
	if g.chance(40) {
		g.comment("STATISTICS " + n)
	}
}

// view creates a view with a column n over a table, a view or a function.
func (g *generator) view() {
	v := g.in("view")
	t := pick(g, g.tables...)
	id := t.columns[0].name
	switch {
	case len(g.views) > 0 && g.chance(40):
		g.say("CREATE VIEW %s AS SELECT a.n FROM %s a JOIN %s b USING (n);", v, pick(g, g.views...), pick(g, g.views...))
	case g.chance(30):
		g.say("CREATE VIEW %s WITH (security_barrier = true) AS SELECT %s::bigint AS n FROM %s WHERE %s > 1;", v, g.read(id+"::int"), t.name, id)
	case t.key && g.chance(50): // needs the primary key, if there is one
		g.say("CREATE VIEW %s AS SELECT %s::bigint AS n, count(*) AS many FROM %s GROUP BY %[2]s;", v, id, t.name)
	default:
		g.say("CREATE VIEW %[1]s (n) AS SELECT %[2]s FROM %[3]s WHERE %[2]s::text ~ %[4]s WITH CHECK OPTION;", v, id, t.name, literal(`^\d`))
	}
	if g.chance(30) {
		g.comment("VIEW " + v)
	}
	g.views = append(g.views, v)
}

// materialized creates a materialized view with a column n, possibly over another one
// behind a function. Its name sorts after those of the others: pg_restore refreshes them
// in this order if it knows of no dependency.
func (g *generator) materialized() {
	m := "public." + g.name(fmt.Sprintf("m%02d", len(g.matviews)))
	t := pick(g, g.tables...)
	id := t.columns[0].name
	slow := ""
	if !g.pair && g.chance(40) {
		slow = ", (SELECT pg_sleep(0.05) IS NULL) AS slow"
	}
	switch {
	case len(g.matviews) > 0 && g.chance(50):
		f := g.in("mf")
		query := "SELECT count(*) + coalesce(sum(n), 0)::bigint FROM " + pick(g, g.matviews...)
		switch g.IntN(3) {
		case 0:
			g.say("CREATE FUNCTION %s() RETURNS bigint LANGUAGE plpgsql STABLE AS $body$BEGIN RETURN (%s); END$body$;", f, query)
		case 1:
			g.say("CREATE FUNCTION %s() RETURNS bigint LANGUAGE plpgsql AS $body$DECLARE r bigint; BEGIN EXECUTE $q$%s$q$ INTO r; RETURN r; END$body$;", f, query)
		case 2:
			g.say("CREATE FUNCTION %s() RETURNS bigint LANGUAGE sql STABLE AS $body$%s$body$;", f, query)
		}
		g.say("CREATE MATERIALIZED VIEW %s AS SELECT %s() AS n%s;", m, f, slow)
	case len(g.matviews) > 0 && g.chance(40):
		g.say("CREATE MATERIALIZED VIEW %s AS SELECT max(n) + 1 AS n%s FROM %s;", m, slow, pick(g, g.matviews...))
	case len(g.views) > 0 && g.chance(40):
		g.say("CREATE MATERIALIZED VIEW %s AS SELECT DISTINCT n%s FROM %s;", m, slow, pick(g, g.views...))
	default:
		g.say("CREATE MATERIALIZED VIEW %s AS SELECT DISTINCT %s::bigint AS n%s FROM %s;", m, pick(g, id, g.read(id+"::int")), slow, t.name)
	}
	if g.chance(50) {
		g.say("CREATE UNIQUE INDEX %s ON %s (n);", g.name("mx"), m)
	}
	if g.chance(30) {
		g.comment("MATERIALIZED VIEW " + m)
	}
	g.matviews = append(g.matviews, m)
	if g.chance(20) {
		g.say("CREATE MATERIALIZED VIEW public.%s AS SELECT 1 AS one FROM %s WITH NO DATA;", g.name("m"), m)
	}
}

// trigger creates a trigger that would change or refuse rows.
func (g *generator) trigger() {
	t := pick(g, g.tables...)
	f, n := g.in("tf"), g.name("tr")
	unless := ""
	if g.pair { // only the changes may fire it
		unless = "IF current_setting('oracle.open', true) = 'yes' THEN RETURN NEW; END IF; "
	}
	g.say("CREATE FUNCTION %s() RETURNS trigger LANGUAGE plpgsql AS $body$BEGIN %sRAISE EXCEPTION 'closed'; END$body$;", f, unless)
	switch {
	case g.chance(20) && !t.parts:
		g.say("CREATE CONSTRAINT TRIGGER %s AFTER INSERT OR UPDATE ON %s DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION %s();", n, t.name, f)
	case g.chance(20):
		g.say("CREATE TRIGGER %s AFTER INSERT ON %s REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION %s(%s);", n, t.name, f, literal(`an \ 'argument'`))
	default:
		g.say("CREATE TRIGGER %s BEFORE INSERT OR UPDATE ON %s FOR EACH ROW WHEN (NEW.%s IS NOT NULL) EXECUTE FUNCTION %s();", n, t.name, t.columns[0].name, f)
	}
	if state := pick(g, "", "DISABLE", "ENABLE ALWAYS", "ENABLE REPLICA"); state != "" {
		g.say("ALTER TABLE %s %s TRIGGER %s;", t.name, state, n)
	}
	if g.chance(30) {
		g.comment(fmt.Sprintf("TRIGGER %s ON %s", n, t.name))
	}
}

// rule creates a rule.
func (g *generator) rule() {
	t, n := pick(g, g.tables...), g.name("ru")
	g.say("CREATE RULE %s AS ON %s TO %s WHERE OLD.%s < 0 DO INSTEAD NOTHING;", n, pick(g, "UPDATE", "DELETE"), t.name, t.columns[0].name)
	if g.chance(40) {
		g.say("CREATE RULE %s AS ON INSERT TO %s DO ALSO NOTIFY inserted;", g.name("ru"), t.name)
	}
	if g.chance(30) {
		g.say("ALTER TABLE %s %s RULE %s;", t.name, pick(g, "DISABLE", "ENABLE ALWAYS"), n)
	}
}

// policy creates a row security policy.
func (g *generator) policy() {
	t, n := pick(g, g.tables...), g.name("po")
	id := t.columns[0].name
	g.say("CREATE POLICY %s ON %s %sUSING (%s);", n, t.name, pick(g, "", "AS RESTRICTIVE ", "FOR SELECT ", "TO reader "), pick(g, g.read(id+"::int")+" > 0", "false"))
	if g.chance(60) {
		g.say("ALTER TABLE %s ENABLE ROW LEVEL SECURITY;", t.name)
	}
	if g.chance(40) {
		g.say("ALTER TABLE %s FORCE ROW LEVEL SECURITY;", t.name)
	}
}

// sequences creates sequences with unusual options.
func (g *generator) sequences() {
	for range g.IntN(4) {
		s := g.in("seq")
		g.say("CREATE SEQUENCE %s %s;", s, pick(g, "INCREMENT BY -3 MINVALUE -100 MAXVALUE 50 START WITH 50 CYCLE", "AS smallint START WITH 7", "CACHE 20", "INCREMENT BY 1000000 START WITH -9223372036854775808 MINVALUE -9223372036854775808"))
		switch g.IntN(3) {
		case 0:
			g.say("SELECT nextval(%s), nextval(%[1]s);", literal(s))
		case 1:
			g.say("SELECT setval(%s, 42, false);", literal(s))
		}
		if g.chance(30) {
			t := pick(g, g.tables...)
			if schema, _ := split(s); strings.HasPrefix(t.name, schema+".") {
				g.say("ALTER SEQUENCE %s OWNED BY %s.%s;", s, t.name, t.columns[0].name)
			}
		}
	}
}

// largeObjects creates large objects.
func (g *generator) largeObjects() {
	for i := range g.IntN(4) {
		oid := 5000 + i
		g.say("SELECT lo_from_bytea(%d, %s);", oid, pick(g, "''", "decode(repeat('00ff5c0a', 100), 'hex')", "decode(repeat(md5('x'), 30000), 'hex')"))
		if g.chance(50) {
			g.comment(fmt.Sprintf("LARGE OBJECT %d", oid))
		}
		if g.chance(50) {
			g.say("GRANT SELECT ON LARGE OBJECT %d TO reader;", oid)
		}
	}
}

// publication creates a publication.
func (g *generator) publication() {
	t := pick(g, g.tables...)
	for t.unlogged {
		t = pick(g, g.tables...)
	}
	n := g.name("pub")
	what := pick(g, "ALL TABLES", "TABLE "+t.name, fmt.Sprintf("TABLE %s WHERE (%s IS NOT NULL)", t.name, t.columns[0].name), "TABLES IN SCHEMA "+pick(g, g.schemas...))
	if g.major < 15 {
		what = "TABLE " + t.name
	}
	g.say("CREATE PUBLICATION %s FOR %s WITH (%s);", n, what,
		pick(g, "publish = 'insert'", "publish_via_partition_root = true"))
	if g.chance(30) {
		g.comment("PUBLICATION " + n)
	}
}

// privileges grants privileges, which a restore leaves out.
func (g *generator) privileges() {
	g.say("ALTER DEFAULT PRIVILEGES IN SCHEMA %s GRANT SELECT ON TABLES TO reader;", pick(g, g.schemas...))
	g.say("ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;")
	g.say("GRANT USAGE ON SCHEMA %s TO reader;", pick(g, g.schemas...))
	t := pick(g, g.tables...)
	g.say("ALTER TABLE %s OWNER TO reader;", t.name)
}

// eventTrigger creates an event trigger that records which views are refreshed, and one
// that refuses statements that no restore runs.
func (g *generator) eventTrigger() {
	log, f, n := g.in("log"), g.in("ef"), g.name("et")
	g.say("CREATE TABLE %s (tag text);", log)
	g.say("CREATE FUNCTION %s() RETURNS event_trigger LANGUAGE plpgsql AS $body$BEGIN INSERT INTO %s VALUES (tg_tag); END$body$;", f, log)
	g.say("CREATE EVENT TRIGGER %s ON ddl_command_end WHEN TAG IN ('REFRESH MATERIALIZED VIEW', 'CREATE INDEX', 'ALTER TABLE', 'COMMENT') EXECUTE FUNCTION %s();", n, f)
	if g.chance(40) {
		g.say("ALTER EVENT TRIGGER %s %s;", n, pick(g, "DISABLE", "ENABLE ALWAYS", "ENABLE REPLICA"))
	}
	if g.chance(40) {
		g.comment("EVENT TRIGGER " + n)
	}
}

// foreignTables creates tables on another server, which is this one through another
// connection: a restore that reads from it would succeed. User mappings exist only for
// the role that dumps, and are left out of a restore.
func (g *generator) foreignTables() {
	server := g.name("server")
	g.say("CREATE EXTENSION postgres_fdw;")
	g.say("CREATE SERVER %s FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host :'HOST', port :'PORT', dbname 'postgres', updatable 'false');", server)
	g.say("CREATE USER MAPPING FOR postgres SERVER %s OPTIONS (user 'postgres');", server)
	t := g.in("far")
	g.say("CREATE FOREIGN TABLE %s (rolname text COLLATE \"C\" NOT NULL, n int DEFAULT 3 CHECK (n > 0)) SERVER %s OPTIONS (schema_name 'pg_catalog', table_name 'pg_roles');", t, server)
	if g.chance(60) {
		whole := g.in("whole")
		g.say("CREATE TABLE %s (id int, y int) PARTITION BY LIST (y);", whole)
		g.say("CREATE TABLE %s PARTITION OF %s FOR VALUES IN (1);", g.in("near"), whole)
		g.say("CREATE FOREIGN TABLE %s PARTITION OF %s FOR VALUES IN (2) SERVER %s;", g.in("far"), whole, server)
		g.say("INSERT INTO %s SELECT g, 1 FROM generate_series(1, 50) g;", whole)
	}
	if g.chance(60) {
		parent := g.in("parent")
		g.say("CREATE TABLE %s (a int); INSERT INTO %[1]s VALUES (1), (2);", parent)
		g.say("CREATE FOREIGN TABLE %s () INHERITS (%s) SERVER %s;", g.in("far"), parent, server)
	}
	if g.chance(60) {
		g.say("CREATE VIEW %s AS SELECT rolname, n FROM %s;", g.in("v"), t)
	}
}
