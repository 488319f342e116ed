package mask

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"github.com/rubyforgood/hectl/mask/methods"
	"github.com/rubyforgood/hectl/pgtools/schema"
)

// Mode says whether a fetch masks.
type Mode string

// The modes.
const (
	Off      Mode = "off"
	On       Mode = "on"
	Required Mode = "required" // --no-mask is refused
)

// Unlisted says what happens when a column that could hold personal data has no
// rule.
type Unlisted string

// What can happen.
const (
	UnlistedKeep Unlisted = "keep"
	UnlistedWarn Unlisted = "warn"
	UnlistedFail Unlisted = "fail"
)

// Rules say what is masked, and how.
type Rules struct {
	Mode     Mode
	Unlisted Unlisted
	SeedFile string   // path of a file with the seed; "" for a new seed each time
	After    []string // paths of SQL files

	path         string            // of hectl.yml, "" when it says nothing about masking
	base         string            // name of the built-in rules, or "none"
	largeObjects string            // "keep", "none", or "" when not said
	reviewed     map[string]string // definitions, by name: their hash, or "keep"
	own          []tableRule
	builtIn      []tableRule
}

// tableRule is what the rules say of the tables that a pattern matches.
type tableRule struct {
	pattern schema.Pattern
	at      Place
	rows    string // "none", "all", or "" when not said
	keep    bool   // the table is looked at, and fine
	rest    bool   // so are the columns that are not in columns
	columns []columnRule
}

// columnRule is what a rule says of one column.
type columnRule struct {
	name string
	spec methods.Spec
	at   Place
}

func (t *tableRule) column(name string) *columnRule {
	for i := range t.columns {
		if t.columns[i].name == name {
			return &t.columns[i]
		}
	}
	return nil
}

// Default returns the rules of a file that says nothing about masking: it is off,
// and --mask takes the built-in ones.
func Default() *Rules {
	r := &Rules{Mode: Off, Unlisted: UnlistedFail}
	r.on(humanEssentials)
	return r
}

// on has r build on the built-in rules of a name.
func (r *Rules) on(base string) {
	r.base = base
	if base == humanEssentials {
		built := mustBuiltIn()
		r.builtIn = built.own
		r.largeObjects = cmp.Or(r.largeObjects, built.largeObjects)
	}
}

// Base returns the name of the built-in rules that hold where the file says
// nothing, or "none".
func (r *Rules) Base() string { return r.base }

// None reports whether there are no rules: what they leave is a dump as it is, but
// for credentials.
func (r *Rules) None() bool {
	return len(r.own)+len(r.builtIn) == 0 && r.largeObjects == ""
}

// Hash tells rules apart that mask differently: hexadecimal, of the rules and not of
// the seed.
func (r *Rules) Hash() string {
	sum := sha256.New()
	_, _ = fmt.Fprintf(sum, "large objects %q\n", r.largeObjects) // a hash never fails
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

// Reviewed tells rules apart that take other definitions for reviewed.
func (r *Rules) Reviewed() string { return fmt.Sprint(r.reviewed) }

// Passwords returns those that rules give to users.
func (r *Rules) Passwords() []string {
	var list []string
	for _, rules := range [][]tableRule{r.own, r.builtIn} {
		for _, t := range rules {
			for _, c := range t.columns {
				if c.spec.Name == "bcrypt" {
					list = append(list, c.spec.Text)
				}
			}
		}
	}
	return list
}
