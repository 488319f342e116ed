-- encoding: LATIN1
SET client_encoding = UTF8;
CREATE SCHEMA "Müller";
CREATE TABLE "Kühe" ("größe" text, "Preis in £" int);
INSERT INTO "Kühe" SELECT 'groß ' || i, i FROM generate_series(1, 300) i;
CREATE INDEX "Größen" ON "Kühe" ("größe") WHERE "größe" <> 'äöü';
CREATE TABLE "Müller"."Straße" (id serial PRIMARY KEY, "ß" text CHECK ("ß" <> 'é'));
INSERT INTO "Müller"."Straße" ("ß") VALUES ('ÿ'), (NULL);
COMMENT ON TABLE "Kühe" IS 'Sind das Kühe?';
CREATE TYPE "Farbe" AS ENUM ('weiß', 'grün');
CREATE FUNCTION "prüfe"(text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$ SELECT $1 <> 'schön' $$;
CREATE TABLE "Bäume" ("Laub" "Farbe" DEFAULT 'grün', t text CHECK ("prüfe"(t)));
INSERT INTO "Bäume" VALUES ('weiß', 'Bär'), (DEFAULT, 'Öl');
CREATE VIEW "Übersicht" AS SELECT "größe" || ' £'::text AS x FROM "Kühe" WHERE false;
