// Package mask changes personal data on its way out of a dump, so that what a
// rule covers never reaches the database, its log, or a file.
//
// Rows come in COPY's text format. A Table says what happens to each column of
// one table's rows; where it says nothing the bytes pass as they are.
package mask
