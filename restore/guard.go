package restore

import (
	"fmt"
	"slices"
	"strings"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/pgtools"
)

// facts are what the guard judges by. They are gathered in two rounds: Existing
// is asked of the target server only when everything before it allowed to
// connect there.
type facts struct {
	Env       pgtools.Environ // for RAILS_ENV and its like
	Target    pgtools.Conn
	AllowHost []string // hosts other than this machine that --allow-host names
	Force     bool
	// Sources are fingerprints of databases that are dumped, never replaced.
	Sources []string
	// Existing is the environment that the target's own ar_internal_metadata
	// names, "" when the target does not exist or does not say.
	Existing string
	// Template says that the server has the target down as a template.
	Template bool
	// RDS says that the server has what only Amazon's have, by whatever name or
	// tunnel it is reached.
	RDS bool
	// Taken is the name of a database that would have to make way for the
	// previous one, and that hectl did not make; "" when there is none.
	Taken string
	// SnapshotOf is the target whose snapshot this one is; "" for none.
	SnapshotOf string
}

// guard returns the reasons for which the target may not be replaced, each a
// clause that completes "refused to replace X: ". None means it may.
func guard(f facts) []string {
	var reasons []string
	add := func(format string, args ...any) { reasons = append(reasons, fmt.Sprintf(format, args...)) }

	for _, name := range []string{"RAILS_ENV", "RACK_ENV", "APP_ENV"} {
		if v, _ := f.Env(name); isProduction(v) {
			add("%s is %s (unset it, if this is a development machine)", name, v)
		}
	}
	switch host := f.Target.Host(); {
	case f.Target.IsRDS():
		add("%s is an RDS instance, and these are never a target", host)
	case !f.Target.IsLocal() && !slices.ContainsFunc(f.AllowHost, func(allowed string) bool { return strings.EqualFold(allowed, host) }):
		add("%s is not this machine (--allow-host %s, if it is a development server)", host, host)
	}
	if f.RDS && !f.Target.IsRDS() {
		add("its server is an RDS instance, reached by another name, and these are never a target")
	}
	if f.Taken != "" {
		add("the previous database would be kept as %s, but there is one of that name that hectl did not make (rename it, or drop it)", f.Taken)
	}
	if f.SnapshotOf != "" {
		add("it is a snapshot of %s (hectl snapshot restore, with that as the target)", f.SnapshotOf)
	}
	if slices.Contains(f.Sources, f.Target.Fingerprint()) {
		add("it is the source of the dumps")
	}
	if name := f.Target.Database(); f.Template || name == "postgres" || name == "template0" || name == "template1" {
		add("%s is a system or template database", name)
	}
	if isProduction(f.Existing) && !f.Force {
		add("its ar_internal_metadata says that it is a production database (--force, if you know that it is a copy)")
	}
	return reasons
}

func isProduction(environment string) bool {
	return strings.EqualFold(strings.TrimSpace(environment), "production")
}

// refusal is the error for the guard's reasons not to do something with the
// target, nil when there are none.
func refusal(do string, target pgtools.Conn, reasons []string) error {
	if len(reasons) == 0 {
		return nil
	}
	return fault.New(fault.Refused,
		"name a local development database with --target or HECTL_TARGET",
		"refused to %s %s: %s", do, target, strings.Join(reasons, "; "))
}
