package mask

import (
	"slices"
	"strings"

	"github.com/rubyforgood/hectl/mask/methods"
	"github.com/rubyforgood/hectl/pgtools/schema"
)

// NotesEnvironment reports whether a table of this name is one in which Rails notes
// the environment that the database is of (ar_internal_metadata). Applications put
// something before and after the name, and other tools write it their own way:
// letters count, in any case, and nothing else.
func NotesEnvironment(table string) bool {
	letters := strings.Map(func(r rune) rune {
		if r < 'a' || r > 'z' {
			return -1
		}
		return r
	}, strings.ToLower(table))
	return strings.Contains(letters, "arinternalmetadata")
}

// development returns what replaces the environment in a column, "" when the
// column's type is none that it could be written in.
func development(col *schema.Column) string {
	const word = "development"
	if col == nil { // nothing is known of it
		return word
	}
	switch base := col.Type.Root(); {
	case base.Array:
		return "{" + word + "}"
	case methods.KindOf(col.Type) == methods.Bytea:
		return `\x646576656c6f706d656e74`
	case methods.KindOf(col.Type) == methods.JSON:
		return `"` + word + `"`
	case methods.KindOf(col.Type) == methods.Text && (col.Type.Length() == 0 || col.Type.Length() >= len(word)):
		return word
	case slices.Contains(base.Labels, word):
		return word
	}
	return ""
}

// spelled returns which of these names is word but for case, "" for none.
func spelled(names []string, word string) string {
	if i := slices.IndexFunc(names, func(n string) bool { return strings.EqualFold(n, word) }); i >= 0 {
		return names[i]
	}
	return ""
}
