package restore

import (
	"github.com/rubyforgood/hectl/mask"
	"github.com/rubyforgood/hectl/pgtools/schema"
)

// masking is what a run is told about masking.
type masking struct {
	seed     mask.Seed
	password string // of every user
}

// masks decides what happens to the dump's rows: what the rules say and, whatever
// they say, no credentials.
func (r *run) masks(d *dump) (*mask.Plan, error) {
	return mask.Credentials(schema.Read(d.Head), r.masking.password, r.masking.seed)
}
