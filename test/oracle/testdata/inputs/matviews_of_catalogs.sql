-- Views that look at Postgres's catalogs, or at the pages of another view.
CREATE EXTENSION pgstattuple;
CREATE TABLE base AS SELECT i FROM generate_series(1, 100) i;
CREATE MATERIALIZED VIEW a0 AS SELECT i, pg_sleep(0.005)::text AS s FROM base;
CREATE MATERIALIZED VIEW a AS SELECT * FROM a0;
CREATE MATERIALIZED VIEW b AS SELECT tuple_count FROM pgstattuple('public.a');
CREATE MATERIALIZED VIEW c AS SELECT relispopulated FROM pg_class WHERE relname = 'a';
CREATE MATERIALIZED VIEW d AS SELECT ispopulated FROM pg_matviews WHERE matviewname = 'a';
CREATE MATERIALIZED VIEW e AS SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public';
CREATE VIEW between AS SELECT relispopulated FROM pg_class WHERE relname = 'a0';
CREATE MATERIALIZED VIEW f AS SELECT * FROM between;
-- What ANALYZE leaves, directly and behind functions and the planner.
CREATE MATERIALIZED VIEW g AS SELECT tablename, attname, n_distinct FROM pg_stats WHERE schemaname = 'public';
CREATE FUNCTION estimate() RETURNS real LANGUAGE plpgsql STABLE AS $$BEGIN RETURN (SELECT reltuples FROM pg_class WHERE oid = 'public.base'::regclass); END$$;
CREATE MATERIALIZED VIEW h AS SELECT estimate() AS rows;
