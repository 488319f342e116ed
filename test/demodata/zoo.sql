-- One of each: what a dump of PostgreSQL 15 to 19 can hold and a restore can
-- get wrong. A round trip must be exact for all of it. Loads as a superuser into
-- an empty UTF8 database; needs citext and hstore, which are stock contrib.
--
-- The cages are: zoo (nearly all), keeper, and "Other Zoo" with awkward names.

BEGIN;

CREATE EXTENSION citext;
CREATE EXTENSION hstore;
COMMENT ON EXTENSION hstore IS 'not the comment that it came with';

CREATE SCHEMA zoo;
CREATE SCHEMA keeper;
CREATE SCHEMA "Other Zoo";
COMMENT ON SCHEMA zoo IS 'One of each.';
COMMENT ON SCHEMA "Other Zoo" IS 'Names that need quotes: ''single'', "double", \back, $$dollar$$';

--
-- Types
--

CREATE TYPE zoo.mood AS ENUM ('sad', 'ok', 'happy', 'it''s "complicated"', 'naïve 🐘');
COMMENT ON TYPE zoo.mood IS 'An enum, with labels that need quotes.';

CREATE TYPE zoo.point3 AS (x double precision, y double precision, z double precision);
CREATE TYPE zoo.place AS (name text, at zoo.point3, tags text[]);
COMMENT ON TYPE zoo.place IS 'A composite in a composite.';
COMMENT ON COLUMN zoo.place.name IS 'A comment on an attribute.';

CREATE TYPE zoo.floatrange AS RANGE (subtype = double precision, subtype_diff = float8mi, multirange_type_name = zoo.floatmultirange);

CREATE DOMAIN zoo.positive AS integer DEFAULT 1 CONSTRAINT positive_check CHECK (VALUE > 0);
CREATE DOMAIN zoo.email AS public.citext CONSTRAINT email_has_at CHECK (VALUE ~ '@') NOT NULL;
CREATE DOMAIN zoo.positives AS zoo.positive[] CHECK (array_length(VALUE, 1) < 10);
COMMENT ON DOMAIN zoo.positive IS 'A domain.';
COMMENT ON CONSTRAINT positive_check ON DOMAIN zoo.positive IS 'A comment on a domain''s constraint.';

CREATE COLLATION zoo.plain (provider = libc, locale = 'C');
COMMENT ON COLLATION zoo.plain IS 'A collation.';

--
-- Sequences: nobody's, backwards, cycling, never called, advanced.
--

CREATE SEQUENCE zoo.countdown INCREMENT BY -3 START WITH 100 MINVALUE -1000 MAXVALUE 100 CACHE 5 CYCLE;
SELECT nextval('zoo.countdown'), nextval('zoo.countdown');
CREATE SEQUENCE zoo.small AS smallint START WITH 7;
CREATE SEQUENCE zoo.advanced;
SELECT setval('zoo.advanced', 123456789012);
CREATE SEQUENCE zoo.not_called;
SELECT setval('zoo.not_called', 42, false);
CREATE SEQUENCE zoo.unlogged_sequence;
COMMENT ON SEQUENCE zoo.countdown IS 'A sequence.';

--
-- Functions, aggregates, operators, casts
--

