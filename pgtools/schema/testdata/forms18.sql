-- What PostgreSQL 18 added to the forms of tables.

CREATE EXTENSION btree_gist;
CREATE TABLE computed (
    a int CONSTRAINT a_there NOT NULL,
    b int GENERATED ALWAYS AS (a * 2) VIRTUAL,
    c int GENERATED ALWAYS AS (a * 3) STORED CONSTRAINT "c ""there""" NOT NULL,
    n text CONSTRAINT n_alone NOT NULL NO INHERIT,
    m text
);
CREATE TABLE computed_child (CONSTRAINT m_there NOT NULL m) INHERITS (computed);
ALTER TABLE computed ADD CONSTRAINT later NOT NULL m NOT VALID;
CREATE TABLE one (id int PRIMARY KEY);
CREATE TABLE other (id int REFERENCES one NOT ENFORCED, CHECK (id > 0) NOT ENFORCED);
CREATE TABLE periods (id int, during tsrange, PRIMARY KEY (id, during WITHOUT OVERLAPS));
CREATE TABLE in_periods (id int, during tsrange, FOREIGN KEY (id, PERIOD during) REFERENCES periods (id, PERIOD during));
CREATE TABLE numbered (id int GENERATED ALWAYS AS IDENTITY);
