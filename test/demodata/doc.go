// Package demodata contains the databases that the demo, the tests and the bench dump and
// restore, as SQL.
//
// Schema and Rows make an everyday database: the schema of the Rails app Human Essentials
// with fake data. Zoo makes an object of every kind that PostgreSQL 15 to 19 has, all of
// which must survive a round trip.
//
// Each is a series of statements for an empty UTF8 database. A superuser runs them with
// psql or as one simple query. Every run makes the same database, except for OIDs.
package demodata
