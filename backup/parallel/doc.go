// Package parallel writes the dump of a database with several sessions.
//
// A single pg_dump reads one table after another and compresses on one processor. Here
// pg_dump writes only the head of the archive, which it completes before the first row. It
// then blocks on its full pipe and keeps its locks. Sessions that share its snapshot read
// the rows:
//
//	pg_dump ─── head ──────────────────────────────────────┐
//	session 1 ─ rows ─ segments ─┐                         ├─ archive
//	session 2 ─ rows ─ segments ─┼─ compress ─── in order ─┘
//	…                            │
//
// The work is a list of items in the order of the head: a whole table, a range of pages of
// a large one, or a block of large objects. Each session takes the next item and cuts its
// rows into segments. All processors compress segments (archive.Pool). The archive has them
// in the order of the items, so it differs from pg_dump's own output only where the
// compression restarts, and pg_restore can read it from its standard input.
//
// A session may be only a few segments ahead of the archive, so memory does not depend on
// the size of the database.
//
// # What makes the dump complete
//
// The head decides what belongs to the dump. All sessions lock the tables in it and then
// check that pg_dump's transaction is still open. So no table was dropped or emptied
// between pg_dump's locks and theirs, and from then on pg_dump may end. The stream ends
// without an error only if each session has ended its transaction, so that its snapshot
// and locks have lasted, and if pg_dump has not failed.
//
// If the sessions cannot share the snapshot, or pg_dump ends before they have their
// locks, as can happen with little data, pg_dump writes the rest by itself. Nothing is
// lost, because no row was read before that.
package parallel
