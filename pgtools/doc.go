// Package pgtools is everything hectl does with PostgreSQL: it works out where
// to connect, talks SQL to the server, and runs pg_dump and pg_restore.
//
// # One parse decides where
//
// hectl connects in two ways: itself, through pgx, and by way of child
// processes, through libpq. The guard that keeps a production database from
// being replaced is only worth something if both always arrive at the same
// place. So a connection string is parsed once, here ([ParseParams]), merged
// with the service file, the environment and the defaults once
// ([Params.Resolve]), and every later user is given what came out of it: pgx a
// complete set of settings that leaves it nothing to look up, a child process a
// conninfo with an explicit host, port, user and database, and an environment
// without any PG* variable of the caller's. What libpq would honour and pgx
// would not (hostaddr, several hosts, requirepeer …) is refused instead of
// being honoured by half.
//
// A [Conn] never shows its password: not in messages, not under %+v, not in a
// child's arguments. Children get it as PGPASSWORD.
//
// # A child process is a stream that can fail
//
// [Dump] returns pg_dump's archive as an io.ReadCloser whose Read says io.EOF
// only after pg_dump has exited with status 0. Anything else (a non-zero
// status, a signal, a cancelled context) comes in place of the EOF, with the
// end of stderr in the error. [Restore] reads pg_restore's complaints as they
// come, knows the few harmless ones ([Ignored]), and stops it at the first
// that is not. Children have a process group of their own, so that the
// terminal's Ctrl-C reaches hectl alone, which then asks them to stop (SIGINT,
// after 10 seconds SIGKILL); on Linux they also go when hectl itself is killed.
//
// # Swapping databases
//
// [SwapDatabases] renames several databases in one transaction while it
// terminates their sessions. There is no moment at which a SIGKILL leaves
// anything behind: see there for why the locks are enough.
//
// # Versions
//
// PostgreSQL 12 and later, server and client tools. Catalog columns that came
// or went since are asked for by the server's version.
package pgtools
