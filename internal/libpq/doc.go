// Package libpq lists the connection parameters and environment variables of Postgres's
// client library, and how hectl treats each.
package libpq
