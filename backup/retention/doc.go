// Package retention decides which dumps to keep. It knows times and rules, and
// nothing of a bucket: a decision is a function of the times of all dumps, the
// policy and the present, and carries its reasons.
//
// The rules mean what they mean in restic. --keep-daily 14 keeps the newest dump
// of each of the last 14 days that have one; days without a dump do not count,
// so a pause in backing up deletes nothing. Hours, days, weeks (from Monday),
// months and years are those of UTC. While a rule has not used its number up, it
// keeps the oldest dump as well, so that a history that begins in the middle of
// a month reaches back as far as it can. --keep-within 1y6m keeps all dumps
// younger than that, counted back from the newest dump and not from today: a
// backup that no longer runs loses nothing to it either. Counting back follows
// the calendar as [time.Time.AddDate] does: a month before 31 March is "31
// February", which is 3 March. A dump stays if one rule wants it.
//
// Three things go beyond restic, each of which only ever keeps more. The newest
// Policy.Min dumps stay whatever the rules say. (To add some only where the
// rules leave fewer would let a second rule delete what the first one had kept.)
// Dumps of the same second share their fate: two programs may be backing up on
// the same schedule. And a dump from the future is kept and not counted: some
// machine's clock was wrong, and were it taken for the newest, --keep-within
// would delete all others.
package retention
