package mask_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/rubyforgood/hectl/mask"
	"github.com/rubyforgood/hectl/mask/methods"
	"github.com/rubyforgood/hectl/pgtools/archive"
	"github.com/rubyforgood/hectl/test/pgtest"
)

// indexedSQL creates values that compress well, in every kind of index.
const indexedSQL = `
CREATE EXTENSION hstore; CREATE EXTENSION pg_trgm; CREATE EXTENSION btree_gist;
CREATE TABLE texts (id int PRIMARY KEY, plain text, lowered text, kept text, hashed text, trigram text, trigrams text, spaced text, brin text, searched text, gist text, pad text NOT NULL, code text NOT NULL UNIQUE, named text);
CREATE INDEX ON texts (plain); CREATE INDEX ON texts (lower(lowered)); CREATE INDEX ON texts (id) INCLUDE (kept); CREATE INDEX ON texts USING hash (hashed); CREATE INDEX ON texts USING gin (trigram gin_trgm_ops);
CREATE INDEX ON texts USING gist (trigrams gist_trgm_ops); CREATE INDEX ON texts USING spgist (spaced); CREATE INDEX ON texts USING brin (brin); CREATE INDEX ON texts USING gin (to_tsvector('english', searched)); CREATE INDEX ON texts USING gist (gist);
CREATE INDEX ON texts (pad) WHERE pad <> ''; CREATE INDEX ON texts (named);
INSERT INTO texts SELECT g, a, a, a, a, a, a, a, a, a, a, a, d, d FROM (SELECT g, repeat('a', 100000) a, repeat('12', 30000 + g) d FROM generate_series(1, 10) g) x;
CREATE TABLE uses (code text REFERENCES texts (code), body bytea); CREATE INDEX ON uses (body); INSERT INTO uses SELECT code, convert_to(plain, 'UTF8') FROM texts;
CREATE TABLE numbers (n numeric NOT NULL UNIQUE, m numeric); CREATE INDEX ON numbers (m); INSERT INTO numbers SELECT g * 10::numeric ^ 20000, g * 10::numeric ^ 20000 FROM generate_series(1, 10) g;
CREATE TABLE documents (id int, j jsonb, tags text[], h hstore, data jsonb); CREATE INDEX ON documents USING gin (j); CREATE INDEX ON documents USING gin (tags); CREATE INDEX ON documents USING gin (h); CREATE INDEX ON documents ((data ->> 'name'));
INSERT INTO documents SELECT g, jsonb_build_object('k', repeat('a', 90)), ARRAY[repeat('a', 20000), 'b'], hstore('k', repeat('a', 20000)), jsonb_build_object('name', repeat('a', 100000)) FROM generate_series(1, 10) g;
CREATE TABLE many (` + "a1 text, a2 text, a3 text, a4 text, a5 text, a6 text, a7 text, a8 text" + `); CREATE INDEX ON many (a1, a2, a3, a4, a5, a6, a7, a8);
INSERT INTO many SELECT a, a, a, a, a, a, a, a FROM (SELECT repeat('a', 20000) a FROM generate_series(1, 5)) x;
CREATE TABLE parts (k int, t text) PARTITION BY LIST (k); CREATE TABLE parts_1 PARTITION OF parts FOR VALUES IN (1); CREATE INDEX ON parts_1 (t); INSERT INTO parts SELECT 1, repeat('a', 100000) FROM generate_series(1, 5);
CREATE TABLE made (t text, low text GENERATED ALWAYS AS (lower(t)) STORED); CREATE INDEX ON made (low); INSERT INTO made SELECT repeat('a', 100000) FROM generate_series(1, 5);
CREATE TABLE free (t text, b bytea); INSERT INTO free SELECT repeat('a', 100000), convert_to(repeat('a', 5000), 'UTF8');
`

