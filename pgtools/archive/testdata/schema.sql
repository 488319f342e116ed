-- The database behind the archives in this folder: small, and full of what a
-- reader can get wrong. script/majors --update makes the archives anew.

CREATE TABLE public.people (
    id integer PRIMARY KEY,
    name text NOT NULL,
    note text
);
INSERT INTO public.people VALUES
    (1, 'Ann', NULL),
    (2, '', 'a tab	and \back\slashes, and a "\." that ends nothing'),
    (3, 'Ōta 🐘', E'two\nlines'),
    (4, '\.', 'NULL'),
    (5, '\N', '\n');

CREATE SCHEMA "Odd";
CREATE TABLE "Odd"."Mixed ""Case"", täble" ("Select" integer, "a b" text);
INSERT INTO "Odd"."Mixed ""Case"", täble"
    SELECT n, repeat(chr(96 + n % 26), n % 9) FROM generate_series(1, 60) n;

CREATE TABLE public.empty (id integer);

CREATE TABLE public.parted (at date) PARTITION BY RANGE (at);
CREATE TABLE public.parted_2026 PARTITION OF public.parted FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
INSERT INTO public.parted VALUES ('2026-11-23');

-- Not compressible, and longer than one buffer of pg_dump's.
CREATE TABLE public.wide (b bytea);
INSERT INTO public.wide SELECT string_agg(decode(md5(n::text), 'hex'), '') FROM generate_series(1, 140) n;

CREATE SEQUENCE public.advanced;
SELECT setval('public.advanced', 123456789012);

SELECT lo_from_bytea(1001, '');
SELECT lo_from_bytea(1002, 'Ōta: a large object');
SELECT lo_from_bytea(4000000000, decode(repeat('00ff', 1500), 'hex'));
COMMENT ON LARGE OBJECT 1002 IS 'A large object.';
