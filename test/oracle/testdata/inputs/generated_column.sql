-- A generated column calls a function that reads another table, and its text looks
-- like that of a default.
CREATE TABLE a_r (k text, r int);
INSERT INTO a_r VALUES ('x DEFAULT ', 3);
CREATE FUNCTION rate(text) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$BEGIN RETURN (SELECT r FROM public.a_r WHERE k = $1); END$$;
CREATE TABLE z (id int, k text, pad text, r int GENERATED ALWAYS AS (rate(k || ' DEFAULT ')) STORED);
INSERT INTO z SELECT i, 'x', repeat(md5(i::text), 3) FROM generate_series(1, 20000) i;
