// Package schema reads the tables of an archive from its head: their columns, keys, checks
// and partitions, as pg_dump 12 to 19 writes them. It is the only place where hectl parses
// SQL.
//
// A lexer splits the definitions in a head into the same tokens as Postgres (token.go), and
// a parser accepts the forms that pg_dump writes (parser.go). It never guesses the meaning
// of an unknown form: the form becomes the table's Unread, or the function returns an error
// or an empty result.
//
//   - [Read] returns the tables and types of an archive.
//   - [Genuine], [CopyStatements] and [Inserts] refuse archives with statements that
//     pg_dump does not write.
//   - [WithoutLabels], [WithoutRoles] and [WithoutAttributeOptions] edit a definition.
//   - [SplitScript] splits scripts that users write.
//   - The functions in lookup.go, routine.go and identifiers.go answer one question
//     about one statement.
package schema
