-- Partitions by an expression that calls a function which reads a table, and a domain
-- that does. No two of the larger tables share a request.
CREATE TABLE a_regions (code text PRIMARY KEY, zone int, pad text);
INSERT INTO a_regions SELECT 'r' || g, g % 3, (SELECT string_agg(md5(g || ' ' || i), '') FROM generate_series(1, 20) i) FROM generate_series(1, 4000) g;
CREATE FUNCTION zone(text) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$BEGIN RETURN (SELECT zone FROM public.a_regions WHERE code = $1); END$$;
CREATE TABLE orders (id int, code text, pad text) PARTITION BY LIST (zone(code));
CREATE TABLE orders_0 PARTITION OF orders FOR VALUES IN (0);
CREATE TABLE orders_1 PARTITION OF orders FOR VALUES IN (1) PARTITION BY RANGE ((zone(code) + id));
CREATE TABLE orders_1_low PARTITION OF orders_1 FOR VALUES FROM (MINVALUE) TO (1000);
CREATE TABLE orders_1_high PARTITION OF orders_1 FOR VALUES FROM (1000) TO (MAXVALUE);
CREATE TABLE orders_rest PARTITION OF orders DEFAULT;
INSERT INTO orders SELECT g, 'r' || 3000 + g % 1000, (SELECT string_agg(md5(g || ' ' || i), '') FROM generate_series(1, 20) i) FROM generate_series(1, 6000) g;
CREATE DOMAIN zoned AS text CHECK (zone(VALUE) IS NOT NULL);
CREATE TABLE addresses (id int, code zoned);
INSERT INTO addresses SELECT g, 'r' || 3000 + g % 1000 FROM generate_series(1, 1000) g;
