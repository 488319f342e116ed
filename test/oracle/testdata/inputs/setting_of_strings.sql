-- The source's own setting changes what a backslash means, and the archive says so.
ALTER DATABASE :"DBNAME" SET standard_conforming_strings = off;
\connect -
SET standard_conforming_strings = on;
CREATE TABLE p (id int, p text DEFAULT 'a\b', CHECK (p <> 'c\d'));
INSERT INTO p SELECT i, 'n' || i FROM generate_series(1, 100) i;
CREATE INDEX i ON p (id) WHERE p ~ '^n\d+$';
CREATE STATISTICS s ON (replace(p, '\', '/')), id FROM p;
CREATE VIEW v AS SELECT * FROM p WHERE p ~ '\d';
CREATE MATERIALIZED VIEW m AS SELECT count(*) FROM p WHERE p ~ '^n\d$';
CREATE POLICY y ON p USING (p ~ '\w');
ALTER TABLE p ADD CONSTRAINT x CHECK (p !~ '\s') NOT VALID;
COMMENT ON TABLE p IS 'C:\temp';
