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

// facts are what the guard judges by. They are gathered in two rounds: Existing
// is asked of the target server only when everything before it allowed to
// connect there.
type facts struct {
	Env       pgtools.Environ          // for RAILS_ENV and its like
	EnvOrigin func(name string) string // says where Env finds it; nil where that is not known
	Target    pgtools.Conn
	AllowHost []string // hosts other than this machine that --allow-host names
	Force     bool
	// Sources are fingerprints of databases that are dumped, never replaced.
	Sources []string
	// SourceIdentities are identities of such databases, and Dumped recognizes the
	// one that the dump was made of.
	SourceIdentities []pgtools.Identity
	Dumped           []*catalog.SourceIdentity
	found
}

// found are the facts that the target's server gives. They can change while a
// restore runs, so the server is asked again at the swap.
type found struct {
	// said is what the target says of its environment, and Previous what its
	// previous database says.
	said
	Previous said
	// Template says that the server has the target down as a template.
	Template bool
	// RDS says that the server has what only Amazon's have, by whatever name or
	// tunnel it is reached.
	RDS bool
	// Taken is the name of a database that would have to make way for the
	// previous one, and that hectl did not make; "" when there is none.
	Taken string
	// OID is the target's; 0 when there is none.
	OID uint32
	// Identity and PreviousIdentity are the target's and its previous database's;
	// "" when there is none.
	Identity, PreviousIdentity pgtools.Identity
	// Unidentified says that the role may not ask for them.
	Unidentified bool
	// SnapshotOf is the target whose snapshot this one is; "" for none.
	SnapshotOf string
	// NamedAfter is the database of whose snapshots this one has the name; "" for
	// none.
	NamedAfter string
}

// unsetIt ends a reason that lies in the environment: no other target helps there.
const unsetIt = "(unset it, if this is a development machine)"

// guard returns the reasons for which the target may not be replaced, each a
// clause that completes "refused to replace X: ". None means it may.
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
	switch {
	case slices.Contains(f.Sources, f.Target.Fingerprint()):
		add("it is the source of the dumps")
	case f.isSource(f.Identity):
		add("it is the source of the dumps: its server, by whatever name it is reached, and its database are those of the source")
	case f.Unidentified && f.knowsSources():
		add("whether it is the source of the dumps cannot be checked: the role %[1]s may not execute pg_control_system() (as a superuser: GRANT EXECUTE ON FUNCTION pg_control_system() TO %[2]s)", f.Target.User(), pgtools.Quote(f.Target.User()))
	}
	if f.isSource(f.PreviousIdentity) {
		add("its previous database, which would be dropped, is the source of the dumps (rename it)")
	}
	if name := f.Target.Database(); f.Template || name == "postgres" || name == "template0" || name == "template1" {
		add("%s is a system or template database", name)
	}
	if of := namedAfter(f.Target.Database()); of != "" {
		add("%s is a name that hectl gives to a database which it keeps for %s (--target %s)", f.Target.Database(), of, of)
	} else if f.NamedAfter != "" && f.SnapshotOf == "" {
		add("%s is a name that hectl gives to a snapshot of %s (--target %s)", f.Target.Database(), f.NamedAfter, f.NamedAfter)
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

// knowsSources reports whether a source has an identity to compare with.
func (f facts) knowsSources() bool {
	return slices.ContainsFunc(f.SourceIdentities, func(id pgtools.Identity) bool { return id != "" }) ||
		slices.ContainsFunc(f.Dumped, func(of *catalog.SourceIdentity) bool { return of != nil })
}

// isSource reports whether a database of this identity is dumped.
func (f facts) isSource(id pgtools.Identity) bool {
	return id != "" && (slices.Contains(f.SourceIdentities, id) ||
		slices.ContainsFunc(f.Dumped, func(of *catalog.SourceIdentity) bool { return of.Is(string(id)) }))
}

// isProduction reports whether an environment is production's: "production" or
// "prod", in any case, alone or followed by more, as in "production-eu" or
// "prod_2".
func isProduction(environment string) bool {
	word := strings.ToLower(environment)
	other := func(r rune) bool { return r < 'a' || r > 'z' }
	word = strings.TrimLeftFunc(word, other) // a column of type json has quotes
	if i := strings.IndexFunc(word, other); i >= 0 {
		word = word[:i]
	}
	return word == "production" || word == "prod"
}

// refusal is the error for the guard's reasons not to do something with the
// target, nil when there are none.
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
