package mask

import (
	"slices"
	"strings"

	"github.com/brianvoe/gofakeit/v7/data"
)

// words returns a list of gofakeit's, each word once and in the list's order. All
// that masks make up is ASCII, so that it fits a dump in any encoding. longest is
// how many characters a word may have, 0 for any number; when none is as short,
// the words are cut.
func words(list []string, longest int) []string {
	plain := make([]string, 0, len(list))
	seen := make(map[string]bool, len(list))
	for _, w := range list {
		if isASCII(w) && !seen[w] {
			plain = append(plain, w)
			seen[w] = true
		}
	}
	if longest == 0 {
		return plain
	}
	short := slices.DeleteFunc(slices.Clone(plain), func(w string) bool { return len(w) > longest })
	if len(short) > 0 {
		return short
	}
	for i, w := range plain {
		plain[i] = strings.TrimSpace(w[:longest])
	}
	return plain
}

func isASCII[T string | []byte](s T) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

func firstNames(longest int) []string { return words(data.Person["first"], longest) }
func lastNames(longest int) []string  { return words(data.Person["last"], longest) }
func cities(longest int) []string     { return words(data.Address["city"], longest) }
func ways(longest int) []string       { return words(data.Address["street_name"], longest) }
func latin(longest int) []string      { return words(data.Lorem["word"], longest) }
