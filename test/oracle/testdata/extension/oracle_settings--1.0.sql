-- Two tables with rows of the user's, the referred one sorted last and larger; a
-- sequence; and a function that reads one of them.
CREATE TABLE regions (id int PRIMARY KEY, name text NOT NULL, pad text);
CREATE TABLE areas (id serial PRIMARY KEY, region int NOT NULL REFERENCES regions, parent int REFERENCES areas, built_in boolean DEFAULT false);
CREATE FUNCTION region(int) RETURNS text LANGUAGE plpgsql STABLE AS $$BEGIN RETURN (SELECT name FROM oracle_settings.regions WHERE id = $1); END$$;
INSERT INTO regions VALUES (0, 'everywhere');
INSERT INTO areas (region, built_in) VALUES (0, true);
SELECT pg_catalog.pg_extension_config_dump('regions', 'WHERE id > 0');
SELECT pg_catalog.pg_extension_config_dump('areas', 'WHERE NOT built_in');
SELECT pg_catalog.pg_extension_config_dump('areas_id_seq', '');
