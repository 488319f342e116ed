package dump

import (
	"fmt"

	"github.com/rubyforgood/hectl/internal/config"
)

// Trust says which dumps count as masked when they were made: those that lie where
// the settings say that masked dumps are, by the rules that the settings have. A
// manifest alone can claim anything.
type Trust struct {
	Bucket config.Bucket // Name is "" when the settings name none
	Rules  string        // their hash; "" without rules
}

// Judge decides whether the dump counts as masked. why says, of one whose manifest
// claims it, why it does not: a clause that completes "its manifest says that it is
// masked, but ".
func (t Trust) Judge(d *Dump) (why string) {
	d.Masked = false
	if d.Manifest == nil || !d.Manifest.Masked {
		return ""
	}
	switch {
	case d.bucket == nil || t.Bucket.Name == "":
		why = "no masked bucket is configured (HECTL_MASKED_BUCKET, or masked_bucket in hectl.yml)"
	case !d.bucket.Same(t.Bucket):
		why = fmt.Sprintf("it is in %s and not in %s, where masked dumps are", d.bucket, t.Bucket)
	case t.Rules == "" || d.Manifest.MaskRules != t.Rules:
		why = fmt.Sprintf("by the rules %.12s and not by those of hectl.yml, %.12s", d.Manifest.MaskRules, t.Rules)
	default:
		d.Masked = true
	}
	return why
}

// Key is the same for what trusts the same dumps.
func (t Trust) Key() string { return t.Bucket.String() + " " + t.Bucket.EndpointURL }
