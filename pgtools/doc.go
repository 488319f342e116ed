// Package pgtools connects hectl to PostgreSQL: it resolves connection settings, runs
// SQL, and runs pg_dump and pg_restore.
//
// # Connection settings are resolved once
//
// hectl connects in two ways: through pgx, and through child processes that use libpq.
// The guard that protects production databases works only if both reach the same
// server. Therefore a connection string is parsed once ([ParseParams]) and merged once with
// the service file, the environment and the defaults ([Params.Resolve]). pgx gets a
// complete set of settings and has nothing to look up. A child process gets a conninfo
// with an explicit host, port, user and database, and an environment without the
// caller's PG* variables. Settings that libpq honors and pgx does not (hostaddr,
// several hosts, requirepeer …) are refused.
//
// A [Conn] never shows its password: not in messages, not with %+v, not in the
// arguments of a child. Children get it in PGPASSWORD.
//
// # A child process is a stream that can fail
//
// [Dump] returns pg_dump's archive as an io.ReadCloser. Its Read returns io.EOF only
// after pg_dump has exited with status 0. After any other end (another status, a
// signal, a canceled context) it returns an error with the end of stderr instead.
//
// [Restore] reads pg_restore's errors as they arrive and stops pg_restore at the first
// one that is not known to be harmless ([Ignored]).
//
// Each child has its own process group, so the terminal's Ctrl-C reaches only hectl.
// hectl then sends the child SIGINT and, after 10 seconds, SIGKILL. On Linux, children
// also end when hectl is killed.
//
// # Databases are swapped in one transaction
//
// [SwapDatabases] renames several databases in one transaction while it terminates
// their sessions. A SIGKILL at any moment leaves nothing to clean up. The comment on
// SwapDatabases explains why the server's locks suffice.
//
// # Versions
//
// The package supports PostgreSQL 12 and later, servers and client tools. Queries
// depend on the server's version where catalogs changed.
//
// # Files
//
//   - Settings: params.go (the type), parse.go (strings), resolve.go, passfile.go,
//     conn.go (the result), conninfo.go (for children), pgxconfig.go (for pgx),
//     keepalive.go. Package libpq has the list of libpq's parameters.
//   - SQL: db.go, sqlerror.go, connecterror.go, loginadvice.go, serverhint.go,
//     rowvalues.go (errors without personal data), script.go, psqlline.go.
//   - Databases: database.go, copydatabase.go, copysettings.go, swap.go, evict.go,
//     sessions.go, snapshot.go, lock.go, tablelocks.go, readable.go, probe.go,
//     quiet.go, fixedsettings.go.
//   - Programs: tools.go, toolchoice.go, tooladvice.go, serverversion.go, process.go,
//     stderr.go, dump.go, restore.go, complaints.go, command.go.
package pgtools
