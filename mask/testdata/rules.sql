-- Tables on which rules can go wrong in every way.

CREATE EXTENSION citext;
CREATE TYPE mood AS ENUM ('sad', 'happy');
CREATE DOMAIN code AS varchar(8) NOT NULL CHECK (VALUE ~ '^[A-Z]') CHECK (char_length(VALUE) >= 4);
CREATE TABLE people (
    id bigint PRIMARY KEY,
    email varchar(60) NOT NULL UNIQUE,
    short varchar(10) UNIQUE,
    handle citext UNIQUE,
    name text,
    nick text CHECK (char_length(nick) <= 6),
    born date NOT NULL,
    mood mood,
    status text CHECK (status IN ('new', 'old')),
    code code,
    org text,
    team text,
    note text CHECK (note <> '' AND note IS NOT NULL),
    upper_name text GENERATED ALWAYS AS (upper(name)) STORED,
    numbers integer[],
    deleted text,
    UNIQUE (org, team),
    UNIQUE (id, name)
);
CREATE UNIQUE INDEX people_lower ON people (lower(email));
CREATE UNIQUE INDEX people_odd ON people (md5(nick));
CREATE UNIQUE INDEX people_there ON people (name) WHERE deleted IS NULL AND name <> '';
CREATE UNIQUE INDEX people_null ON people (team); -- made NULLS NOT DISTINCT by rulesHead
CREATE TABLE letters (
    id bigint PRIMARY KEY,
    sender varchar(60) REFERENCES people (email),
    person bigint REFERENCES people,
    body text
);
CREATE TABLE bookings (room int, during tsrange, EXCLUDE USING gist (during WITH &&));
CREATE TABLE seen (day date NOT NULL, who text, kind text) PARTITION BY RANGE (day);
CREATE TABLE seen_2025 PARTITION OF seen FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE seen_2026 PARTITION OF seen FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE TABLE animals (name text);
CREATE TABLE dogs (breed text) INHERITS (animals);
CREATE TABLE "Mixed Case" ("The Name" text);
CREATE VIEW everybody AS SELECT * FROM people;
CREATE FOREIGN DATA WRAPPER elsewhere;
CREATE SERVER far FOREIGN DATA WRAPPER elsewhere;
CREATE FOREIGN TABLE far_people (name text) SERVER far;
