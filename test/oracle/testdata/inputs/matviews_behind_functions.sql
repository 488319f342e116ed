-- Materialized views that read others through functions, which no dependency shows.
CREATE MATERIALIZED VIEW a AS SELECT 1 s FROM pg_sleep(0.3);
CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql STABLE AS $$BEGIN RETURN (SELECT s FROM public.a); END$$;
CREATE MATERIALIZED VIEW b AS SELECT f();
CREATE FUNCTION g() RETURNS int LANGUAGE plpgsql STABLE AS $$DECLARE n int; BEGIN EXECUTE 'SELECT f FROM public.b' INTO n; RETURN n; END$$;
CREATE MATERIALIZED VIEW c AS SELECT g() + 1 AS n;
CREATE UNIQUE INDEX c_n ON c (n);
-- And one whose function is in a view, and one that is filled by a function of a table.
CREATE VIEW d_view AS SELECT g() AS n;
CREATE MATERIALIZED VIEW d AS SELECT * FROM d_view;
CREATE MATERIALIZED VIEW e AS SELECT count(*) FROM d;
CREATE MATERIALIZED VIEW not_populated AS SELECT f() WITH NO DATA;
