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

// TempName is the name of the database into which a dump is restored.
func TempName(target string, t time.Time) string {
	return tempPrefix(target) + t.UTC().Format(nameTime)
}

// tempPrefix begins the names of a target's temp databases.
func tempPrefix(target string) string { return stem(target) + "_hectl_" }

// OutgoingName is what the older previous database is called between the swap
// and its end. It is a temp name, so that whatever interrupts that, the next
// run finishes it.
func OutgoingName(target string, t time.Time) string {
	return TempName(target, t) + "_old"
}

// CopyName is what the copy that becomes a snapshot is called until it is one.
func CopyName(target string, t time.Time) string {
	return TempName(target, t) + "_new"
}

// OutgoingSnapshotName is to a snapshot that another one replaces what
// outgoingName is to the older previous database.
func OutgoingSnapshotName(target string, t time.Time) string {
	return TempName(target, t) + "_out"
}

// SnapshotName is the name of the database that is a snapshot of target. A long
// one ends in a hash, lest two become one.
func SnapshotName(target, name string) string {
	prefix := stem(target) + "_snapshot_"
	if len(prefix)+len(name) <= pgtools.MaxIdentifier {
		return prefix + name
	}
	hash := hashOf(name)
	return prefix + name[:pgtools.MaxIdentifier-len(prefix)-len(hash)] + hash
}

// PreviousName is the name under which the replaced database is kept.
func PreviousName(target string) string {
	return stem(target) + "_previous"
}

// ReplacedName is a name for a database that a person moves out of the way.
func ReplacedName(target string, t time.Time) string {
	return stem(target) + "_replaced_" + t.UTC().Format(nameTime)
}

// IsTempName tells the names that only temp databases of target have.
func IsTempName(target, name string) bool {
	rest, ok := strings.CutPrefix(name, tempPrefix(target))
	return ok && tempSuffix.MatchString(rest)
}

var tempSuffix = regexp.MustCompile(`^\d{14}(_old|_new|_out)?$`)

// stem is target, or for a long name its beginning and a hash of it, so that
// the longest suffix fits.
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

// namedAfter returns the database after which hectl names one that it keeps; "" for
// a name of another kind.
func namedAfter(name string) string {
	if m := keptName.FindStringSubmatch(name); m != nil {
		return m[1]
	}
	return ""
}

var keptName = regexp.MustCompile(`(?s)^(.+)(?:_previous|_hectl_\d{14}(?:_old|_new|_out)?)$`)

// hashOf tells long names apart that begin alike.
func hashOf(name string) string {
	sum := sha256.Sum256([]byte(name))
	return "_" + hex.EncodeToString(sum[:])[:8]
}

// ConvertedName is a name for a database in the encoding of the dump.
func ConvertedName(target string) string { return stem(target) + "_converted" }
