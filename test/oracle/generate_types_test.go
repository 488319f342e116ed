package oracle

import (
	"fmt"
	"strings"
)

// texts returns SQL for the values of text columns.
func (g *generator) texts() string {
	values := []string{
		literal("tab\there"), literal("line\nfeed"), literal("cr\r\nlf"), literal(`\N`), literal(`\.`), literal("\n\\.\n"), "''", "' '", literal(`\`), literal(`\\x`), "NULL",
		literal("it's"), `'"q","c"'`, "'NULL'", "'{}'", "'x DEFAULT '", "'--c'", "'$$'", literal("\x7f\x01"), "repeat(md5(g::text), 40)", "repeat('long ', 4000)",
	}
	switch g.encoding {
	case "UTF8":
		values = append(values, "'naïve 🐘'", "'日本語'")
	case "LATIN1":
		values = append(values, "'größer'", "'ÿ'")
	case "SQL_ASCII":
		values = append(values, `E'caf\xe9'`, `E'\xff\xfe'`)
	}
	g.Shuffle(len(values), func(i, j int) { values[i], values[j] = values[j], values[i] })
	values = values[:3+g.IntN(5)]
	return fmt.Sprintf("(ARRAY[%s, 'v' || g])[1 + g %% %d]", strings.Join(values, ", "), len(values)+1)
}

// scalar returns one of the server's own types.
func (g *generator) scalar() columnType {
	return pick(g,
		columnType{"int", "g * 7 % 1000"}, columnType{"bigint", "g::bigint * 1000000007"}, columnType{"smallint", "(g % 100)::int2"},
		columnType{"numeric", "g / 7.0"}, columnType{"numeric(12,3)", "-g / 3.0"}, columnType{"float8", "g / 3.0::float8"}, columnType{"real", "(g / 9.0)::real"},
		columnType{"text", g.texts()}, columnType{"text", g.texts()}, columnType{"varchar(40)", "'v' || g"}, columnType{"char(8)", "'c' || g % 99"},
		columnType{"bytea", "decode(md5(g::text), 'hex')"}, columnType{"date", "'2024-02-01'::date + g"}, columnType{"timestamptz", "'2024-03-31 00:30:00+00'::timestamptz + g * interval '17 min'"},
		columnType{"timestamp", "'2024-02-01'::timestamp + g * interval '1 day'"}, columnType{"interval", "make_interval(months => g % 3 - 1, days => -g, secs => g / 7.0)"},
		columnType{"boolean", "g % 2 = 0"}, columnType{"uuid", "md5(g::text)::uuid"}, columnType{"jsonb", "jsonb_build_object('g', g, 'a', ARRAY[g, NULL])"}, columnType{"json", `('{"a":  ' || g || '}')::json`},
		columnType{"int[]", "ARRAY[g, NULL, -g]"}, columnType{"text[]", "ARRAY['a,b', NULL, '', 'NULL', g::text]"}, columnType{"inet", "'10.0.0.1'::inet + g"},
		columnType{"point", "point(g, -g / 3.0)"}, columnType{"int4range", "int4range(g, g + 5)"}, columnType{"tsvector", "to_tsvector('simple'::regconfig, 'w' || g)"}, columnType{`"char"`, `'x'::"char"`},
		columnType{"name", "('n' || g)::name"}, columnType{"bit(5)", "(g % 32)::bit(5)"}, columnType{"time", "'10:00'::time + g * interval '1 s'"}, columnType{"money", "g::money"},
		columnType{"xml", "('<a>' || g || '</a>')::xml"}, columnType{"int4multirange", "int4multirange(int4range(g, g + 2))"}, columnType{"xid", "(g::text)::xid"}, columnType{"regclass", "'pg_class'::regclass"},
	)
}

// anyType returns one of the server's types or one that the database defines.
func (g *generator) anyType() columnType {
	if len(g.types) > 0 && g.chance(35) {
		return pick(g, g.types...)
	}
	return g.scalar()
}

func (g *generator) makeTypes() {
	if g.chance(70) {
		n := g.in("Enum")
		g.say("CREATE TYPE %s AS ENUM ('a', %s, 'c d');", n, literal(`it's "\ `))
		g.types = append(g.types, columnType{n, fmt.Sprintf("(enum_range(NULL::%s))[1 + g %% 3]", n)})
	}
	if g.chance(70) {
		n, f := g.in("Comp"), g.name("f")
		g.say("CREATE TYPE %s AS (%s int, %s text);", n, f, g.name("f"))
		g.types = append(g.types, columnType{n, fmt.Sprintf("ROW(g, 'x,\"' || g)::%s", n)}, columnType{n + "[]", fmt.Sprintf("ARRAY[ROW(g, NULL)::%s, NULL]", n)})
		if g.chance(50) {
			g.comment(fmt.Sprintf("COLUMN %s.%s", n, f))
		}
	}
	if g.chance(60) {
		n := g.in("Dom")
		g.say("CREATE DOMAIN %s AS int DEFAULT 3 CONSTRAINT %s CHECK (VALUE > -5);", n, g.name("c"))
		inner := n
		if g.chance(50) {
			n = g.in("Dom")
			g.say("CREATE DOMAIN %s AS %s CHECK (VALUE < 1000000);", n, inner)
		}
		g.types = append(g.types, columnType{n, "g"}, columnType{n + "[]", fmt.Sprintf("ARRAY[g, 1]::%s[]", n)})
	}
	if g.chance(30) {
		n := g.in("Range")
		g.say("CREATE TYPE %s AS RANGE (subtype = float8, subtype_diff = float8mi);", n)
		g.types = append(g.types, columnType{n, fmt.Sprintf("%s(g, g + 1.5)", n)})
	}
	if g.chance(30) {
		n := g.in("coll")
		g.say("CREATE COLLATION %s (provider = libc, locale = 'C');", n)
		g.types = append(g.types, columnType{"text COLLATE " + n, "'v' || g"})
	}
	if g.encoding == "UTF8" && g.chance(40) {
		n := g.in("icu")
		options := pick(g, "locale = 'de-u-co-phonebk'", "locale = 'en-u-kn-true'", "locale = 'und-u-ks-level2', deterministic = false")
		g.say("CREATE COLLATION %s (provider = icu, %s);", n, options)
		value := "chr(65 + g % 26 + 32 * (g % 2)) || 'ä' || g"
		if !strings.Contains(options, "deterministic") { // a pattern cannot be compared with such a collation
			g.types = append(g.types, columnType{"text COLLATE " + n, value})
		}
		t, i := g.in("sorted"), g.name("i")
		g.say("CREATE TABLE %s (id int PRIMARY KEY, t text COLLATE %s UNIQUE, u text COLLATE \"de-x-icu\", CHECK (t <> ''));", t, n)
		g.say("INSERT INTO %s SELECT g, %s, 'ü' || g FROM generate_series(1, 60) g;", t, value)
		g.say("CREATE INDEX %s ON %s (u, t COLLATE \"und-x-icu\" DESC);", i, t)
	}
	if g.chance(30) {
		d, c := g.in("dict"), g.in("conf")
		g.say("CREATE TEXT SEARCH DICTIONARY %s (TEMPLATE = pg_catalog.simple, ACCEPT = false);", d)
		g.say("CREATE TEXT SEARCH CONFIGURATION %s (COPY = pg_catalog.simple);", c)
		g.say("ALTER TEXT SEARCH CONFIGURATION %s ALTER MAPPING FOR asciiword WITH %s, pg_catalog.simple;", c, d)
	}
}
