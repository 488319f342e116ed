// Package schedule writes backups into crontabs and systemd units, and reads them
// back.
//
// A [Job] is the backup to schedule. It becomes one crontab line (crontab.go) or a
// service and a timer (units.go), which [Install] puts in place. An [Interval] is
// limited to the times that both cron and systemd can express.
//
// [Find] reads a crontab or a unit, which the user may have edited since, and returns
// the job in it. Crontab lines are shell commands: shell.go splits them into words
// without running anything.
package schedule
