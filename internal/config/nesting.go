package config

import "regexp"

// maxDepth is deeper than settings go.
const maxDepth = 40

var nested = regexp.MustCompile(`([-?:][ \t]+){40}|([&!]\S*[ \t]+){40}`)

// NestsTooDeeply reports whether brackets of a YAML file, or marks one after the other,
// go deeper than in any such file. The parser takes minutes and gigabytes for some of
// these.
func NestsTooDeeply(text string) bool {
	depth := 0
	for _, r := range text {
		switch r {
		case '[', '{':
			if depth++; depth > maxDepth {
				return true
			}
		case ']', '}':
			depth = max(0, depth-1)
		}
	}
	return nested.MatchString(text)
}
