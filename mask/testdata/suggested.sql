CREATE SCHEMA a; CREATE SCHEMA b; CREATE SCHEMA "Odd.Schema";
CREATE TYPE sex AS ENUM ('f', 'm', 'd'); CREATE TYPE pair AS (a int, b text);
CREATE DOMAIN code AS varchar(4) CHECK (VALUE <> ''); CREATE DOMAIN listed AS text CHECK (VALUE IN ('x', 'y'));

-- Names that are in several schemas, and odd ones.
CREATE TABLE public.t (id int PRIMARY KEY, name text NOT NULL, note text); CREATE TABLE a.t (id int PRIMARY KEY, name varchar(3) UNIQUE, other text); CREATE TABLE b.t (name uuid, note int, phone bigint);
CREATE TABLE "Odd.Schema"."T" (name text); CREATE TABLE "Odd.Schema"."T""q" ("it's" text, "a: b" text, "# c" text, "*" text, rows text, "<<" text, "null" text, "two
lines" text, "größe" text, "keep" text, "- x" text, "{y}" text, " z " text, "tab	bed" text, "back\slash" text);
CREATE TABLE "it's" (name text); CREATE TABLE "a*b" (name text); CREATE TABLE "a?b" (name text); CREATE TABLE "two
lines" (name text); CREATE TABLE "t.t" (name text); CREATE TABLE "rows" (name text); CREATE TABLE "null" (name text); CREATE TABLE "1" (name text);

-- Partitions of partitions, keys of theirs, and unique indexes and checks of one alone.
CREATE TABLE visits (id int, born date NOT NULL, name text NOT NULL, city text NOT NULL, phone bigint NOT NULL, mail text) PARTITION BY RANGE (born);
CREATE TABLE visits_old PARTITION OF visits FOR VALUES FROM ('1900-01-01') TO ('2000-01-01') PARTITION BY LIST (name);
CREATE TABLE visits_old_a PARTITION OF visits_old FOR VALUES IN ('a') PARTITION BY HASH (phone);
CREATE TABLE visits_old_a0 PARTITION OF visits_old_a FOR VALUES WITH (modulus 1, remainder 0);
CREATE TABLE visits_old_b PARTITION OF visits_old DEFAULT;
CREATE TABLE visits_new PARTITION OF visits FOR VALUES FROM ('2000-01-01') TO ('2100-01-01');
CREATE UNIQUE INDEX visits_new_city ON visits_new (city); ALTER TABLE visits_new ADD CHECK (mail LIKE 'x%');
INSERT INTO visits SELECT g, date '1990-01-01' + g % 2 * 5000, CASE g % 3 WHEN 0 THEN 'a' ELSE 'b' END, 'city ' || g, 6140000000 + g, 'x' || g FROM generate_series(1, 40) g;

-- Inheritance: a child that is stricter than its parent, and one that adds to it.
CREATE TABLE people (id uuid, name text, ref uuid); CREATE TABLE staff (PRIMARY KEY (id), UNIQUE (name), UNIQUE (ref)) INHERITS (people); CREATE TABLE guests (name text NOT NULL CHECK (length(name) < 4), phone int) INHERITS (people);
INSERT INTO staff SELECT md5(g::text)::uuid, 'n' || g, md5('r' || g)::uuid FROM generate_series(1, 20) g; INSERT INTO guests SELECT NULL, 'g' || g, NULL, g FROM generate_series(1, 20) g;

-- What is fine alone and not together.
CREATE TABLE two_of (a text NOT NULL, b text NOT NULL, UNIQUE (a, b)); CREATE TABLE either (name text NOT NULL UNIQUE, title text NOT NULL UNIQUE, UNIQUE (name, title), c char(2) UNIQUE);
INSERT INTO two_of SELECT 'a' || g, 'b' || g % 3 FROM generate_series(1, 30) g; INSERT INTO either SELECT 'a' || g, 'b' || g, g::text FROM generate_series(1, 30) g;
CREATE TABLE accounts (email text PRIMARY KEY, phone bigint UNIQUE, boss text REFERENCES accounts); CREATE TABLE letters (email text NOT NULL REFERENCES accounts, phone bigint REFERENCES accounts (phone), body text, UNIQUE (email, body));
INSERT INTO accounts SELECT 'm' || g || '@x.org', 100 + g, CASE WHEN g > 1 THEN 'm' || (g - 1) || '@x.org' END FROM generate_series(1, 20) g; INSERT INTO letters SELECT email, phone, 'dear ' || email FROM accounts;

-- Tables that are thrown away, but for those that others refer to.
CREATE TABLE versions (id int PRIMARY KEY, object text); CREATE TABLE audits (id int PRIMARY KEY, note text, name text); CREATE TABLE undone (id int REFERENCES audits, why text);
INSERT INTO versions VALUES (1, 'x'); INSERT INTO audits VALUES (1, 'x', 'y'); INSERT INTO undone VALUES (1, 'z');

-- Numbers, times and few values that are of people.
CREATE TABLE facts (
  ssn int PRIMARY KEY, phone_number bigint NOT NULL UNIQUE, card_number numeric(16,0) NOT NULL, passport_number smallint NOT NULL UNIQUE, salary money NOT NULL, income money, age interval NOT NULL, birth_time time NOT NULL, born_at timestamp NOT NULL,
  birthday_at timestamptz NOT NULL UNIQUE, gender sex NOT NULL, sex sex[] NOT NULL, ethnicity text NOT NULL CHECK (ethnicity IN ('a', 'b')), race listed NOT NULL, military boolean NOT NULL, salary_range int4range NOT NULL, age_range numrange, incomes numeric[] NOT NULL, latitude real NOT NULL,
  location point NOT NULL, area box NOT NULL, mac macaddr NOT NULL, pin bit(3) NOT NULL, pins bit varying NOT NULL, otp oid NOT NULL, doc xml NOT NULL, words tsvector NOT NULL, pair pair NOT NULL, pairs pair[] NOT NULL, code code NOT NULL UNIQUE, one char(1) NOT NULL UNIQUE, two varchar(2) NOT NULL, login name NOT NULL UNIQUE,
  bytes bytea NOT NULL UNIQUE, tags text[] NOT NULL UNIQUE, j jsonb NOT NULL UNIQUE, who uuid NOT NULL UNIQUE, at inet NOT NULL UNIQUE, net cidr NOT NULL, day date NOT NULL UNIQUE, days date[] NOT NULL,
  low text NOT NULL, part text NOT NULL, stay tsrange, full_name text GENERATED ALWAYS AS (login::text || code) STORED UNIQUE, EXCLUDE USING gist (age_range WITH &&), CHECK (low <> part), CHECK (two ~ '^.+$'), CHECK (char_length(low) <= 30));
CREATE UNIQUE INDEX facts_low ON facts (lower(low)); CREATE UNIQUE INDEX facts_part ON facts (part) WHERE part <> 'x'; CREATE UNIQUE INDEX facts_trim ON facts (btrim(two), one);
INSERT INTO facts SELECT g, 6140000000 + g, 4000 + g, g, g::money, NULL, g * interval '1 year', '10:00', '1980-01-01', timestamptz '1980-01-01' + g * interval '1 day', 'f', '{f,m}', 'a', 'x', g % 2 = 0, '[1,2)', NULL, '{1,2}', 1.5,
  '(1,2)', '(1,2),(3,4)', '08:00:2b:01:02:03', B'101', B'1', 7, '<a/>', 'x', '(1,a)', '{"(1,b)"}', 'c' || g, chr(64 + g), g, 'l' || g, convert_to('b' || g, 'UTF8'), ARRAY['t' || g], jsonb_build_object('k', 'v' || g), md5(g::text)::uuid, ('10.0.0.' || g)::inet, '10.0.0.0/8', date '2001-01-01' + g, '{2001-01-01}',
  'low ' || g, 'part ' || g, NULL FROM generate_series(1, 20) g;
