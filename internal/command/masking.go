package command

import (
	"github.com/rubyforgood/hectl/internal/config"
	"github.com/rubyforgood/hectl/mask"
	"github.com/rubyforgood/hectl/pgtools/archive"
)

// Masking is the rules of hectl.yml, and where their seed is.
type Masking struct {
	Rules *mask.Rules
	home  string
}

// MaskRules reads the rules for masking: those of hectl.yml, or the built-in ones
// where it says nothing.
func MaskRules(settings *config.Sources) (*Masking, error) {
	rules, err := mask.Parse(settings.Mask())
	if err != nil {
		return nil, err
	}
	home, _ := settings.Lookup("HOME")
	return &Masking{rules, home}, nil
}

// Plan returns what happens to the rows of an archive, all of which are wanted.
func (m *Masking) Plan(head *archive.Head) (*mask.Plan, error) {
	seed := mask.RandomSeed()
	if m.Rules.SeedFile != "" {
		var err error
		if seed, _, err = mask.OpenSeed("file:"+m.Rules.SeedFile, m.home); err != nil {
			return nil, err
		}
	}
	return m.Rules.Plan(head, seed, mask.Options{})
}
