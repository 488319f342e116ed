package mask

import (
	"slices"
	"strings"

	"github.com/rubyforgood/hectl/pgtools/schema"
)

// A numberTopic is a kind of personal data that is kept as a number, a time or one of
// a few values: what a name says outweighs that most columns of such types say
// nothing of a person.
type numberTopic struct {
	name   string
	words  []string // one of which is among the column's words
	within []string // or within one of them
	with   []string // one of which has to come after it; nil: none has to
	times  bool     // a timestamp, too
	few    bool     // one of a few values, too: a boolean, an enum
}

// identifiers are words that make a number of a thing one of a person.
func identifiers() []string {
	return []string{"number", "numbers", "no", "num", "nr", "code", "digits", "last", "four", "identifier", "ref", "reference"}
}

// numberTopics returns what names tell of numbers, the surest first.
func numberTopics() []numberTopic {
	const person = "a number of a person"
	return []numberTopic{
		{name: "a date of birth", words: []string{"dob", "born", "age", "ages"}, within: []string{"birth"}, times: true},
		{name: "a phone number", words: []string{"mobile", "fax", "cell", "tel", "sms", "msisdn", "whatsapp"}, within: []string{"phone"}},
		{name: person, words: []string{"ssn", "itin", "iban", "nin", "nino", "nhs", "nric", "cpf", "cnpj", "curp", "bsn", "pesel", "aadhaar", "dni", "mrn"}, within: []string{"passport", "medicaid", "medicare", "socialsecurity"}},
		{name: person, words: []string{
			"tax", "vat", "ein", "tin", "national", "identity", "identification", "government", "personal", "license", "licence", "insurance", "permit", "visa", "voter", "badge", "security",
		}, with: append(identifiers(), "id", "ids")},
		{name: person, words: []string{
			"account", "bank", "routing", "sort", "card", "policy", "employee", "staff", "student", "pupil", "patient", "member", "membership", "customer", "client", "driver", "drivers", "registration", "case", "prisoner", "inmate", "beneficiary", "donor",
		}, with: identifiers()},
		{name: "money of a person", words: []string{"wage", "wages", "pay", "payroll", "earnings", "pension", "stipend", "alimony", "remuneration", "debt", "debts"}, within: []string{"salary", "salaries", "income"}},
		{name: "money of a person", words: []string{"tax"}, with: []string{"withheld"}},
		{name: "money of a person", words: []string{"net"}, with: []string{"worth"}},
		{name: "money of a person", words: []string{"credit"}, with: []string{"score", "rating"}},
		{name: "a place", words: []string{"lat", "lng", "lon", "latlng", "lonlat", "coordinates", "coords", "geo", "gps"}, within: []string{"latitude", "longitude"}},
		{name: "an address", words: []string{"zip", "postal", "plz"}, within: []string{"zipcode", "postcode"}},
		{name: "an address", words: []string{"house", "street", "apartment", "flat", "apt", "building", "address"}, with: identifiers()},
		{name: "a network address", words: []string{"ip", "ips", "ipaddr", "ipv"}},
		{name: "a secret", words: []string{"otp", "totp", "pin", "pincode", "passcode", "password", "cvv", "cvc", "secret"}},
		{name: "about a person", words: []string{
			"gender", "sex", "race", "ethnicity", "ethnicities", "ethnic", "religion", "nationality", "citizenship", "citizen", "marital", "married", "orientation", "caste", "veteran", "military", "smoker", "hiv", "bmi", "blood",
			"homeless", "refugee", "asylum", "immigrant", "immigration", "criminal", "convicted", "felon", "felony", "deceased", "died", "death", "divorced", "widowed", "adopted", "foster", "demographic", "demographics", "hispanic", "latino", "household", "dependents", "dependants", "kids",
		}, within: []string{"pregnan", "disabilit", "diagnos", "vaccinat", "hospitali", "medication", "medical", "healthinsurance", "cholesterol", "glucose"}, times: true, few: true},
		{name: "about a person", words: []string{"body", "patient", "client", "child", "baby"}, with: []string{"weight", "height"}},
		{name: "about a person", words: []string{"family", "families"}, with: []string{"size"}},
	}
}

