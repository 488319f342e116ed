package target

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/rubyforgood/hectl/pgtools"
)

const nameTime = "20060102150405"

// TempName returns the name of the database into which a dump is restored.
func TempName(target string, t time.Time) string {
	return tempPrefix(target) + t.UTC().Format(nameTime)
}

// tempPrefix returns the prefix of the names of a target's temp databases.
func tempPrefix(target string) string { return stem(target) + "_hectl_" }

// OutgoingName returns the name of the older previous database between the swap and its
// drop. It is a temp name, so that after an interruption the next run drops it.
func OutgoingName(target string, t time.Time) string {
	return TempName(target, t) + "_old"
}

// CopyName returns the name of a copy of target until it becomes a snapshot.
func CopyName(target string, t time.Time) string {
	return TempName(target, t) + "_new"
}

// OutgoingSnapshotName returns the name of a snapshot between its replacement by a newer
// one and its drop.
func OutgoingSnapshotName(target string, t time.Time) string {
	return TempName(target, t) + "_out"
}

// SnapshotName returns the name of the database for a snapshot of target. A long name ends
// in a hash, so that no two snapshots share a database name.
func SnapshotName(target, name string) string {
	prefix := stem(target) + "_snapshot_"
	if len(prefix)+len(name) <= pgtools.MaxIdentifier {
		return prefix + name
	}
	hash := hashOf(name)
	return prefix + name[:pgtools.MaxIdentifier-len(prefix)-len(hash)] + hash
}

// PreviousName returns the name under which the replaced database is kept.
func PreviousName(target string) string {
	return stem(target) + "_previous"
}

// ReplacedName returns a name for a database that the user moves out of the way.
func ReplacedName(target string, t time.Time) string {
	return stem(target) + "_replaced_" + t.UTC().Format(nameTime)
}

// IsTempName reports whether only a temp database of target can have this name.
func IsTempName(target, name string) bool {
	rest, ok := strings.CutPrefix(name, tempPrefix(target))
	return ok && tempSuffix.MatchString(rest)
}

var tempSuffix = regexp.MustCompile(`^\d{14}(_old|_new|_out)?$`)

// stem returns target, or the beginning and a hash of a long name, so that the longest
// suffix fits.
func stem(target string) string {
	const longest = len("_hectl_20261123083000_old")
	if len(target)+longest <= pgtools.MaxIdentifier {
		return target
	}
	hash := hashOf(target)
	cut := target[:pgtools.MaxIdentifier-longest-len(hash)]
	for !utf8.ValidString(cut) {
		cut = cut[:len(cut)-1]
	}
	return cut + hash
}

// namedAfter returns the target that the name of a previous or temp database refers to;
// "" for any other name.
func namedAfter(name string) string {
	if m := keptName.FindStringSubmatch(name); m != nil {
		return m[1]
	}
	return ""
}

var keptName = regexp.MustCompile(`(?s)^(.+)(?:_previous|_hectl_\d{14}(?:_old|_new|_out)?)$`)

// hashOf returns a suffix that distinguishes long names with the same beginning.
func hashOf(name string) string {
	sum := sha256.Sum256([]byte(name))
	return "_" + hex.EncodeToString(sum[:])[:8]
}

// ConvertedName returns a name for the target after the user has replaced it with a
// database in the dump's encoding.
func ConvertedName(target string) string { return stem(target) + "_converted" }
