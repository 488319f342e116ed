// Package archive reads pg_dump's custom format ("pg_dump -Fc").
//
// An archive is a head and then blocks. The head is a header (who wrote it, in
// which layout, compressed how) and a table of contents: one entry for every
// object that pg_restore would create, in an order that respects dependencies.
// An entry either carries its SQL, or announces a block further on that holds
// the data of one table or of the large objects.
//
// PostgreSQL documents the format only in its source
// (src/bin/pg_dump/pg_backup_archiver.c and pg_backup_custom.c); what is said
// here was read off archives that versions 12 to 18 wrote. In short:
//
//	"PGDMP" major minor revision intsize offsetsize format
//	compression       a byte from 1.15 on, a level (integer) before
//	creation time     7 integers: sec min hour day month year-1900 isdst
//	database, server version, pg_dump version    strings
//	number of entries, entries
//
// An integer is a sign byte (0: positive) and intsize little-endian bytes; a
// string is its length as an integer (negative: NULL) and that many bytes.
//
// The input is not trusted. Every length is checked against a bound before
// memory is taken for it, and errors name the byte at which the archive stopped
// making sense.
package archive
