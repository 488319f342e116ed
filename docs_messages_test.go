package main

import (
	"regexp"
	"strings"
	"testing"
)

// composedMessages maps messages in docs/troubleshooting.md that the code composes to the
// text in the code, and messages of Postgres and libpq to "".
var composedMessages = map[string]string{
	"the session of profile … has expired":             "the session of %s has expired",
	"is unchanged: after_restore: …":                   "after_restore: %s: %w",
	"there is no … dump in s3://…":                     "there is no %s dump in %s",
	"needs pg_dump 17 or newer":                        "needs pg_dump %d or newer",
	"needs pg_restore 17 or newer":                     "needs pg_restore %d or newer",
	"pg_dump was at …":                                 " was at ",
	"Peer authentication failed":                       "",
	"permission denied for table ar_internal_metadata": "",
	`relation "…" does not exist`:                      "",
	"canceled … because of a conflict with recovery":   "",
}

// All messages in docs/troubleshooting.md are in the code.
func TestQuotedMessages(t *testing.T) {
	var code strings.Builder
	for path, text := range filesOf(t, ".go") {
		if !strings.HasSuffix(path, "_test.go") && !strings.HasPrefix(path, "test/") {
			code.WriteString(text)
		}
	}
	_, table, _ := strings.Cut(page(t, "docs/troubleshooting.md"), "\n## By message\n")
	table, _, _ = strings.Cut(table, "\n## ")
	messages := 0
	for _, row := range regexp.MustCompile("(?m)^\\| (`.*?) \\| ").FindAllStringSubmatch(table, -1) {
		for _, message := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(row[1], -1) {
			messages++
			fragments := strings.Split(message[1], "…")
			if composed, ok := composedMessages[message[1]]; ok {
				fragments = []string{composed}
			}
			for _, fragment := range fragments {
				if !strings.Contains(code.String(), strings.TrimSpace(fragment)) {
					t.Errorf("no message has %q, of %q", fragment, message[1])
				}
			}
		}
	}
	if messages < 30 {
		t.Errorf("the page has %d messages", messages)
	}
}
