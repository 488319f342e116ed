// Package archive reads and writes pg_dump's custom format ("pg_dump -Fc"). It also adds
// the offsets that pg_dump leaves out when it writes to a pipe.
//
// # The format
//
// An archive is a head followed by blocks. The head has a header (layout, compression,
// versions) and a table of contents: one entry for each object that pg_restore creates, in
// an order that respects dependencies. An entry either contains SQL or announces a block
// with the rows of one table or with large objects.
//
// PostgreSQL documents the format only in its source (src/bin/pg_dump/pg_backup_archiver.c
// and pg_backup_custom.c). This description was checked against archives of versions 13,
// 15, 17, 18 and 19. The head:
//
//	"PGDMP" major minor revision intsize offsetsize format
//	compression       a byte from 1.15 on, a level (integer) before
//	creation time     7 integers: sec min hour day month year-1900 isdst
//	database, server version, pg_dump version    strings
//	number of entries, entries
//
// An integer is a sign byte (0: positive) and four little-endian bytes; a string is its
// length as an integer (negative: NULL) and that many bytes. An entry:
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
// Blocks follow each other without gaps, and the archive ends with the last one:
//
//	type              a byte: 1 data, 3 large objects
//	dump id           integer
//	data: chunks      length (integer) and bytes each, up to a length of 0
//	large objects:    oid (integer) and chunks up to a length of 0, each, up to an oid of 0
//
// The chunks of a block form one stream, compressed with zlib (which pg_dump calls gzip),
// lz4 or zstd, or not at all. Each large object is a separate stream; without compression,
// an empty one has no chunk. Chunks may begin and end anywhere. Oids from 2³¹ on are
// written as negative integers.
//
// Up to version 16 one block contains all large objects. From 17 on there is one block for
// up to 1,000 large objects with the same owner and privileges.
//
// # How hectl uses it
//
// After writing all blocks, pg_dump seeks back to record their offsets. It cannot do so in
// a pipe. Without offsets, pg_restore has to read past all other data to reach one table,
// and cannot restore two tables at the same time.
//
// A backup therefore passes all bytes after the head through an Indexer, holds back the
// head, and uploads it last, after Patch. The Indexer also verifies that the archive is
// complete, because pg_dump's exit status does not cover bytes lost on the way to S3.
//
// A restore reads the head, gets the places of the blocks from Head.Blocks (or from Scan if
// the archive has no offsets), and decodes several blocks at a time, each with a
// DataReader. Entries that only pg_restore can handle, such as large objects, go to
// pg_restore in an Excerpt.
//
// To change the rows of an archive, read it with Walk and decode each block with a
// DataReader. Encode it in the head's compression with a DataWriter or, in segments and on
// all processors, with a Pool. An Indexer records the new offsets. Unlike pg_dump,
// DataWriter and Pool add the checksums of lz4 and zstd. Rewrite removes or edits entries
// of the table of contents.
//
// # Trust
//
// The input is not trusted. Every length is checked before memory is allocated for it. A
// head takes a few times 256 MiB at most; a DataReader takes a buffer and the compression's
// window. Errors are FormatErrors, which name the byte at which the archive becomes
// invalid.
//
// Decompression does not detect flipped bits reliably. pg_dump does not ask lz4 and zstd
// for checksums, and zlib's is weak. Of all single-bit flips in the blocks of testdata,
// these go undetected: 93% without compression, 96% with lz4, 83% with zstd, and 4 of
// 24,392 with zlib. Block.SHA256 detects them all.
package archive
