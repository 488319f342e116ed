package snapshot

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/rubyforgood/hectl/mask/methods"
	"github.com/rubyforgood/hectl/restore/target"
)

// compareRecipes returns a clause that describes how the recipe of a snapshot differs
// from the wanted one, "" if they are the same.
func compareRecipes(made, want target.Recipe, password string) string {
	switch {
	case made.Dump != want.Dump:
		return "it is a snapshot of " + made.Dump
	case made.ETag != want.ETag:
		return "the dump has been replaced since"
	case made.Chosen != want.Chosen:
		return "it has the rows of different tables: " + cmp.Or(made.Chosen, "all")
	case made.Kept != want.Kept:
		return "it was made with --keep-rows " + cmp.Or(made.Kept, "for no table")
	case made.Login != want.Login:
		return "a different address was left unmasked (--login-as)"
	case made.Without != want.Without:
		return "it was made without " + cmp.Or(made.Without, "leaving anything out")
	case made.Masked != want.Masked, made.Rules != want.Rules:
		return "it was masked with different rules"
	case made.Seed != want.Seed:
		return "it was masked with a different seed"
	case made.After != want.After:
		return "different SQL has run in it (after in hectl.yml)"
	case made.User != want.User:
		return "everything in it belongs to " + made.User
	case made.Version != want.Version:
		return "it was made by hectl " + made.Version
	case !hasPassword(made, password):
		return "its users have a different password"
	}
	return ""
}

// FindBase returns the newest snapshot that can be refreshed to the result of a fetch
// with this recipe, nil if there is none. why is then the reason that rules out the
// newest snapshot of a fetch; it is "" if no fetch made a snapshot.
func FindBase(snapshots []target.Held, want target.Recipe, password string) (snapshot *target.Held, why string) {
	for i := range slices.Backward(snapshots) {
		s := &snapshots[i]
		if s.Snapshot.Recipe == nil || s.Snapshot.Recipe.Dump == want.Dump {
			continue
		}
		made := *s.Snapshot.Recipe
		made.Dump, made.ETag = want.Dump, want.ETag
		reason := compareRecipes(made, want, password)
		if reason == "" {
			return s, ""
		}
		why = cmp.Or(why, s.Snapshot.Name+": "+reason)
	}
	return nil, why
}

func hasPassword(made target.Recipe, password string) bool {
	if made.Password == "" {
		return password == methods.DefaultPassword
	}
	return methods.IsPassword(made.Password, password)
}

// FindServing returns the newest snapshot that equals the result of a fetch with this
// recipe, nil if there is none, and the reasons why the others do not.
func FindServing(snapshots []target.Held, want target.Recipe, password string) (snapshot *target.Held, reasons []string) {
	for i := range slices.Backward(snapshots) {
		s := &snapshots[i]
		if s.Snapshot.Recipe == nil {
			continue // saved by the user, so its rows may differ from a fetch's
		}
		reason := compareRecipes(*s.Snapshot.Recipe, want, password)
		if reason == "" {
			return s, reasons
		}
		reasons = append(reasons, fmt.Sprintf("snapshot %s is not used: %s", s.Snapshot.Name, reason))
	}
	return nil, reasons
}
