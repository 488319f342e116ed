//go:build linux

// Faults breaks hectl on purpose and checks what is left. "make faults" plays a table of
// faults; "make soak" runs many backups and fetches in a row and kills a third of them.
// docs/reliability.md has the results.
//
// A row of the table is a command, a fault, and the allowed results. The real program runs
// against a real Postgres and a real S3 server. Between them are a proxy that makes S3
// misbehave, and wires to Postgres that can be cut or stalled. Many faults strike at
// several points of the run, whose duration is first measured without faults, or at given
// statements and downloads of a refresh. After every run, faults checks the exit code, the
// target's contents, the bucket's objects and open uploads, databases, sessions, processes
// and files. The next run must clean up everything that a fault may leave, and report it.
//
// Linux only: processes are found in /proc, and full disks are small tmpfs mounts, which
// only root can make.
package main
