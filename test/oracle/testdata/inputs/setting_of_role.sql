-- The role that restores has settings of its own, each of which changes what is made.
-- role: ALTER ROLE %s SET standard_conforming_strings = off
-- role: ALTER ROLE %s SET default_tablespace = elsewhere
-- role: ALTER ROLE %s SET DateStyle = 'SQL, DMY'
-- role: ALTER ROLE %s SET IntervalStyle = sql_standard
-- role: ALTER ROLE %s SET search_path = b, public
-- role: ALTER ROLE %s SET TimeZone = 'Asia/Kathmandu'
-- role: ALTER ROLE %s SET extra_float_digits = -10
-- role: ALTER ROLE %s SET bytea_output = escape
-- role: ALTER ROLE %s SET client_encoding = LATIN1
-- role: ALTER ROLE %s SET xmloption = document
-- role: ALTER ROLE %s SET statement_timeout = '20ms'
-- role: ALTER ROLE %s SET lock_timeout = '1ms'
-- role: ALTER ROLE %s SET idle_in_transaction_session_timeout = '1ms'
-- role: ALTER ROLE %s SET check_function_bodies = on
-- role: ALTER ROLE %s SET default_transaction_isolation = serializable
-- role: ALTER ROLE %s SET default_transaction_deferrable = on
-- role: ALTER ROLE %s SET quote_all_identifiers = on
-- role: ALTER ROLE %s SET session_replication_role = replica
-- role: ALTER ROLE %s SET row_security = off
-- role: ALTER ROLE %s SET default_toast_compression = pglz
CREATE SCHEMA b;
CREATE TABLE b.t (id serial PRIMARY KEY, d date DEFAULT '2024-02-01', at timestamptz, i interval, f float8, x xml, y bytea, t text);
INSERT INTO b.t (at, i, f, x, y, t)
SELECT '2024-02-01 10:00:00+00'::timestamptz + g * interval '1 hour', '-1 day -02:03:00'::interval * g, g / 3.0::float8, XMLPARSE(CONTENT '<a/>text'), decode(md5(g::text), 'hex'), E'gr\u00fc\u00df\\e ' || repeat(md5(g::text), 5)
FROM generate_series(1, 20000) g;
CREATE INDEX t_d ON b.t (d) WHERE d > '2024-02-03';
CREATE INDEX t_at ON b.t (at) WHERE at > '2024-02-03 00:00+00';
CREATE INDEX t_t ON b.t (t) WHERE t ~ '\d';
CREATE TABLE b.r (id int REFERENCES b.t, "CHECK" int);
INSERT INTO b.r SELECT g FROM generate_series(1, 1000) g;
CREATE MATERIALIZED VIEW b.m AS SELECT d, f, i::text FROM b.t WHERE t ~ '\d';
CREATE UNIQUE INDEX m_f ON b.m (f);
CREATE STATISTICS b.s ON d, f FROM b.t;
ALTER TABLE b.t CLUSTER ON t_pkey;