// notOfValues are last words that turn a number about something into one that says
// nothing of it: how many there are, how it is shown, how long it holds.
func notOfValues() []string {
	return []string{
		"count", "counts", "counter", "limit", "position", "version", "attempts", "attempt", "ttl", "timeout", "order", "sort", "length", "width", "timestep", "step", "period", "format", "precision", "enabled", "required",
		"verified", "confirmed", "visible", "hidden", "public", "template", "expires", "expiration",
	}
}

// numberTopicOf returns what the name of a column tells that is a number, a time, or
// one of a few values; "" when nothing. reference says that it is the key of a row,
// here or elsewhere.
func numberTopicOf(name string, times, few, reference bool) string {
	words := slices.DeleteFunc(nameWords(name), func(w string) bool { return w == "incoming" || w == "microphone" })
	if len(words) == 0 || reference || words[0] == "population" {
		return ""
	}
	last := words[len(words)-1]
	if strings.Contains(name, "last4") || strings.HasSuffix(strings.Join(words, "_"), "last_four") {
		if !times && !few {
			return "a number of a person"
		}
	}
	for _, t := range numberTopics() {
		if times && !t.times || few && !t.few {
			continue
		}
		at := slices.IndexFunc(words, t.tells)
		if at < 0 && len(t.within) > 0 && slices.ContainsFunc(t.within, func(part string) bool { return strings.Contains(strings.Join(words, ""), part) }) {
			at = 0
		}
		switch after := words[max(at, 0):]; {
		case at < 0:
		case t.with != nil && !slices.ContainsFunc(after[1:], func(w string) bool { return slices.Contains(t.with, w) }):
		case t.name == "money of a person", t.name == "about a person" && !times && !few:
			// A count is of the same person.
			if !slices.Contains([]string{"position", "version"}, last) {
				return t.name
			}
		case slices.Contains(notOfValues(), last), consents(words):
		case bounds(words), few && setting(words):
		default:
			return t.name
		}
	}
	return ""
}

// tells reports whether a word of a name tells the topic.
func (t numberTopic) tells(word string) bool {
	return slices.Contains(t.words, word) || slices.ContainsFunc(t.within, func(part string) bool { return strings.Contains(word, part) })
}

// consents reports whether a name is of what somebody agreed to.
func consents(words []string) bool {
	return slices.ContainsFunc(words, func(w string) bool {
		return slices.Contains([]string{"consent", "consented", "consents", "opt", "opted", "notification", "notifications", "can"}, w)
	})
}

// bounds reports whether a name is of a limit, such as the least age of players.
func bounds(words []string) bool {
	return slices.ContainsFunc(words, func(w string) bool {
		return slices.Contains([]string{"min", "max", "minimum", "maximum", "default", "allowed", "cache"}, w)
	})
}

// setting reports whether a name is of what an application does rather than of what
// somebody is.
func setting(words []string) bool {
	return slices.ContainsFunc(words, func(w string) bool {
		return slices.Contains([]string{"show", "display", "hide", "require", "requires", "required", "enable", "enabled", "ask", "collect", "include", "allow", "use", "notify", "can", "send", "track"}, w)
	})
}

// isReference reports whether a column that is called after a row's id is one: of a
// key, or of a table that is there.
func isReference(c *compiler, t *schema.Table, column string) bool {
	words := nameWords(column)
	if len(words) == 0 || words[len(words)-1] != "id" && words[len(words)-1] != "ids" {
		return false
	}
	if len(words) == 1 || isKey(t, column) || t.Column(strings.TrimSuffix(strings.TrimSuffix(column, "s"), "_id")+"_type") != nil {
		return true
	}
	stem := words[len(words)-2]
	for _, other := range c.schema.Tables {
		names := nameWords(other.Name.Name)
		if len(names) > 0 && singular(names[len(names)-1]) == singular(stem) {
			return true
		}
	}
	return false
}

// singular returns a word without the ending of a plural, well enough to compare.
func singular(word string) string {
	switch {
	case strings.HasSuffix(word, "ies"):
		return strings.TrimSuffix(word, "ies") + "y"
	case strings.HasSuffix(word, "ss"):
		return word
	case strings.HasSuffix(word, "sses"), strings.HasSuffix(word, "xes"), strings.HasSuffix(word, "ches"):
		return strings.TrimSuffix(word, "es")
	}
	return strings.TrimSuffix(word, "s")
}
