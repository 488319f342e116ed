package masktest

// Soup creates tables with every character that COPY, arrays, hstore and JSON escape. It
// needs the extensions hstore and citext.
const Soup = `
CREATE SCHEMA soup;
CREATE TABLE soup.pairs AS
  SELECT chr(a) || chr(b) || 'x' AS t, chr(a) AS one
  FROM generate_series(1, 128) a, generate_series(1, 128) b
  WHERE (a < 14 OR a IN (32, 34, 39, 44, 58, 61, 78, 92, 123, 125, 127, 128)) AND (b < 48 OR b > 90);
CREATE TABLE soup.texts (t text);
INSERT INTO soup.texts VALUES (NULL), (''), ('\N'), ('\.'), ('\\N'), ('\'), ('a\'), (E'a\\\n'), (E'\\\t'), (E'\r\n'), ('NULL'), ('null'),
  (' '), ('{}'), ('{a,b}'), ('"'), ('""'), ('a"b\c'), ('naïve 🐘 日本'), (E'\u0080'), (repeat('long ', 50000)), (repeat('\', 70001));
CREATE TABLE soup.arrays AS
  SELECT ARRAY[one, t, NULL, ''] AS a, ARRAY[[t, one], ['NULL', NULL]] AS two, '[-2:-1]={a,b}'::text[] AS bounds,
    '[0:0][5:6]={{1,2}}'::int[] AS both, '{}'::text[] AS none, ARRAY[t]::varchar(5)[] AS v, ARRAY[to_jsonb(t)] AS j, ARRAY['2020-01-01 10:00'::timestamp] AS at
  FROM soup.pairs UNION ALL SELECT ARRAY[t, t], NULL, NULL, NULL, NULL, NULL, ARRAY[to_jsonb(t)], NULL FROM soup.texts;
CREATE TABLE soup.hstores AS SELECT public.hstore(one, t) || public.hstore('k"=>\', NULL) || public.hstore('', one) AS h FROM soup.pairs
  UNION ALL SELECT public.hstore('t', t) FROM soup.texts UNION ALL VALUES (''::public.hstore), (NULL::public.hstore);
CREATE TABLE soup.documents AS SELECT jsonb_build_object(one, t, 'n', ARRAY[1.50, -2e10], 'o', '{"b": {"c": [true, null, []]}, "e": {}}'::jsonb) AS b,
    json_build_array(t, one, NULL, 1)::json AS j FROM soup.pairs
  UNION ALL SELECT to_jsonb(t), to_json(t) FROM soup.texts
  UNION ALL VALUES (NULL::jsonb, E' { "a" :\t[ ] , "\\ud83d" : "\\ud83d\\ude00\\u0000" }\n'::json), ('1', '"x"'), ('{}', '[]');
CREATE TABLE soup.bytes AS SELECT decode(repeat(lpad(to_hex(i), 2, '0'), 3), 'hex') AS b FROM generate_series(0, 255) i;
`
