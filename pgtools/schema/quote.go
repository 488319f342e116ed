package schema

import "strings"

// Quote returns an identifier as SQL has it: in double quotes unless it is of
// lower-case letters, digits and underscores of ASCII. A word that SQL reserves
// is not quoted, for names are shown to people.
func Quote(name string) string {
	plain := name != "" && (name[0] < '0' || name[0] > '9')
	for i := range len(name) {
		c := name[i]
		plain = plain && (c == '_' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9')
	}
	if plain {
		return name
	}
	return `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
}
