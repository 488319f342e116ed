-- Forms of tables, types and keys that the zoo has not.

CREATE TYPE nothing AS ENUM ();
CREATE DOMAIN short AS varchar(40) COLLATE "C" DEFAULT 'x, y) NOT NULL' NOT NULL CHECK (VALUE <> '');
CREATE DOMAIN shorter AS short CONSTRAINT "one; only" CHECK (char_length(VALUE) < 10) CHECK (VALUE ~ '^[(]');
CREATE DOMAIN ages AS integer;
ALTER DOMAIN ages ADD CONSTRAINT adult CHECK (VALUE > 17) NOT VALID;

CREATE TABLE parent (
    a int PRIMARY KEY,
    b text CONSTRAINT b_there NOT NULL,
    c varchar(20)[] DEFAULT '{a,b}'::varchar[],
    d timestamp(3) with time zone DEFAULT now(),
    e numeric(10,2),
    f interval day to second(2),
    f2 interval(3) DEFAULT '1 day 02:00:00'::interval(0),
    f3 interval year to month,
    g bit varying(5) DEFAULT B'101',
    g2 bit,
    "check" int,
    "constraint" int CHECK ("constraint" IS NOT NULL),
    h text DEFAULT 'a, b) (' || $q$x,'$q$ || E'\\ \n',
    i double precision[][],
    j char(3),
    j2 char,
    k "char"[],
    l text DEFAULT CASE WHEN 1 IS NOT NULL THEN 'a' ELSE 'b' COLLATE "C" END NOT NULL,
    m time(2) without time zone,
    m2 time with time zone[],
    n boolean DEFAULT (1 IS NOT NULL) NOT NULL,
    o name COLLATE "C",
    p regclass,
    "options" int,
    "Generated" int
);
CREATE TABLE child (z int, CHECK (z > 0)) INHERITS (parent);
ALTER TABLE child ALTER COLUMN b SET DEFAULT 'q', ALTER COLUMN j SET NOT NULL;
CREATE TABLE grandchild (j char(3) DEFAULT 'abc') INHERITS (child);

CREATE TABLE keys (
    a int REFERENCES parent ON DELETE CASCADE,
    b text,
    x shorter,
    y short[],
    z ages NOT NULL,
    pk serial,
    CHECK (b = ANY (ARRAY['x', 'y'])),
    CONSTRAINT bounds CHECK (char_length(b) <= 20),
    CONSTRAINT own CHECK (b IN ('a', 'b''c')) NO INHERIT,
    UNIQUE (x, z)
);
CREATE UNIQUE INDEX keys_upper ON keys (x, upper(b), (pk + 1)) WHERE z IS NOT NULL;
CREATE UNIQUE INDEX keys_sorted ON keys (x COLLATE "POSIX" DESC NULLS LAST, b text_pattern_ops) INCLUDE (y) WITH (fillfactor = 60);
-- PostgreSQL 14 cannot say NULLS NOT DISTINCT.
DO $$ BEGIN
    EXECUTE format('CREATE UNIQUE INDEX keys_null ON keys (b) %s WHERE (b <> ''x'') AND (z > 3)',
        CASE WHEN current_setting('server_version_num')::integer >= 150000 THEN 'NULLS NOT DISTINCT' END);
END $$;
CREATE INDEX ON keys (b);

CREATE TABLE computed (a int, b int GENERATED ALWAYS AS (a * 2) STORED NOT NULL, c text NOT NULL);
CREATE TABLE computed_child (d int) INHERITS (computed);

CREATE TABLE whole (id int NOT NULL, k text CHECK (k <> ''), z short, PRIMARY KEY (id), UNIQUE (id, k)) PARTITION BY RANGE (id);
CREATE TABLE part PARTITION OF whole FOR VALUES FROM (0) TO (10);
ALTER TABLE part ALTER k SET NOT NULL, ADD CONSTRAINT its_own CHECK (k <> 'q');
CREATE TABLE of_whole (id int, k text, FOREIGN KEY (id, k) REFERENCES whole (id, k) MATCH FULL);

CREATE TYPE pair AS (one text COLLATE "C", two short);
CREATE TABLE pairs OF pair (two WITH OPTIONS NOT NULL, UNIQUE (one));
CREATE TABLE pairs_plain OF pair;
CREATE VIEW parents AS SELECT * FROM parent;
