// Package lifecycle finds lifecycle rules of a bucket that delete or archive dumps too
// early. It does not read the bucket itself.
package lifecycle

import (
	"fmt"
	"strings"
	"time"

	"github.com/rubyforgood/hectl/backup/retention"
	"github.com/rubyforgood/hectl/dump/catalog"
	"github.com/rubyforgood/hectl/internal/s3store"
)

// readableDays is the number of days for which hectl expects a dump to stay readable.
const readableDays = 30

// Dumps are the dumps that rules may apply to.
type Dumps struct {
	Base  string // folder in the bucket; "" for none
	Label string // "" for all labels
	Keep  retention.Policy
	Sizes []int64 // bytes; nil if not known
	Now   time.Time
}

// Warnings returns one sentence for each rule that deletes dumps earlier than the policy
// keeps them, or moves them to a class from which they cannot be read immediately.
func Warnings(rules []s3store.LifecycleRule, d Dumps) []string {
	var texts []string
	days, keep := d.Keep.Promise(d.Now)
	readable := readableDays
	if days > 0 {
		readable = min(readable, days)
	}
	for _, r := range rules {
		what := d.coveredBy(r)
		if what == "" {
			continue
		}
		if after, when, ok := age(r.ExpireDays, r.ExpireDate); ok && after < days {
			texts = append(texts, fmt.Sprintf("lifecycle rule %q deletes %s %s, but keep promises %s (%s)", r.ID, what, when, promise(days), keep))
		}
		for _, m := range r.Moves {
			if after, when, _ := age(m.Days, m.Date); isArchive(m.Class) && after < readable {
				texts = append(texts, fmt.Sprintf("lifecycle rule %q moves %s to %s %s, where hectl cannot read them; dumps must stay readable for %d days",
					r.ID, what, m.Class, when, readable))
			}
		}
	}
	return texts
}

// isArchive reports whether objects of the class must be restored before they can be read.
func isArchive(class string) bool { return class == "GLACIER" || class == "DEEP_ARCHIVE" }

// age returns the age in days from which a rule acts on an object. A rule with a date acts
// on objects of any age from that date on. ok is false if neither days nor date is set.
func age(days int, date time.Time) (after int, when string, ok bool) {
	switch {
	case !date.IsZero():
		return 0, "from " + date.UTC().Format("2006-01-02") + " on", true
	case days > 0:
		return days, "after " + count(days), true
	}
	return 0, "at once", false
}

func promise(days int) string {
	if days == retention.Forever {
		return "to keep them forever"
	}
	return count(days)
}

func count(days int) string {
	if days == 1 {
		return "1 day"
	}
	return fmt.Sprintf("%d days", days)
}

// coveredBy returns the objects that the rule applies to: dumps, their manifests, or
// both; "" for neither. hectl gives its objects no tags.
func (d Dumps) coveredBy(r s3store.LifecycleRule) string {
	if !r.Enabled || r.Tagged {
		return ""
	}
	var names []string
	if d.within(r.Prefix, catalog.Prefix(d.Base)) && d.hasSize(r) {
		names = append(names, "dumps")
	}
	if d.within(r.Prefix, catalog.ManifestPrefix(d.Base)) && r.LargerThan == 0 { // manifests are small
		names = append(names, "manifests")
	}
	return strings.Join(names, " and ")
}

// within reports whether keys of the label under folder can begin with prefix. Keys
// without a label belong to production.
func (d Dumps) within(prefix, folder string) bool {
	label := folder + d.Label
	if d.Label != "" {
		label += "-"
	}
	return strings.HasPrefix(label, prefix) || strings.HasPrefix(prefix, label)
}

// hasSize reports whether a dump has a size that the rule applies to.
func (d Dumps) hasSize(r s3store.LifecycleRule) bool {
	if d.Sizes == nil {
		return true
	}
	for _, n := range d.Sizes {
		if n > r.LargerThan && (r.SmallerThan == 0 || n < r.SmallerThan) {
			return true
		}
	}
	return false
}
