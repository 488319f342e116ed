package restore

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"github.com/urfave/cli/v2"

	"github.com/rubyforgood/hectl/dump"
	"github.com/rubyforgood/hectl/internal/command"
	"github.com/rubyforgood/hectl/internal/config"
	"github.com/rubyforgood/hectl/internal/console"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/text"
	"github.com/rubyforgood/hectl/mask"
	"github.com/rubyforgood/hectl/mask/methods"
	"github.com/rubyforgood/hectl/pgtools/schema"
	"github.com/rubyforgood/hectl/restore/load"
)

// masking is a run's settings for masking.
type masking struct {
	trust dump.Trust
	rules *command.Masking // nil if only credentials are masked
	after load.Scripts
	// ownPassword reports that --password was given, which overrides the rules.
	ownPassword bool
}

func maskFlag() cli.Flag {
	return &cli.BoolFlag{Category: command.Database, Name: "mask", Usage: "mask personal data, by the rules in hectl.yml or else the built-in ones"}
}

func noMaskFlag() cli.Flag {
	return &cli.BoolFlag{Category: command.Database, Name: "no-mask", Usage: "do not mask personal data, even if hectl.yml has rules; passwords and tokens are still replaced, sessions and jobs left out"}
}

// prepareMasking decides from settings and flags whether to mask, and reads the files
// that the rules name.
func prepareMasking(settings *config.Sources, out *console.Console, c *cli.Context) (masking, error) {
	m := masking{ownPassword: c.IsSet("password")}
	_, path := settings.Mask()
	rules, err := command.MaskRules(settings, out)
	if err != nil {
		return m, err
	}
	if m.trust, err = command.NewTrust(settings, c, rules); err != nil {
		return m, err
	}
	wanted, err := wantsMasking(rules.Mode, path, c.Bool("mask"), c.Bool("no-mask"))
	if err != nil || !wanted {
		return m, err
	}
	m.rules = rules
	if m.after, err = load.ReadScripts("mask.after", path, rules.After); err != nil {
		return m, err
	}
	return m, settings.ConfirmSQL()
}

// wantsMasking decides whether a run masks.
func wantsMasking(mode mask.Mode, path string, on, off bool) (bool, error) {
	switch {
	case on && off:
		return false, fault.New(fault.Usage, "", "--mask and --no-mask cannot be used together")
	case off && mode == mask.Required:
		return false, fault.New(fault.Usage, "", "--no-mask is refused: %s has mask.mode: required", path)
	case on:
		return true, nil
	}
	return !off && mode != mask.Off, nil
}

// planMasking returns the plan for the dump's rows: the rules apply, and credentials are
// always replaced. Rows that are left out need no rule. A dump that was masked when it
// was made is not masked again.
func (r *replacement) planMasking(d *dump.Dump) (*mask.Plan, error) {
	h, seed := d.Head, methods.RandomSeed()
	var plan *mask.Plan
	if rules := r.masking.rules; rules != nil && !d.Masked {
		// UnlistedFail reports the columns without a rule; a team's own SQL needs no rules.
		if rules.None() && rules.Unlisted != mask.UnlistedFail && (rules.Mode == mask.Required || len(rules.After) == 0) {
			return nil, fault.New(fault.Usage, "run \"hectl mask check --suggest\" for suggestions, or \"hectl mask rules\" for the built-in rules",
				"%s was not masked when it was made, and hectl.yml has base: none and no rules", d.Name)
		}
		var err error
		if plan, seed, err = rules.ByRules(h, mask.Options{Takes: r.load.Tables.Takes, Keep: r.load.KeepRows}, r.dryRun, "fetches"); err != nil {
			return nil, err
		}
	}
	credentials, err := mask.Credentials(schema.Read(h), mask.CredentialOptions{Password: r.load.Password, Seed: seed, Over: plan, Takes: r.load.Tables.Takes, Keep: r.load.KeepRows, Empty: d.Empty})
	if err != nil {
		return nil, err
	}
	for _, w := range credentials.Warnings() {
		r.out.Warn("%s", w)
	}
	both := plan.Over(credentials)
	if r.masking.ownPassword {
		both = credentials.Over(plan)
	}
	if r.login.As != "" {
		both = both.Sparing(h, r.login.As)
	}
	return both, nil
}

// key returns a hash of everything that decides which rows are masked or refused: the
// rules, the seed file, the SQL that runs afterwards, hectl's requirements for a dump,
// and whether --password overrides the rules. It is "" without rules.
func (m masking) key() string {
	if m.rules == nil {
		return ""
	}
	sum := sha256.New()
	_, _ = fmt.Fprintf(sum, "%s %q\n", m.rules.Hash(), m.rules.SeedFile) // a hash never fails
	_, _ = fmt.Fprintf(sum, "%q %q\n", m.trust.Key(), m.rules.Reviewed())
	_, _ = fmt.Fprintf(sum, "%q %t %t\n", m.rules.Unlisted, m.rules.Mode == mask.Required, m.ownPassword)
	for _, s := range m.after.Files {
		_, _ = fmt.Fprintf(sum, "%q\n", s.SQL)
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// seed returns the fingerprint of the seed of the rules, "" without rules.
func (m masking) seed(dryRun bool) (string, error) {
	if m.rules == nil {
		return "", nil
	}
	return m.rules.SeedFingerprint(dryRun)
}

// maskInfo describes the masking in a plan or a result.
type maskInfo struct {
	// Masked reports whether rules masked, or would mask, personal data.
	Masked bool   `json:"masked"`
	Rules  string `json:"mask_rules,omitempty"` // hash of the masking rules
	// Before reports that the dump was masked when it was made, and is not masked again.
	Before bool `json:"masked_before,omitempty"`
	// Covered are the tables with masked or left-out data. They exist even without rules,
	// because credentials are always covered.
	Covered []mask.Covered `json:"covered,omitempty"`
	After   []string       `json:"after,omitempty"` // SQL files
}

func (r *replacement) maskInfo() maskInfo {
	d, p := r.dump, r.mask
	info := maskInfo{Masked: r.masking.rules != nil && !r.masking.rules.None(), Rules: p.RulesHash(), Covered: p.Covers(d.Head, r.load.Tables.Takes)}
	if d.Masked {
		info.Masked, info.Before, info.Rules = true, true, d.Manifest.MaskRules
	}
	for _, s := range r.masking.after.Files {
		info.After = append(info.After, s.Path)
	}
	return info
}

// String describes the masking in one line.
func (m maskInfo) String() string {
	columns, tables, without := 0, 0, 0
	for _, c := range m.Covered {
		columns += len(c.Columns)
		if c.NoRows {
			without++
		} else {
			tables++
		}
	}
	what := "credentials only"
	switch {
	case m.Before:
		what = "credentials; personal data was masked when the dump was made"
	case m.Masked:
		what = "personal data and credentials"
	}
	line := fmt.Sprintf("%s: %s of %s", what, text.Count(columns, "column"), text.Count(tables, "table"))
	if without > 0 {
		line += fmt.Sprintf(", no rows of %s", text.Count(without, "table"))
	}
	if m.Rules != "" {
		line += ", by rules " + m.Rules[:12]
	}
	return line
}

// leaveOutSecrets leaves out entries that the mask drops or that contain secrets.
func (r *replacement) leaveOutSecrets() {
	d, out := r.dump, mask.NewLeftOut(r.dump.Head)
	command.TellLeftOut(r.out, out)
	for i := range d.Head.Entries {
		if e := &d.Head.Entries[i]; r.mask.Drops(e) || out.Drops(e) {
			d.Edits.Drop(e)
		}
	}
}
