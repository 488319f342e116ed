package attachments

import (
	"slices"
	"strings"
	"time"

	"github.com/rubyforgood/hectl/internal/fault"
)

// choice selects blobs: those that match every condition, and the variants and
// previews that Rails made from them.
type choice struct {
	RecordTypes []string  // names of classes; empty for all
	Tables      []string  // tables of the classes, as an alternative to their names
	Names       []string  // names of attachments, such as "logo"; empty for all
	Since       time.Time // created then or later; zero for all
	MaxSize     int64     // limit in bytes, also for variants and previews; 0 for none
	NoVariants  bool      // leave out variants and previews
}

// attached reports whether c selects blobs by the records that they are attached to.
func (c choice) attached() bool { return len(c.RecordTypes)+len(c.Tables)+len(c.Names) > 0 }

// recordTypes returns the types among existing that c selects, nil for all. An unknown
// name is a usage error, so that a mistyped name does not look like success.
func (c choice) recordTypes(existing []string) ([]string, error) {
	var chosen []string
	for _, name := range c.RecordTypes {
		if !slices.Contains(existing, name) {
			return nil, fault.New(fault.Usage, known(existing), "no attachment belongs to a record of type %s", name)
		}
		chosen = append(chosen, name)
	}
	for _, table := range c.Tables {
		found := false
		for _, name := range existing {
			if isTableOf(table, name) {
				chosen, found = append(chosen, name), true
			}
		}
		if !found {
			return nil, fault.New(fault.Usage, known(existing), "no attachment belongs to a record that Rails would keep in table %s", table)
		}
	}
	return chosen, nil
}

func known(recordTypes []string) string {
	if len(recordTypes) == 0 {
		return "omit --record-type and --table: the database has no attachments"
	}
	return "pass --record-type with one of these: " + strings.Join(recordTypes, ", ")
}

// isTableOf reports whether Rails would keep the records of class in table:
// Partners::Profile in profiles or, if its module has a prefix, in partners_profiles
// or partner_profiles.
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
		// A word begins after a lower-case letter, or at the last of several capitals.
		if i > 0 && isUpper(i) && (!isUpper(i-1) || (i+1 < len(letters) && !isUpper(i+1))) {
			b.WriteByte('_')
		}
		b.WriteRune(r)
	}
	return strings.ToLower(b.String())
}

// stem removes singular and plural endings from the words of a name. The result is not a
// word, but is the same for the singular and the plural.
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
