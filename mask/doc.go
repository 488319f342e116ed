// Package mask changes personal data on its way out of a dump, so that what a
// rule covers never reaches the database, its log, or a file.
//
// Rows come in COPY's text format. A Table says what happens to each column of
// one table's rows; where it says nothing the bytes pass as they are, not decoded.
// Only the fields that have a Method are unescaped, changed and escaped again. A
// row that Postgres would not write, as far as can be seen without decoding all
// of it, ends the rows with an error that has its table, number and column.
//
// NewMethod makes the Method of a column out of the name that a rule has for it,
// and FactsOf tells what is known of it before: which types it fits, whether
// values that differ stay different. Everything made up is drawn from the
// HMAC-SHA256 of the value, keyed by the Seed and the method's name: the same
// value becomes the same in all tables, and joins keep working. Methods that are
// PerRow add the row, so that few values are not merely given other names. Numbers and codes
// under "digits" are permuted instead, by a cipher over decimal digits, so that
// none meet. An array's elements, an hstore's values and a document's strings are
// each a value.
package mask
