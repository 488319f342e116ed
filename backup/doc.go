// Package backup makes dumps and looks after them: create.go is "hectl backup",
// list.go is "hectl list", status.go is "hectl status", prune.go is "hectl
// prune", schedule.go is "hectl schedule".
//
// A dump flows from pg_dump's standard output through memory into a multipart
// upload, and never touches a disk. It comes into being at one instant, when
// the upload is completed, and that happens only after pg_dump ended its stream
// and exited with status 0, and the archive was found to be whole (stream.go,
// which also notes in it where each table's rows are). Until then there is
// nothing in the bucket that anyone could take for a dump; a failure, a signal or
// a stall aborts the upload. See package catalog for names.
//
// A schedule says when (rhythm.go) and what (scheduleargs.go) in the languages of
// cron and systemd (units.go), and may install the latter (install.go). It holds
// all that is in effect when it is made, but for secrets.
//
// Around that: a lock on this machine (hostlock.go) and one in the source
// database, whose session is also there to end pg_dump's (source.go); what the
// role must be able to read (preflight.go); and limits of time (watch.go).
//
// Pruning is looking (survey.go), deciding (package retention) and removing
// (pruned.go), the dumps first and then their manifests. What cannot be read or
// dated is no candidate, and whatever fails on the way, fewer are removed.
//
// Status is looking (look.go), judging (health.go) and telling (statustext.go,
// metrics.go).
package backup
