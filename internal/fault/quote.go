package fault

import (
	"strconv"
	"strings"
)

// Quote returns a word of the command line as an error may repeat it. In a URL,
// or in what names a database, there may be a password: of such a word only that
// it is one is said. Errors are logged, and sent to those whom --notify names.
func Quote(word string) string {
	scheme, _, isURL := strings.Cut(word, "://")
	switch {
	case isURL && scheme != "s3":
		return "(a URL, not repeated here)"
	case Secretive(word), strings.Contains(strings.ToLower(word), "password"):
		return "(not repeated here)"
	}
	return strconv.Quote(word)
}
