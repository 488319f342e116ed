package methods

import (
	_ "embed"
	"slices"
	"strings"
)

// The lists have one word per line, without duplicates. The words are ASCII, so they fit a
// dump in any encoding. Changing a list changes the fake data for every existing seed file.
// words/LICENSE names the sources of the lists.
var (
	//go:embed words/first_names.txt
	firstNameList string
	//go:embed words/last_names.txt
	lastNameList string
	//go:embed words/cities.txt
	cityList string
	//go:embed words/street_endings.txt
	streetEndingList string
	//go:embed words/latin.txt
	latinList string
)

// wordsOf returns the words of a list with at most longest characters; 0 means no limit. If
// no word is that short, it cuts all words.
func wordsOf(list string, longest int) []string {
	words := strings.Split(strings.TrimSuffix(list, "\n"), "\n") // a city may have a space
	if longest == 0 {
		return words
	}
	short := slices.DeleteFunc(slices.Clone(words), func(w string) bool { return len(w) > longest })
	if len(short) > 0 {
		return short
	}
	for i, w := range words {
		words[i] = strings.TrimSpace(w[:longest])
	}
	return words
}

func isASCII[T string | []byte](s T) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

func firstNames(longest int) []string    { return wordsOf(firstNameList, longest) }
func lastNames(longest int) []string     { return wordsOf(lastNameList, longest) }
func cities(longest int) []string        { return wordsOf(cityList, longest) }
func streetEndings(longest int) []string { return wordsOf(streetEndingList, longest) }
func latin(longest int) []string         { return wordsOf(latinList, longest) }
