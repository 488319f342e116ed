-- ANALYZE fails: an expression divides by zero, or a function raises.
CREATE TABLE t (a int, b int);
INSERT INTO t VALUES (0, 1);
CREATE STATISTICS s ON (b / nullif(a, 1)), b FROM t;
CREATE FUNCTION inverse(int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$BEGIN IF $1 = 0 THEN RAISE 'no inverse of %', $1; END IF; RETURN 1 / $1; END$$;
CREATE TABLE u (a int);
CREATE STATISTICS us ON (inverse(a)), a FROM u;
INSERT INTO u VALUES (0), (1);
CREATE TABLE later (id int PRIMARY KEY);
INSERT INTO later SELECT generate_series(1, 10);
