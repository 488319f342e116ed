package restore

import (
	"fmt"

	"github.com/rubyforgood/hectl/internal/config"
)

// trust says which dumps count as masked when they were made: those that lie where
// the settings say that masked dumps are, by the rules that the settings have. A
// manifest alone can claim anything.
type trust struct {
	bucket config.Bucket // Name is "" when the settings name none
	rules  string        // their hash; "" without rules
}

// judge decides whether the dump counts as masked. why says, of one whose manifest
// claims it, why it does not: a clause that completes "its manifest says that it is
// masked, but ".
func (t trust) judge(d *dump) (why string) {
	d.masked = false
	if d.manifest == nil || !d.manifest.Masked {
		return ""
	}
	switch {
	case d.bucket == nil || t.bucket.Name == "":
		why = "no masked bucket is configured (HECTL_MASKED_BUCKET, or masked_bucket in hectl.yml)"
	case !d.bucket.Same(t.bucket):
		why = fmt.Sprintf("it is in %s and not in %s, where masked dumps are", d.bucket, t.bucket)
	case t.rules == "" || d.manifest.MaskRules != t.rules:
		why = fmt.Sprintf("by the rules %.12s and not by those of hectl.yml, %.12s", d.manifest.MaskRules, t.rules)
	default:
		d.masked = true
	}
	return why
}

// key is the same for what trusts the same dumps.
func (t trust) key() string { return t.bucket.String() + " " + t.bucket.EndpointURL }
