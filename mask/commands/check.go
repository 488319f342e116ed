package commands

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/rubyforgood/hectl/dump"
	"github.com/rubyforgood/hectl/internal/command"
	"github.com/rubyforgood/hectl/internal/config"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/text"
	"github.com/rubyforgood/hectl/mask"
)

// maskRules is the output of "mask rules".
type maskRules struct {
	Base string `json:"base"`
	YAML string `json:"yaml"`
}

func (r maskRules) Text() string { return r.YAML }

func printRules(env *command.Env) error {
	settings, err := env.Settings()
	if err != nil {
		return err
	}
	rules, err := command.MaskRules(settings, env.Console)
	if err != nil {
		return err
	}
	if rules.Base() == "none" {
		env.Console.Say("hectl.yml has base: none, so these rules are not in effect here")
	}
	return env.Console.Result(maskRules{rules.Base(), mask.BuiltIn()})
}

// maskCheck has the options of "mask check".
type maskCheck struct {
	bucket  config.Bucket
	label   string
	dump    string // key, file, "-", or "" for the label's newest dump
	masking *command.Masking
	suggest bool
}

func newMaskCheck(env *command.Env, c *cli.Context) (*maskCheck, error) {
	if c.NArg() > 1 {
		return nil, fault.New(fault.Usage, `see "hectl mask check --help"; "hectl list" shows the dumps`,
			"mask check takes one dump, but was given %d", c.NArg())
	}
	d := c.Args().First()
	if c.NArg() == 1 && d == "" {
		return nil, fault.New(fault.Usage, `pass "latest" or no argument for the newest dump`, "mask check was given an empty key")
	}
	if err := dump.CheckKey(d); err != nil {
		return nil, err
	}
	settings, err := env.Settings()
	if err != nil {
		return nil, err
	}
	masking, err := command.MaskRules(settings, env.Console)
	if err != nil {
		return nil, err
	}
	flags := command.Given(c)
	label, err := settings.Label(flags)
	if err != nil {
		return nil, err
	}
	if d == "latest" {
		d = ""
	}
	bucket, err := settings.Bucket(flags)
	return &maskCheck{bucket, label.Text, d, masking, c.Bool("suggest")}, err
}

// maskChecked is the result of a check.
type maskChecked struct {
	Dump string `json:"dump"`
	*mask.Report
	Suggestion string `json:"suggestion,omitempty"` // YAML

	suggest bool
}

// Text lists the columns that could contain personal data, or suggests rules.
func (r maskChecked) Text() string {
	if r.suggest {
		return r.Suggestion
	}
	rows := [][]string{{"COLUMN", "TYPE", "WHY", "RULE"}}
	for _, f := range r.Findings {
		rule := f.Rule
		if f.Open {
			rule = "OPEN"
		}
		rows = append(rows, []string{f.On(), f.Type, cmp.Or(f.Why, "-"), rule})
	}
	for _, d := range r.Definitions {
		rule := "reviewed"
		if d.Open {
			rule = "OPEN"
		}
		rows = append(rows, []string{d.Name, "definition", d.Why, rule})
	}
	var b strings.Builder
	if len(rows) > 1 {
		b.WriteString(text.Table(rows) + "\n")
	}
	for _, w := range r.Warnings {
		fmt.Fprintf(&b, "not sure: %s\n", w)
	}
	if len(r.LeftOut) > 0 {
		fmt.Fprintf(&b, "rows left out: %s\n", strings.Join(r.LeftOut, ", "))
	}
	fmt.Fprintf(&b, "%s: %d masked, %d kept, %d open\n", r.Dump, r.Masked, r.Kept, r.Open()+r.OpenDefinitions())
	return b.String()
}

func (o *maskCheck) Run(ctx context.Context, env *command.Env) error {
	src, err := o.source(ctx, env)
	if err != nil {
		return err
	}
	d, err := dump.OpenHead(ctx, src)
	if err != nil {
		return err
	}
	defer func() { _ = d.Close() }() // d was only read
	report, err := o.masking.Check(d.Head)
	if err != nil {
		return err
	}
	result := maskChecked{Dump: d.Name, Report: report, suggest: o.suggest}
	if report.Open()+report.OpenDefinitions() > 0 {
		result.Suggestion = report.Suggestion()
	}
	if err := env.Console.Result(result); err != nil {
		return err
	}
	if n := report.Open(); n > 0 {
		hint := `run "hectl mask check --suggest" for rules to paste into hectl.yml; write keep for columns without personal data`
		if o.suggest {
			hint = "review each column, and write keep for those without personal data"
		}
		if m := report.OpenDefinitions(); m > 0 {
			return fault.New(fault.Warnings, hint, "%s could hold personal data and %s no rule; not reviewed: %s", text.Count(n, "column"), map[bool]string{true: "has", false: "have"}[n == 1], text.Count(m, "definition"))
		}
		return fault.New(fault.Warnings, hint, "%s could hold personal data and %s no rule", text.Count(n, "column"), map[bool]string{true: "has", false: "have"}[n == 1])
	}
	if m := report.OpenDefinitions(); m > 0 {
		return fault.New(fault.Warnings, `review each; "hectl mask check --suggest" prints the lines that mark them as reviewed`, "not reviewed: %s that may hold a secret or personal data", text.Count(m, "definition"))
	}
	return nil
}

func (o *maskCheck) source(ctx context.Context, env *command.Env) (dump.Opener, error) {
	if o.dump == "" {
		return command.NewFinder(env).Choose(ctx, dump.Choice{Bucket: o.bucket, Label: o.label})
	}
	return dump.Locate(o.dump, env.Stdin, func(key string) (dump.Opener, error) {
		return command.NewFinder(env).Named(ctx, o.bucket, key)
	})
}
