package mask

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"github.com/rubyforgood/hectl/mask/methods"
	"github.com/rubyforgood/hectl/pgtools/schema"
)

// Mode determines whether a fetch masks.
type Mode string

// The modes.
const (
	Off      Mode = "off"
	On       Mode = "on"
	Required Mode = "required" // refuses --no-mask
)

// Unlisted is the treatment of columns without a rule that could contain personal data.
type Unlisted string

// Keep them, warn, or refuse the dump.
const (
	UnlistedKeep Unlisted = "keep"
	UnlistedWarn Unlisted = "warn"
	UnlistedFail Unlisted = "fail"
)

// Rules decide which columns are masked, and how.
type Rules struct {
	Mode     Mode
	Unlisted Unlisted
	SeedFile string   // path of a seed file; "" for a random seed
	After    []string // paths of SQL files to run afterwards

	path         string            // path of hectl.yml; "" if it has no key mask
	base         string            // name of the built-in rules, or "none"
	largeObjects string            // "keep", "none", or "" without a rule
	reviewed     map[string]string // hash or "keep", by name of the definition
	own          []tableRule
	builtIn      []tableRule
}

// tableRule is the rule for the tables that match a pattern.
type tableRule struct {
	pattern schema.Pattern
	at      place
	rows    string // "none", "all", or "" without a rule
	keep    bool   // the team has reviewed the table: nothing to mask
	rest    bool   // keep all columns that are not in columns
	columns []columnRule
}

// columnRule is the rule for one column.
type columnRule struct {
	name string
	spec methods.Spec
	at   place
}

func (t *tableRule) column(name string) *columnRule {
	for i := range t.columns {
		if t.columns[i].name == name {
			return &t.columns[i]
		}
	}
	return nil
}

// Default returns the rules for a file without the key mask: masking is off, and --mask
// uses the built-in rules.
func Default() *Rules {
	r := &Rules{Mode: Off, Unlisted: UnlistedFail}
	r.on(humanEssentials)
	return r
}

// on adds the built-in rules called base.
func (r *Rules) on(base string) {
	r.base = base
	if base == humanEssentials {
		built := mustBuiltIn()
		r.builtIn = built.own
		r.largeObjects = cmp.Or(r.largeObjects, built.largeObjects)
	}
}

// Base returns the name of the built-in rules that r extends, or "none".
func (r *Rules) Base() string { return r.base }

// None reports whether there are no rules. In that case, hectl replaces only credentials.
func (r *Rules) None() bool {
	return len(r.own)+len(r.builtIn) == 0 && r.largeObjects == ""
}

// Hash returns a hexadecimal hash of the rules, without the seed. It differs between rules
// that mask differently.
func (r *Rules) Hash() string {
	sum := sha256.New()
	_, _ = fmt.Fprintf(sum, "large objects %q\n", r.largeObjects) // never fails
	for _, rules := range [][]tableRule{r.own, r.builtIn} {
		for _, t := range rules {
			_, _ = fmt.Fprintf(sum, "%q %q %t %t\n", t.pattern, t.rows, t.keep, t.rest)
			for _, c := range t.columns {
				_, _ = fmt.Fprintf(sum, " %q %s\n", c.name, c.spec)
			}
		}
		_, _ = fmt.Fprintln(sum, "--")
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// Reviewed returns a string that differs between rules with different reviewed definitions.
func (r *Rules) Reviewed() string { return fmt.Sprint(r.reviewed) }

// Passwords returns the passwords that rules assign to users.
func (r *Rules) Passwords() []string {
	var list []string
	for _, t := range slices.Concat(r.own, r.builtIn) {
		for _, c := range t.columns {
			if c.spec.Name == "bcrypt" {
				list = append(list, c.spec.Text)
			}
		}
	}
	return list
}
