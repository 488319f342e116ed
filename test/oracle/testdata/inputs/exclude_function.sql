-- Exclusion constraints and unique indexes that call functions which read tables. Those
-- tables are the larger ones, and come later.
CREATE EXTENSION btree_gist;
CREATE TABLE slots (k int PRIMARY KEY, r int4range, pad text);
INSERT INTO slots SELECT g, int4range(g * 10, g * 10 + 5), (SELECT string_agg(md5(g || ' ' || i), '') FROM generate_series(1, 20) i) FROM generate_series(1, 6000) g;
CREATE FUNCTION slot(int) RETURNS int4range LANGUAGE plpgsql IMMUTABLE AS $$DECLARE found int4range; BEGIN SELECT r INTO STRICT found FROM public.slots WHERE k = $1; RETURN found; END$$;
CREATE TABLE bookings (id int, k int, EXCLUDE USING gist (slot(k) WITH &&));
INSERT INTO bookings SELECT g, 5700 + g FROM generate_series(1, 300) g;
CREATE FUNCTION rate(int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$DECLARE found int; BEGIN SELECT lower(r) INTO STRICT found FROM public.slots WHERE k = $1; RETURN found; END$$;
CREATE TABLE items (id int, k int);
INSERT INTO items SELECT g, 5000 + g % 500 FROM generate_series(1, 2000) g;
CREATE UNIQUE INDEX ON items (id, rate(k)) WHERE rate(k) > 3;