CREATE FUNCTION zoo.shout(word text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $_$ SELECT upper($1) || '!' $_$;
COMMENT ON FUNCTION zoo.shout(text) IS 'A function in SQL.';

CREATE FUNCTION zoo.double(n integer) RETURNS integer
    LANGUAGE sql IMMUTABLE
    BEGIN ATOMIC
        SELECT n * 2;
    END;

CREATE FUNCTION zoo.stamp() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'zoo', 'pg_temp'
    AS $$
BEGIN
  -- A trigger that changes the row: rows loaded while it is there are damaged.
  NEW.note := COALESCE(NEW.note, '') || E' [stamped]\t\\o/';
  RETURN NEW;
END;
$$;

CREATE FUNCTION zoo.refuse() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN RAISE EXCEPTION 'this cage is closed'; END; $$;

CREATE FUNCTION zoo.count_new() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN PERFORM count(*) FROM fresh; RETURN NULL; END; $$;

CREATE FUNCTION zoo.visitors(OUT name text, OUT age integer) RETURNS SETOF record
    LANGUAGE sql STABLE ROWS 3
    AS $$ VALUES ('Ann', 7), ('Bob', 8) $$;

CREATE PROCEDURE zoo.feed(INOUT portions integer, VARIADIC foods text[] DEFAULT '{hay}')
    LANGUAGE plpgsql SECURITY DEFINER
    AS $$ BEGIN portions := portions - array_length(foods, 1); END; $$;
COMMENT ON PROCEDURE zoo.feed(integer, text[]) IS 'A procedure.';

CREATE FUNCTION zoo.add_up(state bigint, n integer) RETURNS bigint
    LANGUAGE sql IMMUTABLE AS $$ SELECT state + COALESCE(n, 0) $$;
CREATE AGGREGATE zoo.total(integer) (SFUNC = zoo.add_up, STYPE = bigint, INITCOND = '0');
COMMENT ON AGGREGATE zoo.total(integer) IS 'An aggregate.';

CREATE FUNCTION zoo.near(a zoo.point3, b zoo.point3) RETURNS boolean
    LANGUAGE sql IMMUTABLE AS $$ SELECT abs((a).x - (b).x) < 1 $$;
CREATE OPERATOR zoo.<~> (LEFTARG = zoo.point3, RIGHTARG = zoo.point3, FUNCTION = zoo.near, COMMUTATOR = OPERATOR(zoo.<~>));
COMMENT ON OPERATOR zoo.<~> (zoo.point3, zoo.point3) IS 'An operator.';

CREATE OPERATOR FAMILY zoo.odd_ops USING btree;
CREATE OPERATOR CLASS zoo.odd_int_ops FOR TYPE integer USING btree FAMILY zoo.odd_ops AS
    OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >,
    FUNCTION 1 btint4cmp(integer, integer);
COMMENT ON OPERATOR CLASS zoo.odd_int_ops USING btree IS 'An operator class.';

CREATE FUNCTION zoo.point3_text(p zoo.point3) RETURNS text
    LANGUAGE sql IMMUTABLE AS $$ SELECT (p).x || '/' || (p).y || '/' || (p).z $$;
CREATE CAST (zoo.point3 AS text) WITH FUNCTION zoo.point3_text(zoo.point3) AS ASSIGNMENT;
COMMENT ON CAST (zoo.point3 AS text) IS 'A cast.';

CREATE TEXT SEARCH DICTIONARY zoo.plain_words (TEMPLATE = pg_catalog.simple, ACCEPT = false);
CREATE TEXT SEARCH CONFIGURATION zoo.words (COPY = pg_catalog.simple);
ALTER TEXT SEARCH CONFIGURATION zoo.words ALTER MAPPING FOR asciiword WITH zoo.plain_words, pg_catalog.simple;
COMMENT ON TEXT SEARCH CONFIGURATION zoo.words IS 'A text search configuration.';

--
-- Values: every type, and the values at its edges.
--

CREATE TABLE zoo.scalars (
    id integer GENERATED ALWAYS AS IDENTITY (START WITH 10 INCREMENT BY 10) PRIMARY KEY,
    gone integer,
    b boolean,
    i2 smallint,
    i8 bigint,
    f4 real,
    f8 double precision,
    n numeric,
    n2 numeric(10,2),
    nneg numeric,
    m money,
    t text,
    vc character varying(20),
    c character(5),
    onechar "char",
    nm name,
    ci public.citext COLLATE "C",
    by bytea,
    d date,
    tm time without time zone,
    tmtz time with time zone,
    ts timestamp without time zone,
    tstz timestamp with time zone,
    iv interval,
    u uuid,
    ip inet,
    net cidr,
    mac macaddr,
    mac8 macaddr8,
    bits bit(8),
    vbits bit varying,
    js json,
    jb jsonb,
    jp jsonpath,
    x xml,
    tsv tsvector,
    tsq tsquery,
    pt point,
    ln line,
    sg lseg,
    bx box,
    pa path,
    po polygon,
    ci2 circle,
    lsn pg_lsn,
    o oid,
    h public.hstore,
    md zoo.mood,
    pos zoo.positive,
    p3 zoo.point3,
    pl zoo.place
);
ALTER TABLE zoo.scalars DROP COLUMN gone;

INSERT INTO zoo.scalars DEFAULT VALUES;
INSERT INTO zoo.scalars (b, i2, i8, f4, f8, n, n2, nneg, m, t, vc, c, onechar, nm, ci, by, d, tm, tmtz, ts, tstz, iv, u, ip, net, mac, mac8, bits, vbits, js, jb, jp, x, tsv, tsq, pt, ln, sg, bx, pa, po, ci2, lsn, o, h, md, pos, p3, pl) VALUES
    (true, 32767, 9223372036854775807, 'NaN', 'Infinity', 'NaN', 99999999.99, 12300, '92233720368547758.07', '', '', '', '', '', '', '', 'infinity', '24:00:00', '00:00:00+15:59', 'infinity', 'infinity', '178000000 years', 'ffffffff-ffff-ffff-ffff-ffffffffffff', '::/0', '::/0', 'ff:ff:ff:ff:ff:ff', 'ff:ff:ff:ff:ff:ff:ff:ff', B'11111111', '', ' {"a" : 1,   "a":2} ', 'null', '$', '', '', '', '(NaN,Infinity)', '{1,-1,0}', '[(0,0),(1,1)]', '(1,1),(0,0)', '((0,0),(1,1))', '((0,0),(1,0),(1,1))', '<(0,0),0>', 'FFFFFFFF/FFFFFFFF', 4294967295, '', 'happy', 1, ROW(0, '-0', 'NaN'), NULL),
    (false, -32768, -9223372036854775808, '-Infinity', '-0', '-Infinity', -0.01, -400, '-0.01', '\N', E'\\.', ' a ', E'\x01', 'a.b', 'MiXeD', '\x00ff5c0a0d09275c4e', '4713-01-01 BC', '00:00:00', '23:59:59.999999-15:59', '4714-11-24 00:00:00 BC', '0044-03-15 12:00:00+00 BC', '-1 year -2 mons +3 days -04:05:06.789', '00000000-0000-0000-0000-000000000000', '203.0.113.5/24', '203.0.113.0/24', '08:00:2b:01:02:03', '08:00:2b:01:02:03:04:05', B'00000000', B'1', '[]', '{"a": [1, 2.50, "\\N", "tab\there", "\u00e9", null, true], "": {}}', '$.a[*] ? (@ > 1)', '<a b="c">x &amp; y<!-- z --></a>', '''it''''s'':1A b:2', 'a & !b <-> c:*', '(1.5,-2.5)', '{0,1,-0.5}', '[(-1,2),(3,4)]', '(3,4),(-1,2)', '[(0,0),(1,1),(2,0)]', '((0,0),(1,0),(1,1),(0,1))', '<(1,2),3.5>', '16/B374D848', 0, '"a\"b"=>"c\\d", "nil"=>NULL, "é"=>"🐘"', 'it''s "complicated"', 2147483647, ROW(1e300, 1e-300, 4.9e-324), ROW(E'a "b", (c) \\ d', ROW(1, 2, NULL), '{"x,y",NULL,""}')),
    (NULL, 0, 0, 1.17549435e-38, 0.1, repeat('9', 400)::numeric + 0.000000000000000000000000000000000001, 0, 0, 0, E'line\nfeed\r\ncarriage\rreturn\ttab\\backslash\bbell\vvertical\fform', 'naïve 🐘 ﷽', 'ab', 'z', 'x', 'ÉCOLE', decode(repeat('deadbeef', 300000), 'hex'), '5874897-12-31', '12:34:56.789', '12:34:56.789+05:30', '294276-12-31 23:59:59.999999', '2026-11-23 08:30:00.123456-08', '1 mon', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '2001:db8::1', '10/8', '01-02-03-04-05-06', '01-02-03-04-05-06-07-08', B'10101010', repeat('10', 200)::bit varying, '"x"', '1e400', 'lax $."a b"', '<?xml version="1.0" standalone="yes"?><r/>', 'fat:2,4 cat:3C', '''x y''', '(0,0)', '{1,0,0}', '[(0,0),(0,0)]', '(0,0),(0,0)', '((1,1))', '((1,1))', '<(0,0),1>', '0/0', 1, 'k=>v', 'naïve 🐘', 7, ROW(NULL, NULL, NULL), ROW('', NULL, '{}'));
COMMENT ON TABLE zoo.scalars IS E'Values at the edges.\nSecond line, with a \\ and a ''quote''.';
COMMENT ON COLUMN zoo.scalars.t IS 'A comment on a column.';

-- Text that looks like COPY's own syntax, and one value of 400 kB.
CREATE TABLE zoo.texts (id integer GENERATED BY DEFAULT AS IDENTITY, t text);
INSERT INTO zoo.texts (id, t) VALUES
    (1, NULL), (2, ''), (3, '\N'), (4, '\\N'), (5, '\.'), (6, E'\\.\n'), (7, E'\n\\.\n'), (8, E'\n'), (9, E'\r'), (10, E'\r\n'),
    (11, E'\t'), (12, '\'), (13, '\\'), (14, E'ends with a backslash\\'), (15, E'\x7f\x01\x1f'), (16, ' '), (17, '"quoted","csv"'),
    (18, '--comment'), (19, '/* comment */'), (20, '; DROP TABLE x;'), (21, '$$'), (22, '%s %d %%'), (23, 'null'), (24, 'NULL'),
    (25, '日本語'), (26, 'e' || U&'\0301'), (27, U&'\+01F418\200D\+01F525'), (28, U&'\FEFF'), (29, E'\\x41'), (30, E'a\\tb');
INSERT INTO zoo.texts (id, t) SELECT 31, string_agg(md5(g::text), E'\n' ORDER BY g) FROM generate_series(1, 12500) g;
INSERT INTO zoo.texts (t) VALUES ('the identity starts at 1, and is far behind');
ALTER TABLE zoo.texts ALTER COLUMN t SET STORAGE EXTERNAL;
ALTER TABLE zoo.texts ALTER COLUMN t SET STATISTICS 500;
ALTER TABLE zoo.texts ALTER COLUMN id RESTART WITH 1000;

CREATE TABLE zoo.arrays (
    ints integer[],
    grid integer[][],
    texts text[],
    moods zoo.mood[],
    places zoo.place[],
    bytes bytea[],
    checked zoo.positives,
    ranges int4range[],
    objects jsonb[]
);
INSERT INTO zoo.arrays VALUES
    (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
    ('{}', '{}', '{}', '{}', '{}', '{}', NULL, '{}', '{}'),
    ('{1,NULL,3}', '{{1,2,3},{4,5,6}}', ARRAY['', 'NULL', NULL, 'a,b', '{}', E'"\\', E'\n', ' '], '{happy,"it''s \"complicated\""}', ARRAY[ROW('x', ROW(1, 2, 3), '{}')::zoo.place, NULL], '{"\\\\x00","\\\\xff"}', '{1,2}', '{"[1,5)",empty,"(,)"}', ARRAY['{"a": "b,c"}', 'null']::jsonb[]),
    ('[2:4]={2,3,4}', '[0:1][-1:0]={{1,2},{3,4}}', '[0:0]={x}', NULL, NULL, NULL, NULL, NULL, NULL),
    (NULL, '{{{1},{2}},{{3},{4}}}', NULL, NULL, NULL, NULL, '{2147483647}', NULL, NULL);

CREATE TABLE zoo.ranges (
    i4 int4range, i8 int8range, n numrange, d daterange, ts tsrange, tstz tstzrange, f zoo.floatrange,
    im int4multirange, fm zoo.floatmultirange
);
INSERT INTO zoo.ranges VALUES
    ('empty', '(,)', '[1.5,2.5]', '[2026-01-01,infinity)', '(-infinity,infinity)', '["2026-11-23 00:00:00+00",)', '[-Infinity,NaN]', '{}', '{[0,1),(2,3]}'),
    ('[1,10)', NULL, 'empty', 'empty', '["2026-01-01 10:00","2026-01-01 11:00")', NULL, '(0.1,0.2)', '{[1,3),[5,7)}', NULL);

--
-- Tables: generated columns, constraints, indexes of every kind
--

CREATE TABLE zoo.animals (
    id bigint GENERATED BY DEFAULT AS IDENTITY (SEQUENCE NAME zoo.animal_numbers START WITH 5 INCREMENT BY 5 CACHE 3) PRIMARY KEY,
    name text COLLATE zoo.plain NOT NULL DEFAULT 'unnamed',
    loud text GENERATED ALWAYS AS (zoo.shout(name)) STORED,
    grams integer CONSTRAINT animals_weigh CHECK (grams > 0),
    kilos numeric GENERATED ALWAYS AS (grams / 1000.0) STORED,
    born date DEFAULT '2020-02-29',
    mood zoo.mood DEFAULT 'ok',
    mail zoo.email DEFAULT 'nobody@example.com',
    doc jsonb DEFAULT '{}',
    words tsvector GENERATED ALWAYS AS (to_tsvector('simple'::regconfig, name)) STORED,
    note text,
    mate bigint,
    number integer DEFAULT nextval('zoo.small'),
    CONSTRAINT animals_grown_or_light CHECK (born < '2020-01-01' OR grams < 1000000),
    CONSTRAINT animals_mate FOREIGN KEY (mate) REFERENCES zoo.animals ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05, toast.autovacuum_enabled = false);
INSERT INTO zoo.animals (name, grams, born, mood, mail, doc, note, mate)
SELECT 'animal ' || g, g * 37 % 9999 + 1, date '2010-01-01' + g % 3000, (enum_range(NULL::zoo.mood))[1 + g % 5], ('Keeper' || g % 7 || '@Example.com')::public.citext, jsonb_build_object('n', g, 'tags', jsonb_build_array('a' || g % 3, NULL)), NULLIF('note ' || g, 'note 7'), CASE WHEN g % 4 = 0 THEN 5 * (1 + g % 2000) END
FROM generate_series(1, 2000) g;
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE zoo.animals ADD CONSTRAINT animals_not_yet CHECK (grams < 9000) NOT VALID;

CREATE INDEX animals_heavy ON zoo.animals (grams DESC NULLS LAST) WHERE grams > 5000;
CREATE INDEX animals_lower ON zoo.animals (lower(name) COLLATE "C" text_pattern_ops, ((doc ->> 'n')::integer));
CREATE UNIQUE INDEX animals_include ON zoo.animals (id) INCLUDE (name, mood) WITH (fillfactor = 50);
CREATE INDEX animals_doc ON zoo.animals USING gin (doc jsonb_path_ops) WITH (fastupdate = off);
CREATE INDEX animals_words ON zoo.animals USING gin (words);
CREATE INDEX animals_born ON zoo.animals USING brin (born) WITH (pages_per_range = 4);
CREATE INDEX animals_hash ON zoo.animals USING hash (name);
CREATE INDEX animals_odd ON zoo.animals (number zoo.odd_int_ops);
ALTER INDEX zoo.animals_lower ALTER COLUMN 2 SET STATISTICS 300;
ALTER TABLE zoo.animals CLUSTER ON animals_include;
ALTER TABLE zoo.animals REPLICA IDENTITY USING INDEX animals_pkey;
COMMENT ON INDEX zoo.animals_heavy IS 'An index.';
COMMENT ON CONSTRAINT animals_weigh ON zoo.animals IS 'A constraint.';
COMMENT ON COLUMN zoo.animals.loud IS 'Generated.';

CREATE STATISTICS zoo.animals_statistics (ndistinct, dependencies, mcv) ON born, mood, grams FROM zoo.animals;
CREATE STATISTICS zoo.animals_expression ON (lower(name)), (grams % 10) FROM zoo.animals;
ALTER STATISTICS zoo.animals_statistics SET STATISTICS 200;
COMMENT ON STATISTICS zoo.animals_statistics IS 'A statistics object.';

-- Bookings never overlap: an exclusion constraint, deferrable.
CREATE TABLE zoo.bookings (
    cage int4range,
    during tsrange,
    CONSTRAINT bookings_apart EXCLUDE USING gist (cage WITH &&, during WITH &&) WHERE (NOT isempty(cage)) DEFERRABLE
);
INSERT INTO zoo.bookings SELECT int4range(g, g + 1), tsrange(timestamp '2026-01-01' + g * interval '1 hour', timestamp '2026-01-01' + (g + 1) * interval '1 hour') FROM generate_series(1, 200) g;

-- Two tables that need each other.
CREATE TABLE keeper.people (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    name text UNIQUE DEFERRABLE,
    house integer NOT NULL
);
CREATE TABLE keeper.houses (
    id serial PRIMARY KEY,
    owner uuid,
    animal bigint,
    CONSTRAINT houses_owner FOREIGN KEY (owner) REFERENCES keeper.people ON UPDATE CASCADE ON DELETE RESTRICT DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT houses_animal FOREIGN KEY (animal) REFERENCES zoo.animals ON DELETE CASCADE NOT DEFERRABLE
);
ALTER TABLE keeper.people ADD CONSTRAINT people_house FOREIGN KEY (house) REFERENCES keeper.houses (id) MATCH FULL DEFERRABLE INITIALLY DEFERRED;
WITH built AS (
    INSERT INTO keeper.houses (id, owner, animal) SELECT g, ('00000000-0000-4000-8000-' || lpad(g::text, 12, '0'))::uuid, 5 * g FROM generate_series(1, 50) g
)
INSERT INTO keeper.people (id, name, house) SELECT ('00000000-0000-4000-8000-' || lpad(g::text, 12, '0'))::uuid, 'person ' || g, g FROM generate_series(1, 50) g;

-- A foreign key that old rows break.
CREATE TABLE keeper.visits (id bigserial PRIMARY KEY, house integer, at timestamp with time zone DEFAULT now());
INSERT INTO keeper.visits (house, at) VALUES (1, '2026-01-01 00:00:00+00'), (9999, '2026-01-02 00:00:00+00');
ALTER TABLE keeper.visits ADD CONSTRAINT visits_house FOREIGN KEY (house) REFERENCES keeper.houses NOT VALID;
ALTER SEQUENCE keeper.visits_id_seq INCREMENT BY 7 MAXVALUE 1000000;

--
-- Partitions: by range with a sub-partition, by list, by hash, with defaults
--

CREATE TABLE zoo.sightings (
    id bigint GENERATED BY DEFAULT AS IDENTITY,
    seen date NOT NULL,
    animal bigint REFERENCES zoo.animals,
    kind text DEFAULT 'walk',
    doc jsonb
) PARTITION BY RANGE (seen);
CREATE TABLE zoo.sightings_2025 PARTITION OF zoo.sightings (PRIMARY KEY (id)) FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE zoo.sightings_2026 PARTITION OF zoo.sightings FOR VALUES FROM ('2026-01-01') TO ('2027-01-01') PARTITION BY LIST (kind);
CREATE TABLE zoo.sightings_2026_walk PARTITION OF zoo.sightings_2026 FOR VALUES IN ('walk', 'run');
CREATE TABLE keeper.sightings_2026_rest PARTITION OF zoo.sightings_2026 (doc DEFAULT '[]', CONSTRAINT rest_only CHECK (kind <> 'walk')) DEFAULT;
CREATE TABLE zoo.sightings_old (doc jsonb, gone text, kind text, animal bigint, seen date NOT NULL, id bigint NOT NULL);
ALTER TABLE zoo.sightings_old DROP COLUMN gone;
ALTER TABLE zoo.sightings ATTACH PARTITION zoo.sightings_old FOR VALUES FROM (MINVALUE) TO ('2025-01-01');
CREATE TABLE zoo.sightings_default PARTITION OF zoo.sightings DEFAULT;
CREATE INDEX sightings_kind ON zoo.sightings (kind, seen DESC);
CREATE INDEX sightings_only_here ON ONLY zoo.sightings (animal);
INSERT INTO zoo.sightings (seen, animal, kind, doc)
SELECT date '2024-06-01' + g % 1200, 5 * (1 + g % 2000), (ARRAY['walk', 'run', 'swim', 'fly', NULL])[1 + g % 5], CASE WHEN g % 3 = 0 THEN jsonb_build_object('g', g) END
FROM generate_series(1, 5000) g;
COMMENT ON TABLE zoo.sightings_2025 IS 'A partition.';

CREATE TABLE zoo.pairs (a integer, b text, PRIMARY KEY (a)) PARTITION BY HASH (a);
CREATE TABLE zoo.pairs_0 PARTITION OF zoo.pairs FOR VALUES WITH (MODULUS 3, REMAINDER 0);
CREATE TABLE zoo.pairs_1 PARTITION OF zoo.pairs FOR VALUES WITH (MODULUS 3, REMAINDER 1) WITH (fillfactor = 70);
CREATE TABLE zoo.pairs_2 PARTITION OF zoo.pairs FOR VALUES WITH (MODULUS 3, REMAINDER 2);
INSERT INTO zoo.pairs SELECT g, 'pair ' || g FROM generate_series(1, 300) g;

CREATE TABLE zoo.moods_seen (mood zoo.mood, n integer) PARTITION BY HASH (mood);
CREATE TABLE zoo.moods_seen_0 PARTITION OF zoo.moods_seen FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE zoo.moods_seen_1 PARTITION OF zoo.moods_seen FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO zoo.moods_seen SELECT (enum_range(NULL::zoo.mood))[1 + g % 5], g FROM generate_series(1, 50) g;

CREATE TABLE zoo.pair_notes (a integer REFERENCES zoo.pairs ON DELETE CASCADE, note text);
INSERT INTO zoo.pair_notes SELECT g, 'note' FROM generate_series(1, 20) g;

--
-- Inheritance, and tables that are hardly tables
--

CREATE TABLE zoo.vehicles (id integer NOT NULL, wheels smallint DEFAULT 4 CHECK (wheels >= 0), made date CHECK (made > '1900-01-01') NO INHERIT);
CREATE TABLE zoo.named (name text NOT NULL);
CREATE TABLE zoo.trucks (load integer, wheels smallint DEFAULT 6) INHERITS (zoo.vehicles, zoo.named);
INSERT INTO zoo.vehicles SELECT g, 4, date '2000-01-01' + g FROM generate_series(1, 10) g;
INSERT INTO zoo.trucks (id, load, name) SELECT g, g * 100, 'truck ' || g FROM generate_series(11, 20) g;
ALTER TABLE ONLY zoo.trucks ALTER COLUMN name SET DEFAULT 'truck';

CREATE TABLE zoo.empty (id serial PRIMARY KEY, t text NOT NULL);
CREATE TABLE zoo.no_columns ();
INSERT INTO zoo.no_columns DEFAULT VALUES;
INSERT INTO zoo.no_columns DEFAULT VALUES;
INSERT INTO zoo.no_columns DEFAULT VALUES;
COMMENT ON TABLE zoo.no_columns IS 'Three rows of no columns.';

CREATE UNLOGGED TABLE zoo.scratch (k text PRIMARY KEY, v text COMPRESSION pglz);
INSERT INTO zoo.scratch SELECT 'k' || g, repeat('v' || g, 100) FROM generate_series(1, 100) g;

CREATE TABLE zoo.typed OF zoo.point3 (x WITH OPTIONS DEFAULT 1.5, PRIMARY KEY (x));
INSERT INTO zoo.typed VALUES (1, 2, 3);

--
-- Awkward names
--

CREATE TABLE "Other Zoo"."Mixed Case" (
    "Id" serial PRIMARY KEY,
    "with space" text,
    "quo""te" text,
    "it's" text,
    "dot.ted" text,
    "naïve 🐘" text,
    "back\slash" text,
    "select" text DEFAULT 'a reserved word',
    "percent%s" text,
    "$1" text,
    " leading" text,
    "comma,semi;colon" text,
    "(parens)" text,
    "--comment" text
);
INSERT INTO "Other Zoo"."Mixed Case" ("with space", "quo""te", "naïve 🐘") SELECT 'a' || g, 'b' || g, 'c' || g FROM generate_series(1, 100) g;
CREATE INDEX "An Index; with ""everything"" in its name" ON "Other Zoo"."Mixed Case" ("with space", "quo""te");
CREATE UNIQUE INDEX "UPPER" ON "Other Zoo"."Mixed Case" (upper("naïve 🐘"));
CREATE TABLE "Other Zoo"."dot.ted ""table"", it's" (a integer, "Ref" integer REFERENCES "Other Zoo"."Mixed Case");
INSERT INTO "Other Zoo"."dot.ted ""table"", it's" VALUES (1, 1), (2, NULL);
CREATE TABLE "Other Zoo"."table" ("user" text, "order" integer);
INSERT INTO "Other Zoo"."table" VALUES ('root', 1);
CREATE TABLE "Other Zoo"."a_name_of_exactly_63_bytes_which_is_all_that_postgres_lets_pass" (id integer);
INSERT INTO "Other Zoo"."a_name_of_exactly_63_bytes_which_is_all_that_postgres_lets_pass" VALUES (63);
CREATE TABLE "Other Zoo"."象" ("名前" text);
INSERT INTO "Other Zoo"."象" VALUES ('花子');
CREATE TABLE "Other Zoo".animals (same_name_as text);
INSERT INTO "Other Zoo".animals VALUES ('zoo.animals');
CREATE SEQUENCE "Other Zoo"."Seq ""Q"" 'q'" START WITH 9;
CREATE TYPE "Other Zoo"."Type" AS ENUM ('A', 'B');
CREATE FUNCTION "Other Zoo"."Func"("Arg" "Other Zoo"."Type" DEFAULT 'A') RETURNS "Other Zoo"."Type" LANGUAGE sql AS 'SELECT "Arg"';
CREATE VIEW "Other Zoo"."View of ""it""" AS SELECT "Id" AS "Number", "with space" FROM "Other Zoo"."Mixed Case";
COMMENT ON COLUMN "Other Zoo"."Mixed Case"."quo""te" IS 'a "comment" isn''t \ easy';

--
-- Views, rules, materialized views
--

CREATE VIEW zoo.heavy WITH (security_barrier = true) AS
    SELECT id, name, grams FROM zoo.animals WHERE grams > 5000
    WITH LOCAL CHECK OPTION;
CREATE VIEW zoo.heavy_names (called) AS SELECT name FROM zoo.heavy ORDER BY name COLLATE "C";
CREATE RECURSIVE VIEW zoo.counting (n) AS VALUES (1) UNION ALL SELECT n + 1 FROM counting WHERE n < 10;
ALTER VIEW zoo.heavy ALTER COLUMN name SET DEFAULT 'heavy one';
COMMENT ON VIEW zoo.heavy IS 'A view.';

CREATE RULE heavy_delete AS ON DELETE TO zoo.heavy_names DO INSTEAD DELETE FROM zoo.animals WHERE name = OLD.called;
CREATE RULE scratch_no_insert AS ON INSERT TO zoo.scratch WHERE NEW.k = 'forbidden' DO INSTEAD NOTHING;
CREATE RULE pair_notes_log AS ON UPDATE TO zoo.pair_notes DO ALSO NOTIFY pair_notes;
COMMENT ON RULE heavy_delete ON zoo.heavy_names IS 'A rule.';

CREATE MATERIALIZED VIEW zoo.by_mood AS SELECT mood, count(*) AS n, zoo.total(grams) AS grams FROM zoo.animals GROUP BY mood;
CREATE UNIQUE INDEX by_mood_mood ON zoo.by_mood (mood);
CREATE MATERIALIZED VIEW zoo.moods AS SELECT string_agg(mood::text, ',' ORDER BY mood) AS moods FROM zoo.by_mood;
CREATE MATERIALIZED VIEW zoo.not_populated AS SELECT 1 AS one WITH NO DATA;
COMMENT ON MATERIALIZED VIEW zoo.by_mood IS 'A materialized view.';

--
-- Triggers, which would change or refuse what a restore loads too late
--

CREATE TRIGGER animals_stamp BEFORE INSERT OR UPDATE OF name ON zoo.animals FOR EACH ROW WHEN (NEW.grams > 10) EXECUTE FUNCTION zoo.stamp();
CREATE TRIGGER animals_count AFTER INSERT ON zoo.animals REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION zoo.count_new();
CREATE TRIGGER scratch_closed BEFORE INSERT ON zoo.scratch FOR EACH ROW EXECUTE FUNCTION zoo.refuse();
CREATE TRIGGER truncate_closed BEFORE TRUNCATE ON zoo.pairs_0 FOR EACH STATEMENT EXECUTE FUNCTION zoo.refuse('an argument', '\x00');
CREATE TRIGGER sleeping BEFORE DELETE ON zoo.texts FOR EACH ROW EXECUTE FUNCTION zoo.refuse();
ALTER TABLE zoo.texts DISABLE TRIGGER sleeping;
CREATE TRIGGER always BEFORE UPDATE ON zoo.texts FOR EACH ROW EXECUTE FUNCTION zoo.refuse();
ALTER TABLE zoo.texts ENABLE ALWAYS TRIGGER always;
CREATE CONSTRAINT TRIGGER late AFTER UPDATE ON keeper.houses DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION zoo.refuse();
CREATE TRIGGER instead INSTEAD OF UPDATE ON zoo.heavy_names FOR EACH ROW EXECUTE FUNCTION zoo.refuse();
CREATE TRIGGER every_partition AFTER DELETE ON zoo.sightings FOR EACH ROW EXECUTE FUNCTION zoo.refuse();
COMMENT ON TRIGGER animals_stamp ON zoo.animals IS 'A trigger.';

--
-- Row security: on, on and forced, and policies without
--

CREATE TABLE keeper.secrets (id serial PRIMARY KEY, whose text, what text);
INSERT INTO keeper.secrets (whose, what) SELECT (ARRAY['ann', 'bob'])[1 + g % 2], 'secret ' || g FROM generate_series(1, 40) g;
ALTER TABLE keeper.secrets ENABLE ROW LEVEL SECURITY;
ALTER TABLE keeper.secrets FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON keeper.secrets AS PERMISSIVE FOR SELECT TO PUBLIC USING (whose = CURRENT_USER);
CREATE POLICY "no new ones" ON keeper.secrets AS RESTRICTIVE FOR INSERT WITH CHECK (false);
COMMENT ON POLICY own ON keeper.secrets IS 'A policy.';
ALTER TABLE zoo.bookings ENABLE ROW LEVEL SECURITY;
CREATE POLICY unused ON zoo.arrays FOR ALL USING (true);

--
-- Privileges, publications, foreign data
--

GRANT USAGE ON SCHEMA zoo TO PUBLIC;
GRANT SELECT ON zoo.animals TO PUBLIC;
GRANT SELECT (id), UPDATE (name) ON zoo.heavy TO PUBLIC;
GRANT USAGE ON SEQUENCE zoo.countdown TO PUBLIC;
REVOKE EXECUTE ON FUNCTION zoo.shout(text) FROM PUBLIC;
REVOKE USAGE ON TYPE zoo.mood FROM PUBLIC;
ALTER DEFAULT PRIVILEGES IN SCHEMA keeper GRANT SELECT ON TABLES TO PUBLIC;

CREATE PUBLICATION some_animals FOR TABLE zoo.animals, keeper.people WITH (publish = 'insert, update');
COMMENT ON PUBLICATION some_animals IS 'A publication.';

CREATE FOREIGN DATA WRAPPER elsewhere OPTIONS (hint 'no handler: it can be dumped, not read');
CREATE SERVER far FOREIGN DATA WRAPPER elsewhere OPTIONS (host 'far.example.com');
CREATE FOREIGN TABLE zoo.far_animals (id bigint OPTIONS (column_name 'ID') NOT NULL, name text) SERVER far OPTIONS (table_name 'animals');
COMMENT ON SERVER far IS 'A foreign server.';

--
-- Large objects: empty, small, over 2 MiB, with a hole
--

SELECT lo_create(1001);
SELECT lo_from_bytea(1002, 'small, with a zero \000 and a backslash \\'::bytea);
SELECT lo_from_bytea(1003, string_agg(decode(md5(g::text), 'hex'), ''::bytea ORDER BY g)) FROM generate_series(1, 150000) g;
SELECT lo_from_bytea(1004, 'start');
SELECT lo_put(1004, 1000000, 'after a hole');
COMMENT ON LARGE OBJECT 1002 IS 'A large object.';
GRANT SELECT ON LARGE OBJECT 1002 TO PUBLIC;

--
-- What PostgreSQL 14 cannot say
--

DO $$ BEGIN
    IF current_setting('server_version_num')::integer < 150000 THEN
        ALTER TABLE zoo.animals ADD CONSTRAINT animals_name_born UNIQUE (name, born, number) INCLUDE (grams);
        CREATE PUBLICATION the_keepers FOR TABLE keeper.people WITH (publish_via_partition_root = true);
        RETURN;
    END IF;
    EXECUTE 'ALTER TABLE zoo.animals ADD CONSTRAINT animals_name_born UNIQUE NULLS NOT DISTINCT (name, born, number) INCLUDE (grams)';
    EXECUTE 'ALTER TABLE zoo.scalars ALTER nneg TYPE numeric(3,-2)';
    EXECUTE 'ALTER SEQUENCE zoo.unlogged_sequence SET UNLOGGED';
    EXECUTE 'ALTER PUBLICATION some_animals SET TABLE zoo.animals (id, name) WHERE (id > 100), keeper.people';
    EXECUTE 'CREATE PUBLICATION the_keepers FOR TABLES IN SCHEMA keeper WITH (publish_via_partition_root = true)';
END $$;

COMMIT;
