// Package retention decides which dumps to keep. A decision is a pure function of the
// times of all dumps, the policy and the current time, and states its reasons.
//
// The rules work as in restic. --keep-daily 14 keeps the newest dump of each of the last
// 14 days that have one. Days without a dump do not count, so a pause in backups removes
// nothing. Hours, days, weeks (from Monday), months and years are in UTC. A rule that has
// not reached its number also keeps the oldest dump, so that a history that starts in the
// middle of a month reaches back as far as possible.
//
// --keep-within 1y6m keeps all dumps that are at most that much older than the newest
// dump. It does not count back from today, so it removes nothing after backups have
// stopped. It follows the calendar as [time.Time.AddDate] does: a month before March 31
// is "February 31", which is March 3.
//
// A dump is kept if any rule selects it. Three additions to restic's rules only ever keep
// more dumps:
//
//   - The newest Policy.Min dumps are always kept. Keeping them only where the rules select
//     too few would mean that an additional rule could remove a dump.
//   - Dumps of the same second are kept or removed together: two programs may back up on
//     the same schedule.
//   - A dump dated in the future is kept and not counted. It means that a machine's clock
//     was wrong. If such a dump counted as the newest, --keep-within would remove all
//     others.
package retention
