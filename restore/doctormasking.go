package restore

import (
	"github.com/urfave/cli/v2"

	"github.com/rubyforgood/hectl/internal/command"
	"github.com/rubyforgood/hectl/internal/config"
	"github.com/rubyforgood/hectl/internal/finding"
	"github.com/rubyforgood/hectl/mask"
	"github.com/rubyforgood/hectl/mask/methods"
	"github.com/rubyforgood/hectl/pgtools/archive"
	"github.com/rubyforgood/hectl/pgtools/schema"
)

// CheckMasking checks whether a fetch, or a backup that makes masked dumps (copies),
// could mask: whether hectl can read the rules, the seed and the SQL, and whether the
// rules fit the newest dump. newest is nil if there is none.
func CheckMasking(f *finding.List, env *command.Env, c *cli.Context, settings *config.Sources, copies bool, newest *Newest) {
	const about = "masking"
	m, err := prepareMasking(settings, env.Console, c)
	if err != nil {
		f.Fail(about, err)
		return
	}
	rules := m.rules
	if newest != nil && rules == nil {
		if _, err := mask.Credentials(schema.Read(newest.dump.Head), mask.CredentialOptions{Password: methods.DefaultPassword, Seed: methods.RandomSeed()}); err != nil {
			f.Fail(about, err)
			return
		}
	}
	if rules == nil {
		f.OK(about, "no masking rules apply; a fetch still replaces passwords and tokens and leaves out sessions and jobs")
		if !copies {
			return
		}
		if rules, err = command.MaskRules(settings, env.Console); err != nil {
			f.Fail(about, err)
			return
		}
	}
	if rules.SeedFile != "" {
		home, _ := settings.Lookup("HOME")
		if err := methods.CheckSeed("file:"+rules.SeedFile, home); err != nil {
			f.Fail(about, err)
		}
	}
	if newest == nil {
		f.OK(about, "the rules are valid; there is no dump to check them against")
		return
	}
	d := newest.dump
	if why := m.trust.Judge(d); why != "" {
		f.Advise(about, "", "the newest dump's manifest says that it is masked, but %s: a fetch masks it again", why)
	}
	if d.Masked {
		f.OK(about, "the newest dump was masked when it was made, and is not masked again")
		return
	}
	plan, err := rules.Rules.Plan(d.Head, methods.RandomSeed(), mask.Options{})
	if err != nil {
		f.Fail(about, err)
		return
	}
	if _, err := mask.Credentials(schema.Read(d.Head), mask.CredentialOptions{Password: methods.DefaultPassword, Seed: methods.RandomSeed(), Over: plan}); err != nil {
		f.Fail(about, err)
		return
	}
	for _, w := range plan.Warnings() {
		f.Warn(about, "hectl mask check", "%s", w)
	}
	everything := func(*archive.Entry) bool { return true }
	f.OK(about, "%s", maskInfo{Masked: true, Covered: plan.Covers(d.Head, everything), Rules: plan.RulesHash()})
}
