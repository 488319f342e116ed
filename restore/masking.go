package restore

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
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
	"github.com/rubyforgood/hectl/pgtools"
	"github.com/rubyforgood/hectl/pgtools/archive"
	"github.com/rubyforgood/hectl/pgtools/schema"
)

// masking is what a run is told about masking.
type masking struct {
	trust    dump.Trust
	rules    *command.Masking // nil: none but that credentials go
	after    []script
	password string // of every user
	// ownPassword says that the password was given for this run, and goes before
	// the rules.
	ownPassword bool
}

// script is a file with SQL of the team's own.
type script struct {
	path string
	sql  string
}

func maskFlag() cli.Flag {
	return &cli.BoolFlag{Category: command.Database, Name: "mask", Usage: "mask personal data, by the rules in hectl.yml or else the built-in ones"}
}

func noMaskFlag() cli.Flag {
	return &cli.BoolFlag{Category: command.Database, Name: "no-mask", Usage: "do not mask it, though hectl.yml says so; passwords, tokens, sessions and jobs stay away all the same"}
}

// prepareMasking decides by settings and flags whether to mask, and reads what the
// rules name.
func prepareMasking(settings *config.Sources, out *console.Console, c *cli.Context, password string) (masking, error) {
	m := masking{password: password, ownPassword: c.IsSet("password")}
	_, path := settings.Mask()
	rules, err := command.MaskRules(settings, out)
	if err != nil {
		return m, err
	}
	if m.trust, err = newTrust(settings, c, rules); err != nil {
		return m, err
	}
	wanted, err := wantsMasking(rules.Mode, path, c.Bool("mask"), c.Bool("no-mask"))
	if err != nil || !wanted {
		return m, err
	}
	m.rules = rules
	if m.after, err = readScripts("mask.after", path, rules.After); err != nil {
		return m, err
	}
	return m, settings.ConfirmSQL()
}

// wantsMasking decides whether a run masks.
func wantsMasking(mode mask.Mode, path string, on, off bool) (bool, error) {
	switch {
	case on && off:
		return false, fault.New(fault.Usage, "", "--mask and --no-mask cannot both be")
	case off && mode == mask.Required:
		return false, fault.New(fault.Usage, "", "--no-mask is refused: %s has mask.mode: required", path)
	case on:
		return true, nil
	}
	return !off && mode != mask.Off, nil
}

// requiresMasking returns the path of the hectl.yml that forbids data that is not
// masked, "" when none does, and which dumps count as masked.
func requiresMasking(env *command.Env, c *cli.Context) (path string, t dump.Trust, err error) {
	settings, err := env.Settings()
	if err != nil {
		return "", t, err
	}
	rules, err := command.MaskRules(settings, env.Console)
	if err != nil {
		return "", t, err
	}
	if t, err = newTrust(settings, c, rules); err != nil || rules.Mode != mask.Required {
		return "", t, err
	}
	return settings.Path(), t, nil
}

// masks decides what happens to the dump's rows: what the rules say and, whatever
// they say, no credentials. Rows that are left out anyway need no rule; a dump
// that was masked when it was made is not masked again.
func (r *run) masks(d *dump.Dump) (*mask.Plan, error) {
	h, seed := d.Head, methods.RandomSeed()
	var plan *mask.Plan
	if rules := r.masking.rules; rules != nil && !d.Masked {
		// UnlistedFail says what is open; SQL of the team's own needs no rules.
		if rules.None() && rules.Unlisted != mask.UnlistedFail && (rules.Mode == mask.Required || len(rules.After) == 0) {
			return nil, fault.New(fault.Usage, "\"hectl mask check --suggest\" prints some; \"hectl mask rules\" prints the built-in ones",
				"%s was not masked when it was made, and hectl.yml, which has base: none, has no rules to mask it by", d.Name)
		}
		var err error
		if plan, seed, err = rules.ByRules(h, mask.Options{Takes: r.tables.takes, Keep: r.keepRows}, r.dryRun, "fetches"); err != nil {
			return nil, err
		}
	}
	credentials, err := mask.Credentials(schema.Read(h), mask.CredentialOptions{Password: r.masking.password, Seed: seed, Over: plan, Takes: r.tables.takes, Keep: r.keepRows, Empty: d.Empty})
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
	if r.loginAs != "" {
		both = both.Sparing(h, r.loginAs)
	}
	return both, nil
}

