// Package rows masks the rows of a table in COPY's text format.
//
// A Table has a Func for each masked column. The bytes of all other columns pass without
// being decoded. A row that Postgres would not write stops the masking with an error that
// names the table, the row's number and, as far as possible without decoding the whole row,
// the column.
package rows
