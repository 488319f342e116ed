package demodata

import (
	_ "embed"
	"strconv"
	"strings"
)

//go:embed schema.sql
var schema string

//go:embed rows.sql
var rows string

//go:embed zoo.sql
var zoo string

// Schema returns the app's schema without rows: 60 tables with their sequences, keys and
// indexes, two enums, a view, a trigger and comments. It needs no extension.
func Schema() string { return schema }

// Rows fills Schema. Scale 1 makes about 260,000 rows and a database of 89 MB in 3 s.
// Everything grows in proportion: 14 makes about 1 GB. A scale below 1 is treated as 1.
func Rows(scale int) string {
	return strings.ReplaceAll(rows, ":scale", strconv.Itoa(max(scale, 1)))
}

// Zoo returns a schema of rare objects with a few thousand rows. It needs the contrib
// extensions citext and hstore. On PostgreSQL 14, it leaves out the few objects that are
// newer.
func Zoo() string { return zoo }