// key is the same for what masks, and refuses, in the same way: rules, the file of
// the seed, the SQL that runs afterwards, what is asked of a dump before it is
// fetched, and whether the password goes before the rules. "" when there are no rules.
func (m masking) key() string {
	if m.rules == nil {
		return ""
	}
	sum := sha256.New()
	_, _ = fmt.Fprintf(sum, "%s %q\n", m.rules.Hash(), m.rules.SeedFile) // a hash never fails
	_, _ = fmt.Fprintf(sum, "%q %q\n", m.trust.Key(), m.rules.Reviewed())
	_, _ = fmt.Fprintf(sum, "%q %t %t\n", m.rules.Unlisted, m.rules.Mode == mask.Required, m.ownPassword)
	for _, s := range m.after {
		_, _ = fmt.Fprintf(sum, "%q\n", s.sql)
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// runSQL runs the team's own SQL in the temp database, which the dump with head h
// was restored to.
func (r *run) runSQL(ctx context.Context, admin *pgtools.DB, temp pgtools.Conn, h *archive.Head, key string, scripts []script) error {
	if len(scripts) == 0 {
		return nil
	}
	bar := r.out.Progress(key, console.Steps, int64(len(scripts)))
	defer bar.Done()
	temp, err := admin.WithFixedSettings(ctx, temp)
	if err != nil {
		return err
	}
	db, err := pgtools.Connect(ctx, temp, appName)
	if err != nil {
		return err
	}
	defer db.Close(context.WithoutCancel(ctx))
	for _, s := range scripts {
		done := bar.Job(s.path)
		err := db.RunScript(ctx, s.sql)
		done()
		if failed, ok := errors.AsType[*pgtools.ScriptError](err); ok {
			said := append(phrases(h), pgtools.NewPhrases(schema.Raises(s.sql))...)
			return fmt.Errorf("run %s:%d: %w", s.path, failed.Line, pgtools.Explain(err, said))
		}
		if err != nil {
			return fmt.Errorf("run %s: %w", s.path, err)
		}
		bar.Add(1)
	}
	return nil
}

// maskInfo is what a plan or a result says about masking.
type maskInfo struct {
	// Masked says that personal data was, or would be, masked by rules.
	Masked bool   `json:"masked"`
	Rules  string `json:"mask_rules,omitempty"` // their hash
	// Before says that the dump was masked when it was made, and is not again.
	Before bool `json:"masked_before,omitempty"`
	// Covered are the tables of which something is masked, or left out; also when
	// no rules are, for credentials always are.
	Covered []mask.Covered `json:"covered,omitempty"`
	After   []string       `json:"after,omitempty"` // SQL files
}

func (r *run) maskInfo(d *dump.Dump, p *mask.Plan) maskInfo {
	info := maskInfo{Masked: r.masking.rules != nil && !r.masking.rules.None(), Rules: p.RulesHash(), Covered: p.Covers(d.Head, r.tables.takes)}
	if d.Masked {
		info.Masked, info.Before, info.Rules = true, true, d.Manifest.MaskRules
	}
	for _, s := range r.masking.after {
		info.After = append(info.After, s.path)
	}
	return info
}

// String says in one line what is masked.
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
		what = "credentials; personal data was, when the dump was made"
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

// editHead decides what of a dump's table of contents is restored otherwise than
// it says.
func (r *run) editHead(d *dump.Dump, masks *mask.Plan) {
	out := mask.NewLeftOut(d.Head)
	command.TellLeftOut(r.out, out)
	for i := range d.Head.Entries {
		if e := &d.Head.Entries[i]; masks.Drops(e) || out.Drops(e) {
			d.Edits.Drop(e)
		}
	}
}
