// Package archive reads pg_dump's custom format ("pg_dump -Fc"), finds its way
// in it, and writes what pg_dump leaves out when it streams.
//
// # The format
//
// An archive is a head and then blocks. The head is a header (who wrote it, in
// which layout, compressed how) and a table of contents: one entry for every
// object that pg_restore would create, in an order that respects dependencies.
// An entry either carries its SQL, or announces a block further on that holds
// the data of one table or of large objects.
//
// PostgreSQL documents the format only in its source
// (src/bin/pg_dump/pg_backup_archiver.c and pg_backup_custom.c); what is said
// here was held against archives that versions 13, 15, 17, 18 and 19 wrote. The head:
//
//	"PGDMP" major minor revision intsize offsetsize format
//	compression       a byte from 1.15 on, a level (integer) before
//	creation time     7 integers: sec min hour day month year-1900 isdst
//	database, server version, pg_dump version    strings
//	number of entries, entries
//
// An integer is a sign byte (0: positive) and four little-endian bytes; a
// string is its length as an integer (negative: NULL) and that many bytes. An
// entry:
//
//	dump id, has a block (0 or 1)                integers
//	catalog's oid, oid, tag, kind                strings
//	section                                      integer
//	definition, drop and COPY statement, schema, tablespace    strings
//	table access method                          string
//	kind of relation                             integer, from 1.16 on
//	owner, "with oids" (unused)                  strings
//	dependencies      dump ids as strings, up to a NULL
//	offset            a byte (1 unknown, 2 known, 3 no block) and offsetsize bytes
//
// A block follows the one before without a gap, and the archive ends with the
// last one:
//
//	type              a byte: 1 data, 3 large objects
//	dump id           integer
//	data: chunks      length (integer) and bytes each, up to a length of 0
//	large objects:    oid (integer) and chunks up to a length of 0, each, up to an oid of 0
//
// The chunks together are one stream, compressed: of zlib (which pg_dump calls
// gzip), lz4 or zstd, or plain. A large object is a stream of its own; an empty
// one that is plain has no chunk at all. Chunks begin and end anywhere. An oid
// from 2³¹ on is written as a negative integer.
//
// Up to version 16 one block holds all large objects; from 17 on there is one
// for each 1,000 that have an owner and privileges in common.
//
// # What for
//
// pg_dump notes the offsets when all is written: it seeks back. Into a pipe it
// cannot, and such an archive is to be read from front to back: pg_restore must
// pass over all other data to reach one table's, and cannot do two at once.
//
// So a backup, which streams, lets all bytes after the head flow through an
// Indexer as well, keeps the head back, and sends it last, after Patch. The
// Indexer also knows whether the archive is whole, which an exit status alone
// does not tell: the connection to the store may lose bytes as well.
//
// A restore reads the head, asks Head.Blocks where the blocks are (Scan finds
// them when nobody noted the offsets) and gives each to a DataReader, several
// at once. What takes pg_restore's knowledge, such as large objects, goes there
// as an Excerpt.
//
// Who changes what an archive holds reads it with Walk, takes a block apart with
// a DataReader, and writes it anew with a DataWriter, in the compression that
// the head names. Chunks then begin and end elsewhere and what is compressed has
// another length, which nobody minds: an Indexer notes the new places. A
// DataWriter adds the checksums that lz4 and zstd have. What may not stay, goes
// from the table of contents by Rewrite.
//
// # Trust
//
// The input is not trusted. Every length is checked before memory is taken for
// it, so a head takes a few times 256 MiB at most, and a DataReader a buffer
// and the compression's window. Errors are FormatErrors, which name the byte at
// which the archive stopped making sense.
//
// What a flipped bit does is another matter. pg_dump asks lz4 and zstd for no
// checksums, and zlib's is weak: of all single bits of the blocks in testdata,
// 93 % go unnoticed without compression, 96 % with lz4, 83 % with zstd, and
// still 4 of 24,392 with zlib. That is what Block.SHA256 is for.
package archive
