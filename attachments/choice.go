package attachments

import (
	"slices"
	"strings"
	"time"

	"github.com/rubyforgood/hectl/internal/fault"
)

// Choice says which blobs are wanted. Those that match all that is given are,
// and what Rails made of them: variants and previews.
type Choice struct {
	RecordTypes []string  // names of classes; none for all
	Tables      []string  // the same, by the tables of the classes
	Names       []string  // of attachments, such as "logo"; none for all
	Since       time.Time // created then or later; zero for all
	MaxSize     int64     // in bytes, for variants and previews as well; 0 for any
	NoVariants  bool      // not what Rails made of others
}

// attached reports whether only blobs that are attached to something are wanted.
func (c Choice) attached() bool { return len(c.RecordTypes)+len(c.Tables)+len(c.Names) > 0 }

// recordTypes returns which of the record types that there are c is about, nil
// for all. A name that none has is an error with the code fault.Usage: a
// mistyped one must not look like success.
func (c Choice) recordTypes(there []string) ([]string, error) {
	var chosen []string
	for _, name := range c.RecordTypes {
		if !slices.Contains(there, name) {
			return nil, fault.New(fault.Usage, known(there), "no attachment is of a record of type %s", name)
		}
		chosen = append(chosen, name)
	}
	for _, table := range c.Tables {
		found := false
		for _, name := range there {
			if isTableOf(table, name) {
				chosen, found = append(chosen, name), true
			}
		}
		if !found {
			return nil, fault.New(fault.Usage, known(there), "no attachment is of a record that would be in a table %s by Rails' naming", table)
		}
	}
	return chosen, nil
}

func known(recordTypes []string) string {
	if len(recordTypes) == 0 {
		return "there are no attachments at all"
	}
	return "there are attachments of " + strings.Join(recordTypes, ", ") + ": name one with --record-type"
}

// isTableOf reports whether a class would keep its records in a table, by Rails'
// rules: Partners::Profile in profiles, or in partners_profiles or
// partner_profiles where its module has a prefix.
func isTableOf(table, class string) bool {
	var words []string
	for module := range strings.SplitSeq(class, "::") {
		words = append(words, underscore(module))
	}
	table = stem(strings.ToLower(table))
	return table == stem(strings.Join(words, "_")) || table == stem(words[len(words)-1])
}

// underscore turns DonationSite into donation_site, and HTMLPage into html_page.
func underscore(class string) string {
	var b strings.Builder
	letters := []rune(class)
	isUpper := func(i int) bool { return i < len(letters) && letters[i] >= 'A' && letters[i] <= 'Z' }
	for i, r := range letters {
		// A word begins after a lower-case letter, and with the last capital of several.
		if i > 0 && isUpper(i) && (!isUpper(i-1) || (i+1 < len(letters) && !isUpper(i+1))) {
			b.WriteByte('_')
		}
		b.WriteRune(r)
	}
	return strings.ToLower(b.String())
}

// stem cuts the ends off the words of a name that differ between singular and
// plural. What is left is no word, but the same for both.
func stem(name string) string {
	words := strings.Split(name, "_")
	for i, w := range words {
		switch w {
		case "people":
			w = "person"
		case "children":
			w = "child"
		}
		w = strings.TrimRight(w, "es") // address, addresses; company, companies
		if rest, ok := strings.CutSuffix(w, "y"); ok {
			w = rest + "i"
		}
		words[i] = w
	}
	return strings.Join(words, "_")
}
