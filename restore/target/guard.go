package target

import (
	"fmt"
	"slices"
	"strings"

	"github.com/rubyforgood/hectl/dump/catalog"
	"github.com/rubyforgood/hectl/internal/config"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/pgtools"
)

// facts are the basis for the guard's decision. hectl gathers them in two rounds: it
// asks the target's server only if nothing in the settings forbids connecting to it.
type facts struct {
	Env       pgtools.Environ          // provides RAILS_ENV and similar variables
	EnvOrigin func(name string) string // reports where Env found a variable; nil if not known
	Target    pgtools.Conn
	AllowHost []string // hosts other than this machine that --allow-host names
	Force     bool
	// Sources are fingerprints of databases that are dumped, never replaced.
	Sources []string
	// SourceIdentities are identities of such databases. Dumped identifies the database
	// that the dump was made from.
	SourceIdentities []pgtools.Identity
	Dumped           []*catalog.SourceIdentity
	serverFacts
}

// serverFacts are the facts from the target's server. They can change while a restore
// runs, so hectl collects them again at the swap.
type serverFacts struct {
	// notes are the target's notes. Previous are those of its previous database.
	notes
	Previous notes
	// Template reports that the server marks the target as a template.
	Template bool
	// RDS reports that the server has roles or databases that only Amazon RDS has, even
	// if it has another host name or is behind a tunnel.
	RDS bool
	// Taken is a database that has the name of the previous one but was not created by
	// hectl; "" if there is none.
	Taken string
	// OID is the target's OID; 0 if there is no target.
	OID uint32
	// Identity and PreviousIdentity identify the target and its previous database; "" if
	// there is none.
	Identity, PreviousIdentity pgtools.Identity
	// Unidentified reports that the role lacks the permission to read identities.
	Unidentified bool
	// SnapshotOf is the target of which this database is a snapshot; "" for none.
	SnapshotOf string
	// NamedAfter is the database whose snapshots have names like the target's; "" for
	// none.
	NamedAfter string
}

// unsetIt ends a reason that is based on the environment and so applies to any target.
const unsetIt = "(unset it, if this is a development machine)"

// guard returns the reasons to refuse the target, each a clause that completes
// "refused to replace X: ". It returns none if the target may be replaced.
func guard(f facts) []string {
	var reasons []string
	add := func(format string, args ...any) { reasons = append(reasons, fmt.Sprintf(format, args...)) }

	for _, name := range config.EnvironmentNames() {
		if v, _ := f.Env(name); isProduction(v) {
			if f.EnvOrigin != nil {
				name = f.EnvOrigin(name)
			}
			add("%s is %s %s", name, v, unsetIt)
		}
	}
	switch host := f.Target.Host(); {
	case f.Target.IsRDS():
		add("%s is an Amazon RDS instance, which is never a target", host)
	case !f.Target.IsLocal() && !slices.ContainsFunc(f.AllowHost, func(allowed string) bool { return strings.EqualFold(allowed, host) }):
		add("%s is not this machine (--allow-host %s, if it is a development server)", host, host)
	}
	if f.RDS && !f.Target.IsRDS() {
		add("its server is an Amazon RDS instance under another name, which is never a target")
	}
	if f.Taken != "" {
		add("the previous database would be kept as %s, but a database that hectl did not create has that name (rename it, or drop it)", f.Taken)
	}
	if f.SnapshotOf != "" {
		add("it is a snapshot of %s (use hectl snapshot restore with --target %s)", f.SnapshotOf, f.SnapshotOf)
	}
	switch {
	case slices.Contains(f.Sources, f.Target.Fingerprint()):
		add("it is the source of the dumps")
	case f.isSource(f.Identity):
		add("it is the source of the dumps: its server and database have the identity of the source")
	case f.Unidentified && f.knowsSources():
		add("hectl cannot check whether it is the source of the dumps: the role %[1]s cannot execute pg_control_system() (as a superuser: GRANT EXECUTE ON FUNCTION pg_control_system() TO %[2]s)", f.Target.User(), pgtools.Quote(f.Target.User()))
	}
	if f.isSource(f.PreviousIdentity) {
		add("its previous database, which would be dropped, is the source of the dumps (rename it)")
	}
	if name := f.Target.Database(); f.Template || name == "postgres" || name == "template0" || name == "template1" {
		add("%s is a system or template database", name)
	}
	if of := namedAfter(f.Target.Database()); of != "" {
		add("%s is a name that hectl uses for a database that it keeps for %s (--target %s)", f.Target.Database(), of, of)
	} else if f.NamedAfter != "" && f.SnapshotOf == "" {
		add("%s is a name that hectl uses for a snapshot of %s (--target %s)", f.Target.Database(), f.NamedAfter, f.NamedAfter)
	}
	if f.Force {
		return reasons
	}
	if why := f.reason(f.Target.User()); why != "" {
		add("%s", why)
	}
	if why := f.Previous.reason(f.Target.User()); why != "" {
		add("its previous database %s would be dropped, and %s", PreviousName(f.Target.Database()), why)
	}
	return reasons
}

// knowsSources reports whether the identity of any source is known.
func (f facts) knowsSources() bool {
	return slices.ContainsFunc(f.SourceIdentities, func(id pgtools.Identity) bool { return id != "" }) ||
		slices.ContainsFunc(f.Dumped, func(of *catalog.SourceIdentity) bool { return of != nil })
}

// isSource reports whether id is the identity of a database that is dumped.
func (f facts) isSource(id pgtools.Identity) bool {
	return id != "" && (slices.Contains(f.SourceIdentities, id) ||
		slices.ContainsFunc(f.Dumped, func(of *catalog.SourceIdentity) bool { return of.Is(string(id)) }))
}

// isProduction reports whether an environment is production's: "production" or "prod", in
// any case, alone or with a suffix, as in "production-eu" or "prod_2".
func isProduction(environment string) bool {
	word := strings.ToLower(environment)
	other := func(r rune) bool { return r < 'a' || r > 'z' }
	word = strings.TrimLeftFunc(word, other) // a column of type json has quotes
	if i := strings.IndexFunc(word, other); i >= 0 {
		word = word[:i]
	}
	return word == "production" || word == "prod"
}

// refusal returns the error with the guard's reasons, nil if there are none. do
// completes "refused to".
func refusal(do string, target pgtools.Conn, reasons []string) error {
	if len(reasons) == 0 {
		return nil
	}
	advice := "name a local development database with --target or HECTL_TARGET"
	if !slices.ContainsFunc(reasons, func(reason string) bool { return !strings.HasSuffix(reason, unsetIt) }) {
		name, _, _ := strings.Cut(reasons[0], " ")
		advice = "set " + name + "=development for this command"
	}
	return fault.New(fault.Refused, advice,
		"refused to %s %s: %s", do, target, strings.Join(reasons, "; "))
}
