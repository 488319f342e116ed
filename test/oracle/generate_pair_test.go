package oracle

import (
	"fmt"
	"math/rand/v2"
)

// A pair is a random database that is dumped, changed and dumped again, once or more often.
type pair struct {
	*generator
	in      input
	reading bool   // functions in checks or indexes read tables: not refreshed by design
	server  bool   // needs a superuser
	masked  string // how it is masked: "", "seed" or "no seed"
	changed []func()

	// Set by changes.
	schema  bool // the schema may have changed
	objects bool // large objects may have changed
}

// generatePair creates a random database to be changed. Unlike generate, it is small, and
// most of its functions do not read tables.
func generatePair(seed uint64, major int) *pair {
	g := &generator{major: major, Rand: rand.New(rand.NewPCG(seed, 16)), taken: map[string]bool{}, encoding: "UTF8", pair: true}
	p := &pair{generator: g}
	if g.chance(15) {
		g.encoding = pick(g, "LATIN1", "SQL_ASCII")
	}
	g.say("SET client_min_messages = warning; SET synchronous_commit = off;")
	g.database()
	g.makeSchemas()
	g.makeTypes()
	g.reads = []string{"abs(" + argument + ")", "(" + argument + " + 1)", "length((" + argument + ")::text)"}
	if p.reading = g.chance(4); p.reading {
		g.lookup()
	}
	for range 2 + g.IntN(3) {
		g.table()
	}
	for range g.IntN(3) {
		g.partitioned()
	}
	if g.chance(30) {
		g.inherited()
	}
	if g.chance(20) {
		g.odd()
	}
	if g.chance(3) {
		p.server, p.reading = true, true // the extension's rows are copied by its own rules
		g.extension()
	}
	g.foreignKeys()
	for range 1 + g.IntN(4) {
		g.index()
	}
	for range g.IntN(2) {
		g.statistics()
	}
	for range g.IntN(3) {
		g.view()
	}
	if g.chance(50) {
		g.materialized()
	}
	for range g.IntN(4) {
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
	if g.chance(20) {
		g.privileges()
	}
	if g.chance(2) {
		p.server, p.reading = true, true
		g.eventTrigger()
	}
	p.keys()
	for range 2 {
		pick(g, p.family, p.swapped, p.wide, p.parts, p.noted, p.generatedKey, p.views, p.notValid)()
	}
	large := seed%8 == 0
	if large {
		g.say("CREATE TABLE public.large (i int PRIMARY KEY, t text);")
		g.say("INSERT INTO public.large SELECT i, repeat(md5(i::text), 30) FROM generate_series(1, 10000) i;")
		p.onChange(
			"UPDATE public.large SET t = 'short' WHERE i BETWEEN 1000 AND 1020;",
			"DELETE FROM public.large WHERE i BETWEEN 5000 AND 5100;",
			"INSERT INTO public.large SELECT i, md5(i::text) FROM generate_series(20001, 20100) i ON CONFLICT DO NOTHING;",
			"UPDATE public.large SET t = t || 'x';",
			"VACUUM FULL public.large;",
		)
	}
	if g.chance(30) {
		g.publication()
		p.server = true
	}
	for _, sql := range g.later {
		g.say("%s", sql)
	}
	g.say("ANALYZE;")
	p.in = input{name: fmt.Sprintf("pair_%d", seed), sql: g.take(), encoding: g.encoding, uploaded: true, large: large}
	if g.chance(30) {
		p.in.role = g.roleSettings()
	}
	switch {
	case g.chance(25):
		p.masked = "seed"
	case g.chance(4):
		p.masked = "no seed"
	}
	return p
}

// take returns the SQL that was added since the last call.
func (g *generator) take() string {
	sql := g.b.String()
	g.b.Reset()
	return sql
}

// onChange adds statements. The changes include some of them.
func (p *pair) onChange(statements ...string) {
	for _, sql := range statements {
		p.changed = append(p.changed, func() { p.say("%s", sql) })
	}
}

// keyType is a type of keys: the value for row g, and an expression for an equal value of
// a key k with a different text.
type keyType struct{ sql, value, equal string }

// keys creates tables with unusual keys.
func (p *pair) keys() {
	g := p.generator
	all := []keyType{
		{"numeric", "g / 4.0", "(k::text || '0')::numeric"}, {"float8", "CASE g WHEN 1 THEN '-0' WHEN 2 THEN 'NaN' WHEN 3 THEN '-Infinity' ELSE g / 3.0 END::float8", "-k"},
		{"interval", "g * interval '1 day'", "CASE WHEN k = '1 day' THEN interval '24:00' ELSE justify_hours(k) END"}, {"jsonb", "to_jsonb(g / 2.0)", "(k::text || '0')::jsonb"},
		{"char(8)", "'k' || g || ' '", "k"}, {"varchar(40)", "'k' || CASE WHEN g % 3 = 0 THEN ' ' ELSE '' END || g", "k"}, {"bytea", "decode(md5(g::text), 'hex')", "k"},
		{"timestamptz", "CASE g WHEN 1 THEN 'infinity' ELSE '2024-03-31 00:30:00+00'::timestamptz + g * interval '17 min' END", "k"}, {"date", "CASE g WHEN 1 THEN '-infinity' ELSE '0044-03-15 BC'::date + g END", "k"},
		{"numeric[]", "ARRAY[g / 4.0, NULL]", "array_append(array_remove(k, NULL), NULL)"}, {"text[]", "ARRAY['a,b', NULL, g::text]", "k"}, {"int4range", "int4range(g * 10, g * 10 + 5)", "k"},
		{"uuid", "md5(g::text)::uuid", "k"}, {"inet", "'10.0.0.1'::inet + g", "k"}, {"bit(9)", "g::bit(9)", "k"}, {"name", "('n\"' || g)::name", "k"}, {"money", "g::money", "k"},
		{"text", "CASE g % 5 WHEN 0 THEN E'tab\\t' WHEN 1 THEN E'back\\\\n' WHEN 2 THEN E'\\\\N' WHEN 3 THEN E'line\\n' ELSE '' END || g", "k"}, {"oid", "g::oid", "k"}, {`text COLLATE "C"`, "chr(65 + g % 26 + 32 * (g % 2)) || g", "k"},
	}
	for _, t := range g.types {
		all = append(all, keyType{t.sql, t.value, "k"})
	}
	for range 1 + g.IntN(3) {
		t, k := g.in("key"), pick(g, all...)
		second, also := "", ""
		if g.chance(30) {
			second, also = ", l", ", l text NOT NULL DEFAULT ''"
		}
		unique := pick(g, "PRIMARY KEY (k%s)", "PRIMARY KEY (k%s)", "PRIMARY KEY (k%s) DEFERRABLE INITIALLY DEFERRED", "UNIQUE (k%s)", "UNIQUE (k%s) INCLUDE (v)")
		null := "NOT NULL"
		if g.chance(10) {
			null = ""
		}
		g.say("CREATE TABLE %s (v int, k %s %s%s, t text, "+fmt.Sprintf(unique, second)+");", t, k.sql, null, also)
		insert := "INSERT INTO %s (v, k, t) SELECT DISTINCT ON (k) v, k, %s || v FROM (SELECT g, %s FROM generate_series(%d, %d) g) q (v, k) WHERE NOT EXISTS (SELECT FROM %[1]s x WHERE x.k = q.k) ORDER BY k, v;"
		g.say(insert, t, "'row '", k.value, 1, 60)
		p.onChange(
			fmt.Sprintf("UPDATE %s SET k = %s WHERE v %% 2 = 0;", t, k.equal),
			fmt.Sprintf("UPDATE %s SET t = NULL WHERE v %% 7 = 0;", t),
			fmt.Sprintf("DELETE FROM %s WHERE v %% 5 = 1 OR v > 50;", t),
			fmt.Sprintf(insert, t, "'new '", k.value, 55+g.IntN(6), 80),
			fmt.Sprintf("UPDATE %s SET t = upper(t), v = v + 1;", t),
			fmt.Sprintf("CREATE TEMP TABLE again AS SELECT * FROM %s; DELETE FROM %[1]s; INSERT INTO %[1]s SELECT * FROM again ORDER BY v DESC; DROP TABLE again;", t),
		)
		if second != "" {
			p.onChange(fmt.Sprintf("UPDATE %s SET l = E'\\t' || v WHERE v < 20;", t))
		}
	}
	if g.encoding == "UTF8" && g.chance(40) { // one key may have several texts
		c, t := g.in("icu"), g.in("cased")
		g.say("CREATE COLLATION %s (provider = icu, locale = 'und-u-ks-level2', deterministic = false);", c)
		g.say("CREATE TABLE %s (k text COLLATE %s PRIMARY KEY, v int, u text COLLATE %[2]s);", t, c)
		g.say("INSERT INTO %s SELECT 'Key ' || g, g, 'Value' FROM generate_series(1, 60) g;", t)
		p.onChange(
			fmt.Sprintf("UPDATE %s SET k = upper(k) WHERE v %% 3 = 0;", t),
			fmt.Sprintf("UPDATE %s SET u = lower(u) WHERE v %% 4 = 0;", t),
			fmt.Sprintf("DELETE FROM %s WHERE v = 5; INSERT INTO %[1]s VALUES ('kEY 5', 5, 'vALUE');", t),
			fmt.Sprintf("UPDATE %s SET k = CASE v WHEN 7 THEN 'KEY 8' ELSE 'key 7' END WHERE v IN (7, 8) AND false; DELETE FROM %[1]s WHERE v > 55;", t),
		)
	}
}

// family creates tables with all kinds of foreign keys.
func (p *pair) family() {
	g := p.generator
	a, b, c, d, e := g.in("fam"), g.in("fam"), g.in("fam"), g.in("fam"), g.in("fam")
	action := func() string {
		return pick(g, "", "", " ON DELETE CASCADE", " ON DELETE SET NULL ON UPDATE CASCADE", " ON DELETE RESTRICT", " ON DELETE SET DEFAULT", " ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED", " DEFERRABLE", " DEFERRABLE INITIALLY DEFERRED")
	}
	g.say("CREATE TABLE %s (id int PRIMARY KEY, name text, code int NOT NULL UNIQUE, boss int%s);", a, pick(g, "", " UNIQUE"))
	g.say("INSERT INTO %s SELECT g, 'n' || g, g + 1000, nullif(g - 1, 0) FROM generate_series(1, 60) g;", a)
	g.say("ALTER TABLE %s ADD CONSTRAINT boss FOREIGN KEY (boss) REFERENCES %[1]s (id)%s;", a, action())
	if g.chance(50) {
		g.comment("CONSTRAINT boss ON " + a)
	}
	g.say("CREATE TABLE %s (id int PRIMARY KEY, a int%s REFERENCES %s%s, code int%s);", b, pick(g, "", " DEFAULT 1"), a, action(), pick(g, "", " REFERENCES "+a+" (code)"+action()))
	g.say("INSERT INTO %s SELECT g, g %% 50 + 1, g %% 50 + 1001 FROM generate_series(1, 100) g;", b)
	if g.chance(50) {
		g.say("CREATE INDEX ON %s (a);", b)
	}
	g.say("CREATE TABLE %s (a int REFERENCES %s%s, b int);", c, a, action()) // no primary key
	g.say("INSERT INTO %s SELECT g, g FROM generate_series(1, 20) g;", c)
	g.say("ALTER TABLE %s ADD FOREIGN KEY (b) REFERENCES %s%s%s;", c, b, action(), pick(g, "", " NOT VALID"))
	g.say("CREATE TABLE %s (id int, at date, a int REFERENCES %s%s, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);", d, a, action())
	g.say("CREATE TABLE %s PARTITION OF %s FOR VALUES FROM ('2025-01-01') TO ('2026-01-01'); CREATE TABLE %s PARTITION OF %[2]s FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');", g.in("fam"), d, g.in("fam"))
	g.say("INSERT INTO %s SELECT g, '2025-06-01'::date + g, g %% 40 + 1 FROM generate_series(1, 300) g;", d)
	g.say("CREATE TABLE %s (id int PRIMARY KEY, d int, at date, FOREIGN KEY (d, at) REFERENCES %s%s%s);", e, d, pick(g, "", " MATCH FULL"), action())
	g.say("INSERT INTO %s SELECT id, id, at FROM %s WHERE id %% 5 = 0;", e, d)
	p.onChange(
		fmt.Sprintf("UPDATE %s SET name = 'changed' WHERE id %% 9 = 0;", a),
		fmt.Sprintf("INSERT INTO %s SELECT g, 'n', g + 1000, 2 FROM generate_series(61, 70) g ON CONFLICT DO NOTHING; UPDATE %s SET a = 65 WHERE id < 9; INSERT INTO %s VALUES (66, 1), (67, NULL);", a, b, c),
		fmt.Sprintf("UPDATE %s SET boss = NULL WHERE boss > 40; UPDATE %[1]s SET boss = 3 WHERE id = 4;", a),
		fmt.Sprintf("DELETE FROM %s WHERE id %% 5 = 0 AND id > 200; DELETE FROM %s WHERE id > 250;", e, d),
		fmt.Sprintf("DELETE FROM %s WHERE d > 100; DELETE FROM %s WHERE id > 100 AND id %% 3 = 0;", e, d),
		fmt.Sprintf("UPDATE %s SET at = at + 150 WHERE id %% 7 = 1 AND id %% 5 > 0;", d), // into another partition
		fmt.Sprintf("DELETE FROM %s WHERE a > 30; DELETE FROM %s WHERE a > 30 OR code > 1030; UPDATE %s SET boss = NULL; DELETE FROM %s WHERE a > 30 AND id %% 5 > 0; DELETE FROM %[3]s WHERE id > 55 OR id BETWEEN 51 AND 53;", c, b, a, d),
		fmt.Sprintf("DELETE FROM %s WHERE id = 12;", a),
		fmt.Sprintf("UPDATE %s SET id = id + 500 WHERE id = 13;", a),
		fmt.Sprintf("TRUNCATE %s;", e),
		fmt.Sprintf("TRUNCATE %s, %s;", c, b),
		fmt.Sprintf("UPDATE %s SET code = code + 5000 WHERE id > 50;", a),
	)
}

// swapped creates a table whose unique values are swapped.
func (p *pair) swapped() {
	g := p.generator
	t := g.in("swap")
	g.say("CREATE TABLE %s (id int PRIMARY KEY, u text UNIQUE, d int UNIQUE DEFERRABLE INITIALLY DEFERRED, span int4range, EXCLUDE USING gist (span WITH &&)%s);", t, pick(g, "", " DEFERRABLE INITIALLY DEFERRED"))
	g.say("INSERT INTO %s SELECT g, 'u' || g, g, int4range(g * 10, g * 10 + 9) FROM generate_series(1, 40) g;", t)
	p.onChange(
		fmt.Sprintf("UPDATE %s SET u = 'x' WHERE id = 1; UPDATE %[1]s SET u = 'u1' WHERE id = 2; UPDATE %[1]s SET u = 'u2' WHERE id = 1;", t),
		fmt.Sprintf("UPDATE %s SET d = 41 - d;", t),
		fmt.Sprintf("UPDATE %s SET span = NULL WHERE id = 3; UPDATE %[1]s SET span = '[30,39)' WHERE id = 4; UPDATE %[1]s SET span = '[40,49)' WHERE id = 3;", t),
		fmt.Sprintf("UPDATE %s SET id = 1000 WHERE id = 5; UPDATE %[1]s SET id = 5 WHERE id = 6; UPDATE %[1]s SET id = 6 WHERE id = 1000;", t),
	)
}

// wide creates a table with long values, and changes only a part of one.
func (p *pair) wide() {
	g := p.generator
	t := g.in("wide")
	g.say("CREATE TABLE %s (id int PRIMARY KEY, a text, b text, c bytea, d jsonb); ALTER TABLE %[1]s ALTER b SET STORAGE EXTERNAL, ALTER c SET STORAGE EXTERNAL;", t)
	g.say("INSERT INTO %s SELECT g, repeat(md5(g::text), 200), repeat(md5(g::text), 300), decode(repeat(md5(g::text), 200), 'hex'), jsonb_build_object('k', repeat(md5(g::text), 200)) FROM generate_series(1, 30) g;", t)
	p.onChange(
		fmt.Sprintf("UPDATE %s SET b = overlay(b PLACING 'X' FROM 9000) WHERE id %% 4 = 0;", t),
		fmt.Sprintf("UPDATE %s SET a = a || ' ' WHERE id %% 6 = 0;", t),
		fmt.Sprintf("UPDATE %s SET c = set_byte(c, 3000, get_byte(c, 3000) # 1) WHERE id %% 5 = 0;", t),
		fmt.Sprintf("UPDATE %s SET d = jsonb_set(d, '{n}', '1.10') WHERE id %% 7 = 0;", t),
		fmt.Sprintf("UPDATE %s SET a = upper(a) WHERE id = 11; VACUUM FULL %[1]s;", t),
	)
}

// parts creates a partitioned table with triggers, between whose partitions rows move.
func (p *pair) parts() {
	g := p.generator
	t, log, f := g.in("parted"), g.in("log"), g.in("note")
	k := g.name("k")
	g.say("CREATE TABLE %s (what text);", log)
	g.say("CREATE FUNCTION %s() RETURNS trigger LANGUAGE plpgsql AS $body$BEGIN INSERT INTO %s VALUES (tg_op); RETURN NULL; END$body$;", f, log)
	by := pick(g, "LIST", "RANGE")
	g.say("CREATE TABLE %s (id int, %s int, t text, PRIMARY KEY (%[2]s, id)) PARTITION BY %s (%[2]s);", t, k, by)
	for from := 0; from < 9; from += 3 {
		bounds := fmt.Sprintf("FROM (%d) TO (%d)", from, from+3)
		if by == "LIST" {
			bounds = fmt.Sprintf("IN (%d, %d, %d)", from, from+1, from+2)
		}
		g.say("CREATE TABLE %s PARTITION OF %s FOR VALUES %s;", g.in("part"), t, bounds)
	}
	g.say("INSERT INTO %s SELECT g, g %% 8, 'v' || g FROM generate_series(1, 120) g;", t)
	g.say("CREATE TRIGGER noted AFTER INSERT OR DELETE OR UPDATE ON %s FOR EACH ROW EXECUTE FUNCTION %s();", t, f)
	if state := pick(g, "", "DISABLE", "ENABLE ALWAYS", "ENABLE REPLICA"); state != "" {
		g.say("ALTER TABLE %s %s TRIGGER noted;", t, state)
	}
	g.say("CREATE TRIGGER told AFTER INSERT OR DELETE ON %s FOR EACH STATEMENT EXECUTE FUNCTION %s();", t, f)
	p.onChange(
		fmt.Sprintf("UPDATE %s SET %s = (%[2]s + 3) %% 8 WHERE id %% 5 = 0;", t, k),
		fmt.Sprintf("DELETE FROM %s WHERE %s = 2;", t, k),
		fmt.Sprintf("INSERT INTO %s SELECT g, g %% 9, 'new' FROM generate_series(200, 230) g ON CONFLICT DO NOTHING;", t),
		fmt.Sprintf("UPDATE %s SET t = NULL WHERE id < 10;", t),
		fmt.Sprintf("TRUNCATE %s;", t),
	)
}

// noted creates a table with triggers and rules in all states, which a refresh must not
// fire or follow, and with forced policies.
func (p *pair) noted() {
	g := p.generator
	t, log, f := g.in("noted"), g.in("log"), g.in("note")
	g.say("CREATE TABLE %s (what text);", log)
	g.say("CREATE FUNCTION %s() RETURNS trigger LANGUAGE plpgsql AS $body$BEGIN INSERT INTO %s VALUES (tg_op); RETURN CASE tg_when WHEN 'BEFORE' THEN coalesce(NEW, OLD) END; END$body$;", f, log)
	g.say("CREATE TABLE %s (id int PRIMARY KEY, t text);", t)
	g.say("INSERT INTO %s SELECT g, 't' || g FROM generate_series(1, 40) g;", t)
	for i, state := range []string{"ENABLE", "DISABLE", "ENABLE ALWAYS", "ENABLE REPLICA"} {
		g.say("CREATE TRIGGER t%d %s ON %s FOR EACH %s EXECUTE FUNCTION %s(); ALTER TABLE %[3]s %[6]s TRIGGER t%[1]d;",
			i, pick(g, "BEFORE INSERT OR DELETE", "AFTER INSERT OR DELETE OR UPDATE", "AFTER TRUNCATE OR DELETE"), t, pick(g, "STATEMENT", "STATEMENT", "STATEMENT"), f, state)
		g.say("CREATE RULE r%d AS ON %s TO %s DO ALSO INSERT INTO %s VALUES ('rule'); ALTER TABLE %[3]s %[5]s RULE r%[1]d;", i, pick(g, "DELETE", "INSERT", "UPDATE"), t, log, state)
	}
	if g.chance(60) {
		g.say("CREATE POLICY none ON %s USING (false); ALTER TABLE %[1]s ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;", t)
	}
	p.onChange(
		fmt.Sprintf("UPDATE %s SET t = 'changed' WHERE id %% 6 = 0;", t),
		fmt.Sprintf("DELETE FROM %s WHERE id > 30;", t),
		fmt.Sprintf("INSERT INTO %s VALUES (100, 'new');", t),
		fmt.Sprintf("TRUNCATE %s;", t),
	)
}

// generatedKey creates tables whose keys are not all in the rows of a dump, and one with a
// dropped column.
func (p *pair) generatedKey() {
	g := p.generator
	t, u, none := g.in("gk"), g.in("gk"), g.in("gk")
	g.say("CREATE TABLE %s (a int, b int GENERATED ALWAYS AS (a * 2) STORED PRIMARY KEY, c text); INSERT INTO %[1]s (a, c) SELECT g, 'c' FROM generate_series(1, 20) g;", t)
	g.say("CREATE TABLE %s (gone int, g int GENERATED ALWAYS AS (id + 1) STORED, id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, t text DEFAULT 'x'); INSERT INTO %[1]s (gone) SELECT g FROM generate_series(1, 30) g; ALTER TABLE %[1]s DROP COLUMN gone;", u)
	g.say("CREATE TABLE %s (a int, b text); INSERT INTO %[1]s SELECT g / 2, 'twice' FROM generate_series(1, 20) g; ALTER TABLE %[1]s ADD CHECK (a > 0) NOT VALID;", none)
	p.onChange(
		fmt.Sprintf("UPDATE %s SET a = a + 100 WHERE a > 15; DELETE FROM %[1]s WHERE a = 3;", t),
		fmt.Sprintf("INSERT INTO %s (t) SELECT 'new' FROM generate_series(1, 5); DELETE FROM %[1]s WHERE id = 4; UPDATE %[1]s SET t = NULL WHERE id = 5;", u),
		fmt.Sprintf("DELETE FROM %s WHERE ctid = (SELECT max(ctid) FROM %[1]s WHERE a > 2);", none),
		fmt.Sprintf("INSERT INTO %s VALUES (7, 'again'), (7, 'again');", none),
	)
}

// views creates materialized views that are stale in the source.
func (p *pair) views() {
	g := p.generator
	t, v, a, b := g.in("base"), "public."+g.name("v"), "public."+g.name("ma"), "public."+g.name("mb")
	g.say("CREATE TABLE %s (id int PRIMARY KEY, n int); INSERT INTO %[1]s SELECT g, g %% 9 FROM generate_series(1, 60) g;", t)
	g.say("CREATE VIEW %s AS SELECT n, count(*) AS many FROM %s GROUP BY 1;", v, t)
	g.say("CREATE MATERIALIZED VIEW %s AS SELECT * FROM %s; CREATE UNIQUE INDEX ON %[1]s (n);", a, v)
	g.say("CREATE MATERIALIZED VIEW %s AS SELECT max(many) AS most FROM %s;", b, a)
	p.onChange(
		fmt.Sprintf("UPDATE %s SET n = n + 1 WHERE id < 30;", t),
		fmt.Sprintf("INSERT INTO %s SELECT g, 5 FROM generate_series(100, 120) g ON CONFLICT DO NOTHING; REFRESH MATERIALIZED VIEW %s;", t, a),
		fmt.Sprintf("REFRESH MATERIALIZED VIEW %s WITH NO DATA;", b),
		fmt.Sprintf("REFRESH MATERIALIZED VIEW %s; REFRESH MATERIALIZED VIEW %s;", a, b),
	)
}

// notValid creates tables with rows that violate a NOT VALID constraint.
func (p *pair) notValid() {
	g := p.generator
	t, u := g.in("nv"), g.in("nv")
	g.say("CREATE TABLE %s (id int PRIMARY KEY, n int, t text); INSERT INTO %[1]s SELECT g, g, 't' FROM generate_series(-5, 40) g;", t)
	g.say("CREATE TABLE %s (n int, r int); INSERT INTO %[1]s SELECT g, g FROM generate_series(-5, 30) g;", u)
	g.say("ALTER TABLE %s ADD CONSTRAINT positive CHECK (n > 0) NOT VALID;", t)
	again := fmt.Sprintf("ALTER TABLE %s ADD CONSTRAINT positive CHECK (n > 0) NOT VALID", u)
	keyed := fmt.Sprintf("ALTER TABLE %s ADD CONSTRAINT refers FOREIGN KEY (r) REFERENCES %s NOT VALID", u, t)
	g.say("UPDATE %s SET r = 1000 WHERE n = 3; %s; %s;", u, again, keyed)
	p.onChange(
		fmt.Sprintf("UPDATE %s SET t = 'changed' WHERE n > 20;", t),
		fmt.Sprintf("DELETE FROM %s WHERE id = -4;", t),
		fmt.Sprintf("INSERT INTO %s VALUES (7, 7);", u),
		fmt.Sprintf("DELETE FROM %s WHERE n = -3;", u),
		fmt.Sprintf("ALTER TABLE %s DROP CONSTRAINT positive; INSERT INTO %[1]s VALUES (-9, 1); %s;", u, again),
		fmt.Sprintf("ALTER TABLE %s DROP CONSTRAINT positive; UPDATE %[1]s SET t = 'old' WHERE n < 3; ALTER TABLE %[1]s ADD CONSTRAINT positive CHECK (n > 0) NOT VALID;", t),
		fmt.Sprintf("UPDATE %s SET r = 5 WHERE n > 10; DELETE FROM %s WHERE id BETWEEN 20 AND 30;", u, t),
	)
}
