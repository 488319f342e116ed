package restore

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/rubyforgood/hectl/dump"
	"github.com/rubyforgood/hectl/mask/methods"
)

// recipe is all that decides what a fetch makes of a bucket: two fetches by one
// recipe make the same database, but for values that are random by intention. The
// version of hectl is in it because another one may scrub more.
type recipe struct {
	Dump    string `json:"dump"` // "s3://…"
	ETag    string `json:"etag"`
	Chosen  string `json:"chosen_tables,omitempty"`
	Kept    string `json:"kept_rows,omitempty"`
	Login   string `json:"login_as,omitempty"` // a hash of the address
	Without string `json:"without,omitempty"`
	Masked  bool   `json:"masked"`
	Rules   string `json:"mask_rules,omitempty"`
	After   string `json:"after,omitempty"` // hash of the SQL that ran afterwards
	User    string `json:"user"`            // to whom everything belongs
	Version string `json:"hectl_version"`
	// Password is the users', hashed by bcrypt; "" for the default one.
	Password string `json:"password,omitempty"`
}

// recipe returns how the dump is fetched in this run, without the password.
func (r *run) recipe(of dump.Object) recipe {
	return recipe{
		Dump: of.Name(), ETag: of.Dump.ETag,
		Chosen: r.tables.key(), Kept: r.keepRows.key(), Login: r.loginKey(), Without: r.without.key(), Masked: r.masking.rules != nil, Rules: r.masking.key(), After: r.after.key(),
		User: r.target.User(), Version: r.snapshots.version,
	}
}

// key says which tables are chosen, the same for patterns in another order.
func (c chooser) key() string {
	parts := c.parts()
	slices.Sort(parts)
	return strings.Join(slices.Compact(parts), ", ")
}

// differs says what of another recipe is not as wanted, "" when nothing is. It is
// a clause that completes "not used: ".
func (made recipe) differs(want recipe, password string) string {
	switch {
	case made.Dump != want.Dump:
		return "it is of " + made.Dump
	case made.ETag != want.ETag:
		return "the dump has been replaced since"
	case made.Chosen != want.Chosen:
		return "it has the rows of other tables: " + cmp.Or(made.Chosen, "all")
	case made.Kept != want.Kept:
		return "it was made with --keep-rows " + cmp.Or(made.Kept, "for no table")
	case made.Login != want.Login:
		return "another address was not masked (--login-as)"
	case made.Without != want.Without:
		return "it was made without " + cmp.Or(made.Without, "leaving anything out")
	case made.Masked != want.Masked, made.Rules != want.Rules:
		return "it was masked by other rules"
	case made.After != want.After:
		return "other SQL has run in it (after in hectl.yml)"
	case made.User != want.User:
		return "what is in it belongs to " + made.User
	case made.Version != want.Version:
		return "it was made by hectl " + made.Version
	case !made.hasPassword(password):
		return "its users have another password"
	}
	return ""
}

func (made recipe) hasPassword(password string) bool {
	if made.Password == "" {
		return password == methods.DefaultPassword
	}
	return methods.IsPassword(made.Password, password)
}

// serving returns the newest snapshot that is what a fetch by the recipe would
// make, nil when there is none, and why the others are not.
func serving(snapshots []held, want recipe, password string) (snapshot *held, reasons []string) {
	for i := range slices.Backward(snapshots) {
		s := &snapshots[i]
		if s.Snapshot.Recipe == nil {
			continue // a database that somebody worked with
		}
		reason := s.Snapshot.Recipe.differs(want, password)
		if reason == "" {
			return s, reasons
		}
		reasons = append(reasons, fmt.Sprintf("snapshot %s is not used: %s", s.Snapshot.Name, reason))
	}
	return nil, reasons
}
