// Package diff computes the difference between two dumps from their archives alone, without
// a database.
//
// Compare needs the heads and the manifests. It finds the tables whose rows are certainly
// the same, and the segments that only one of the dumps has. Table.Changes reads these
// segments and pairs the rows by the table's key:
//
//	segments only in the first dump  ─> rows ─> sorted by key ─┐
//	                                                           ├─> removed, added and changed rows
//	segments only in the second dump ─> rows ─> sorted by key ─┘
//
// Rows are texts in COPY's format. Two rows are the same if their texts are. A table
// without a key, or with a different definition in each dump, is replaced: its rows are not
// compared.
//
// Sorting takes a fixed amount of memory. The rest goes to temporary files without a name,
// so no other user can open them, and nothing remains after a crash.
package diff
