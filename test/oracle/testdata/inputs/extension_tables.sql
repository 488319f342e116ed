-- Rows in the tables of an extension, which have a foreign key from the start; the
-- referred table is the larger one, and too large to share a request with the other. The key of areas to itself holds, too.
CREATE SCHEMA "before";
CREATE TABLE "before".first (id int PRIMARY KEY, name text);
INSERT INTO "before".first SELECT g, 'n' FROM generate_series(1, 50) g;
CREATE EXTENSION oracle_settings;
INSERT INTO oracle_settings.regions SELECT g, 'region ' || g, (SELECT string_agg(md5(g || ' ' || i), '') FROM generate_series(1, 20) i) FROM generate_series(1, 4000) g;
INSERT INTO oracle_settings.areas (region, parent) SELECT g, CASE WHEN g > 1 THEN 2 END FROM generate_series(1, 4000) g;
-- A generated column that depends on them.
CREATE FUNCTION public.region_of(int) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$BEGIN RETURN (SELECT name FROM oracle_settings.regions WHERE id = $1); END$$;
CREATE TABLE shops (id int, region int, pad text, name text GENERATED ALWAYS AS (public.region_of(region)) STORED);
INSERT INTO shops SELECT g, g % 4000, repeat(md5(g::text), 9) FROM generate_series(1, 8000) g;
CREATE TABLE visits (region int REFERENCES oracle_settings.regions, area int REFERENCES oracle_settings.areas);
INSERT INTO visits SELECT g, NULL FROM generate_series(1, 100) g;
