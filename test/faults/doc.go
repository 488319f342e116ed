//go:build linux

// Faults breaks hectl on purpose, and shows what is left: "make faults" runs a
// table of faults, "make soak" a long row of backups and fetches of which many
// are killed. docs/reliability.md has the results.
//
// A row of the table is a command, a fault, and what may come of it. The real
// program runs against a real Postgres and a real S3 server; between them are a
// proxy that makes S3 misbehave and wires to Postgres that can be cut or stalled.
// Many faults come at several points of the run, which is timed undisturbed
// first. After every run is looked at: the exit code, the target's contents, the
// bucket's objects and open uploads, databases, sessions, processes, files. What
// a fault may leave must be cleaned by the next run, which has to say so.
//
// Linux only: processes are found in /proc, and full disks are small tmpfs mounts,
// which only root can make.
package main
