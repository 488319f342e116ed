package files

import "strings"

// QuoteGlob returns a pattern for filepath.Glob that matches path alone.
func QuoteGlob(path string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(path)
}
