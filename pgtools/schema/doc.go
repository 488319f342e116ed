// Package schema tells the tables of an archive from its head alone: their
// columns, keys, checks and partitions, as pg_dump 12 to 19 writes them.
//
// The definitions in a head are SQL. They are split into tokens as Postgres
// splits them, and only the forms that pg_dump writes are understood. What is not
// understood makes the table's Unread, and never a guess.
package schema
