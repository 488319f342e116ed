// Package demodata has the databases that the demo, the tests and the
// benchmarks dump and restore, as SQL.
//
// There are two. Schema and Rows make one shaped like that of the Rails app
// Human Essentials, full of invented people: what hectl meets every day. Zoo
// makes one of each thing that PostgreSQL 15 to 19 can keep in a database: what
// a round trip must not get wrong.
//
// Each is a series of statements for an empty UTF8 database, to be run by a
// superuser, through psql or as one simple query. Each makes the same database
// every time, but for the OIDs.
package demodata