const indexedRules = `mask:
  base: none
  unlisted: keep
  tables:
    texts: {plain: lorem, lowered: lorem, kept: lorem, hashed: lorem, trigram: lorem, trigrams: lorem, spaced: lorem, brin: lorem, searched: lorem, gist: lorem, pad: lorem, code: digits, named: "{email: keep_domain}"}
    uses: {code: digits, body: lorem}
    numbers: {n: digits, m: {noise: 50}}
    documents: {j: lorem, tags: lorem, h: lorem, data: lorem}
    many: {a1: lorem, a2: lorem, a3: lorem, a4: lorem, a5: lorem, a6: lorem, a7: lorem, a8: lorem}
    parts: {t: lorem}
    made: {t: lorem}
    free: {t: lorem, b: lorem}
`

// Fake values fit the index of the original value, even if the original compressed well,
// and foreign keys between such values remain valid.
func TestIndexedValuesFit(t *testing.T) {
	c := pgtest.New(t)
	whole := dumpOf(t, c, "indexed", indexedSQL)
	rules, err := parse(t, strings.Replace(indexedRules, `"{email: keep_domain}"`, "{email: keep_domain}", 1))
	if err != nil {
		t.Fatal(err)
	}
	var masked bytes.Buffer
	plan := func(h *archive.Head) (*mask.Plan, error) { return rules.Plan(h, methods.RandomSeed(), mask.Options{}) }
	if _, err := mask.Archive(&masked, bytes.NewReader(whole), plan, 1); err != nil {
		t.Fatal(err)
	}
	load(t, c, "masked_indexed", "masked", masked.Bytes())
	if masked.Len() < 100_000 {
		t.Errorf("%d bytes: what is in no index became shorter", masked.Len())
	}
}

// hectl refuses or warns about values that may not fit an index or its expressions.
func TestIndexesThatBreak(t *testing.T) {
	c := pgtest.New(t)
	h := head(t, c, `CREATE EXTENSION hstore;
		CREATE TABLE t (id int, j jsonb, tags text[], h hstore, kept jsonb, code text, day text, at text, year text, n text, m text, short varchar(5) GENERATED ALWAYS AS (left(n, 5)) STORED, num int GENERATED ALWAYS AS (m::int) STORED, odd text);
		CREATE INDEX i_j ON t (j); CREATE INDEX i_tags ON t (tags); CREATE INDEX i_h ON t (h); CREATE INDEX i_kept ON t (id) INCLUDE (kept);
		CREATE INDEX i_code ON t ((code::bigint)); CREATE INDEX i_year ON t (id) WHERE (year::int > 5); CREATE INDEX i_odd ON t (ascii(odd)); CREATE INDEX i_at ON t ((at || '::int'), (lower(at)::character varying));`)
	rules, err := parse(t, `mask: {base: none, unlisted: keep, tables: {t: {j: lorem, tags: hash, h: lorem, kept: json, code: lorem, year: zip, n: lorem, m: lorem, odd: lorem, at: {value: "`+strings.Repeat("x", 2001)+`"}}}}`)
	if err != nil {
		t.Fatal(err)
	}
	if _, err = rules.Check(h); err == nil {
		t.Fatal("all of it is accepted")
	}
	for _, want := range []string{
		"t.j: it is in index i_j", "t.tags: it is in index i_tags", "t.h: it is in index i_h", "t.kept: it is in index i_kept", "t.code: index i_code casts it to type bigint",
		"t.year: index i_year casts it to type integer", "t.m: generated column num casts it to type integer", "t.at: value: the text has 2001 bytes",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not in %v", want, err)
		}
	}
	if rules, err = parse(t, "mask: {base: none, unlisted: keep, tables: {t: {n: lorem, odd: lorem}}}"); err != nil {
		t.Fatal(err)
	}
	report, err := rules.Check(h)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"t.odd: hectl cannot tell whether index i_odd, which calls ascii,", "t.n: hectl cannot tell whether generated column short still fits"} {
		if !strings.Contains(strings.Join(report.Warnings, "\n"), want) {
			t.Errorf("%q is not in %q", want, report.Warnings)
		}
	}
	if rules, err = parse(t, `mask: {base: none, unlisted: keep, tables: {t: {j: empty, tags: {value: "{}"}, h: null, kept: empty, code: digits, year: digits, m: null, odd: null, at: full_name}}}`); err != nil {
		t.Fatal(err)
	}
	if _, err := rules.Check(h); err != nil {
		t.Error(err)
	}
}
