package backup

import (
	"context"
	"strings"

	"github.com/rubyforgood/hectl/backup/lifecycle"
	"github.com/rubyforgood/hectl/backup/prune"
	"github.com/rubyforgood/hectl/backup/retention"
	"github.com/rubyforgood/hectl/dump/catalog"
	"github.com/rubyforgood/hectl/internal/command"
	"github.com/rubyforgood/hectl/internal/config"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/finding"
	"github.com/rubyforgood/hectl/internal/s3store"
)

// lifecycleWarnings returns the warnings about the lifecycle rules of the bucket. It
// returns none if it cannot read the rules: few credentials permit that, and not every
// store has rules.
func lifecycleWarnings(ctx context.Context, env *command.Env, store *s3store.Store, d lifecycle.Dumps) []string {
	rules, err := store.LifecycleRules(ctx)
	if err != nil {
		env.Console.Detail("lifecycle rules: %v", err)
		return nil
	}
	d.Now = env.Console.Now()
	return lifecycle.Warnings(rules, d)
}

// warnAboutLifecycle prints the warnings about the lifecycle rules of a bucket that was
// pruned.
func warnAboutLifecycle(ctx context.Context, env *command.Env, store *s3store.Store, req prune.Request, r *prune.Removal) {
	var found []catalog.Dump
	for _, d := range r.Dumps {
		found = append(found, d.Dump)
	}
	d := lifecycle.Dumps{Base: req.Bucket.Base, Label: req.Label, Keep: req.Policy, Sizes: sizes(found)}
	for _, w := range lifecycleWarnings(ctx, env, store, d) {
		env.Console.Warn("%s", w)
	}
}

// sizes returns the sizes of dumps.
func sizes(dumps []catalog.Dump) []int64 {
	list := []int64{}
	for _, d := range dumps {
		list = append(list, d.Size)
	}
	return list
}

// CheckBucketRules checks the bucket's own settings, for "hectl doctor": the lifecycle rules,
// versioning, Object Lock and public access.
func CheckBucketRules(ctx context.Context, f *finding.List, about string, env *command.Env, settings *config.Sources, check WriterCheck) {
	store := check.Store
	var unknown []string
	known := func(what, action string, err error) bool {
		switch {
		case err == nil:
			return true
		case s3store.IsUnsupported(err):
			what += " (not supported by the store)"
		case fault.CodeOf(err) == fault.Denied:
			what += " (needs " + action + ")"
		default:
			what += " (no answer)"
			env.Console.Detail("%v", err)
		}
		unknown = append(unknown, what)
		return false
	}

	if rules, err := store.LifecycleRules(ctx); known("lifecycle rules", "s3:GetLifecycleConfiguration", err) {
		keep, err := parsePolicy(settings, nil)
		if err != nil { // the check of the settings reports it
			keep = retention.Policy{}
		}
		warnings := lifecycle.Warnings(rules, lifecycle.Dumps{Base: check.Bucket.Base, Label: check.Label, Keep: keep, Now: check.Now})
		for _, w := range warnings {
			f.Warn(about, "change the rule, or the keep rules in hectl.yml (docs/prune.md)", "%s", w)
		}
		if len(warnings) == 0 {
			f.OK(about, "no lifecycle rule deletes or archives dumps too early")
		}
	}
	versioned, err := store.Versioned(ctx)
	if known("versioning", "s3:GetBucketVersioning", err) && !versioned {
		f.Advise(about, "aws s3api put-bucket-versioning --bucket "+fault.ShellQuote(check.Bucket.Name)+" --versioning-configuration Status=Enabled",
			"versioning is off: a dump that is deleted cannot be recovered, and Object Lock is not available")
	}
	if on, byDefault, err := store.Locked(ctx); versioned && known("Object Lock", "s3:GetBucketObjectLockConfiguration", err) {
		switch {
		case !on:
			f.Advise(about, "", "Object Lock is off: anyone who may delete versions can delete every dump permanently (docs/security.md)")
		case !byDefault:
			f.Advise(about, "", "Object Lock has no default retention, so new dumps are not locked (docs/security.md)")
		default:
			f.OK(about, "Object Lock locks every new dump")
		}
	}
	if blocked, err := store.PublicAccessBlocked(ctx); known("public access", "s3:GetBucketPublicAccessBlock", err) && !blocked {
		f.Advise(about, "aws s3api put-public-access-block --bucket "+fault.ShellQuote(check.Bucket.Name)+
			" --public-access-block-configuration BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true",
			"the bucket does not block public access; hectl does not check whether the account does")
	}
	if len(unknown) > 0 {
		f.OK(about, "not checked: %s", strings.Join(unknown, ", "))
	}
}
