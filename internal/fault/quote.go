package fault

import (
	"regexp"
	"strconv"
	"strings"
)

// Quote returns a word of the command line in the form in which an error may repeat
// it. A URL or the name of a database may contain a password, so such a word is not
// repeated: errors are logged and sent to the targets of --notify.
func Quote(word string) string {
	scheme, _, isURL := strings.Cut(word, "://")
	switch {
	case isURL && scheme != "s3":
		return "(a URL, not repeated here)"
	case HasPassword(word), strings.Contains(strings.ToLower(word), "password"):
		return "(not repeated here)"
	}
	return strconv.Quote(word)
}

var plainWord = regexp.MustCompile(`^[A-Za-z0-9_@%+=:,./-]+$`)

// ShellQuote quotes s for a POSIX shell if necessary. Hints contain commands to paste.
func ShellQuote(s string) string {
	if plainWord.MatchString(s) {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
