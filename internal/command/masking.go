package command

import (
	"strings"

	"github.com/rubyforgood/hectl/internal/config"
	"github.com/rubyforgood/hectl/internal/console"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/mask"
	"github.com/rubyforgood/hectl/mask/methods"
	"github.com/rubyforgood/hectl/pgtools/archive"
	"github.com/rubyforgood/hectl/pgtools/schema"
)

// Masking is the masking rules of hectl.yml and the location of their seed.
type Masking struct {
	*mask.Rules
	home     string
	out      *console.Console
	settings *config.Sources
}

// MaskRules reads the masking rules of hectl.yml, or the built-in ones if it has none.
func MaskRules(settings *config.Sources, out *console.Console) (*Masking, error) {
	rules, err := mask.Parse(settings.Mask())
	if err != nil {
		return nil, err
	}
	home, _ := settings.Lookup("HOME")
	return &Masking{rules, home, out, settings}, nil
}

// Plan returns the masking plan for all rows of an archive. It applies the rules in
// any mode, and scrubs credentials whatever the rules say. Rows in INSERT statements
// are an error. See also ByRules.
func (m *Masking) Plan(head *archive.Head, dryRun bool) (*mask.Plan, error) {
	if m.None() {
		return nil, fault.New(fault.Usage, `run "hectl mask check --suggest" for rules to start with`, "hectl.yml has base: none and no rules, so a masked dump would be an unchanged copy")
	}
	plan, seed, err := m.ByRules(head, mask.Options{}, dryRun, "the next masked dumps")
	if err != nil {
		return nil, err
	}
	credentials, err := mask.Credentials(schema.Read(head), mask.CredentialOptions{Password: methods.DefaultPassword, Seed: seed, Over: plan})
	if err != nil {
		return nil, err
	}
	for _, w := range credentials.Warnings() {
		m.out.Warn("%s", w)
	}
	TellLeftOut(m.out, mask.NewLeftOut(head))
	plan = plan.Over(credentials)
	for i := range head.Entries {
		e := &head.Entries[i]
		if t := plan.Table(e); e.Desc == "TABLE DATA" && e.Copy == "" && (t == nil || !t.None) {
			return nil, fault.New(fault.Usage, "make the dump without --inserts, or leave such rows out: {rows: none}",
				"mask %s: its rows are INSERT statements, in which hectl cannot find passwords", e)
		}
	}
	return plan, nil
}

// ByRules returns the masking plan of the rules alone, and the seed of their fake data.
// It prints the warnings of the plan. Unless dryRun is set, it creates a missing seed
// file. makers is the subject of the message about the new file, such as "fetches".
func (m *Masking) ByRules(head *archive.Head, opt mask.Options, dryRun bool, makers string) (*mask.Plan, methods.Seed, error) {
	seed := methods.RandomSeed()
	if m.SeedFile != "" && !dryRun {
		if err := m.settings.ConfirmSeed(); err != nil {
			return nil, seed, err
		}
		var created string
		var err error
		if seed, created, err = methods.OpenSeed("file:"+m.SeedFile, m.home); err != nil {
			return nil, seed, err
		}
		if created != "" {
			m.out.Say("created the seed file %s: with it, %s use the same fake data", created, makers)
		}
	}
	plan, err := m.Rules.Plan(head, seed, opt)
	if err != nil {
		return nil, seed, err
	}
	for _, w := range plan.Warnings() {
		m.out.Warn("%s", w)
	}
	return plan, seed, nil
}

// SeedFingerprint returns the fingerprint of the seed of the rules, "" if it is random or
// its file does not exist yet. With dryRun, a file that is not approved is treated as
// missing.
func (m *Masking) SeedFingerprint(dryRun bool) (string, error) {
	if m.SeedFile == "" {
		return "", nil
	}
	switch err := m.settings.ConfirmSeed(); {
	case err != nil && dryRun:
		return "", nil
	case err != nil:
		return "", err
	}
	return methods.FingerprintOf("file:"+m.SeedFile, m.home)
}

// TellLeftOut reports the parts of an archive that are left out whatever the rules say.
func TellLeftOut(out *console.Console, l *mask.LeftOut) {
	if len(l.Secrets) > 0 {
		out.Say("left out, because their definitions hold passwords: %s", strings.Join(l.Secrets, ", "))
	}
	if len(l.Unfilled) > 0 {
		out.Warn("materialized views stay empty, because they may read from another server: %s", strings.Join(l.Unfilled, ", "))
	}
}
