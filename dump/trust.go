package dump

import (
	"fmt"

	"github.com/rubyforgood/hectl/internal/config"
)

// Trust decides which dumps count as masked: those in the configured masked bucket that
// were made with the configured rules. A manifest alone can claim anything.
type Trust struct {
	Bucket config.Bucket // Name is "" if none is configured
	Rules  string        // hash of the rules; "" without rules
}

// Judge sets d.Masked to whether the dump counts as masked. If it does not, although its
// manifest says so, why completes "its manifest says that it is masked, but ".
func (t Trust) Judge(d *Dump) (why string) {
	d.Masked = false
	if d.Manifest == nil || !d.Manifest.Masked {
		return ""
	}
	switch {
	case d.bucket == nil || t.Bucket.Name == "":
		why = "no masked bucket is configured (HECTL_MASKED_BUCKET, or masked_bucket in hectl.yml)"
	case !d.bucket.Same(t.Bucket):
		why = fmt.Sprintf("it is in %s, not in the masked bucket %s", d.bucket, t.Bucket)
	case t.Rules == "" || d.Manifest.MaskRules != t.Rules:
		why = fmt.Sprintf("by the rules %.12s, not by those of hectl.yml (%.12s)", d.Manifest.MaskRules, t.Rules)
	default:
		d.Masked = true
	}
	return why
}

// Key returns a string that is equal for two Trusts with the same bucket. It omits the
// rules.
func (t Trust) Key() string { return t.Bucket.String() + " " + t.Bucket.EndpointURL }
