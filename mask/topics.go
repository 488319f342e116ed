package mask

import (
	"slices"
	"strings"

	"github.com/rubyforgood/hectl/mask/methods"
)

// A topic is a kind of personal data that column names reveal.
type topic struct {
	name  string   // the reason why a column is suspicious
	words []string // the column's name contains one of them
	// methods to suggest, best first, where they fit the column
	suggested []methods.Spec
}

func specs(names ...string) []methods.Spec {
	var list []methods.Spec
	for _, n := range names {
		spec := methods.Spec{Name: n}
		switch n {
		case "shift_days":
			spec.Number = 180
		case "noise":
			spec.Number = 20
		case "json":
			spec.Text = "keep_keys"
		}
		list = append(list, spec)
	}
	return list
}

// topics returns the topics, the most certain first. Each word is compared with the words
// of a name such as guardian_first_name. A word of more than four letters may be anywhere
// in the name.
func topics() []topic {
	return []topic{
		{"a secret", []string{"token", "password", "passwd", "secret", "digest", "otp", "salt", "api_key", "private_key", "access_key", "credential", "credentials", "session", "cookie", "fingerprint"}, specs("null", "hash", "uuid", "empty")},
		{"an e-mail address", []string{"email", "mail", "emails"}, specs("email", "hash", "null")},
		{"a network address", []string{"ip", "ips", "mac", "host", "user_agent"}, specs("ip", "hash", "null", "lorem")},
		{"a date of birth", []string{"birth", "birthday", "birthdate", "dob", "born"}, append(specs("shift_days", "null"), methods.Spec{Name: "noise", Number: 5})},
		{"a phone number", []string{"phone", "phones", "mobile", "fax", "cell", "tel", "telephone", "sms"}, specs("phone", "digits", "null")},
		{"a personal number", []string{"ssn", "passport", "iban", "account_number", "card", "license", "licence", "tax", "ein", "vat", "insurance", "medicaid", "medicare"}, specs("digits", "hash", "json", "null")},
		{"a name", []string{"first_name", "firstname", "given_name"}, specs("first_name", "hash", "null")},
		{"a name", []string{"last_name", "lastname", "surname", "family_name"}, specs("last_name", "hash", "null")},
		{"an address", []string{"zip", "zipcode", "postal", "postcode"}, specs("zip", "digits", "null")},
		{"an address", []string{"city", "town", "county"}, specs("city", "null")},
		{"an address", []string{"address", "address1", "address2", "street", "location", "addr"}, specs("street", "null", "json")},
		{"a place", []string{"latitude", "longitude", "lat", "lng", "lon", "coordinates", "geo"}, append(specs("null"), methods.Spec{Name: "value", Text: "0"})},
		{"personal finances", []string{"income", "salary", "pay", "wage", "wages"}, specs("noise", "json", "null")},
		{"personal details", []string{"gender", "sex", "race", "ethnicity", "religion", "health", "diagnosis", "military", "age"}, specs("json", "lorem", "null")},
		{"a personal URL", []string{"url", "uri", "website", "link", "facebook", "twitter", "instagram", "linkedin", "avatar", "photo", "picture", "image"}, append(specs("null"), methods.Spec{Name: "value", Text: "https://example.com"})},
		{"a personal file", []string{"filename", "file", "document", "attachment"}, specs("lorem", "hash", "null")},
		{"free text", []string{"comment", "comments", "note", "notes", "description", "message", "body", "text", "content", "reason", "bio", "remark", "remarks", "details", "subject", "title"}, specs("lorem", "json", "null")},
		{"a name", []string{"company", "organization", "organisation", "business", "agency", "employer", "vendor"}, specs("company", "hash", "null")},
		{"a name", []string{"name", "names", "fullname", "username", "login", "nickname", "contact", "guardian", "manager", "rep", "author", "owner", "whodunnit"}, specs("full_name", "hash", "null")},
		{"a row of another table", []string{"object", "object_changes", "changes", "payload", "params", "data", "handler", "metadata", "properties", "old", "before", "after"}, specs("json", "lorem", "null", "empty")},
		{"an external identifier", []string{"uid", "external_id", "guid", "reference", "key", "code"}, specs("hash", "digits", "null")},
	}
}

// topicOf returns the topic of a column's name. It returns false if there is none.
func topicOf(column string) (topic, bool) {
	words := nameWords(column)
	for _, t := range topics() {
		for _, w := range t.words {
			if strings.Contains(w, "_") && strings.Contains("_"+strings.Join(words, "_")+"_", "_"+w+"_") || slices.Contains(words, w) ||
				len(w) > 4 && strings.Contains(strings.Join(words, "_"), w) {
				return t, true
			}
		}
	}
	return topic{}, false
}

// nameWords splits the name of a column at underscores, digits and capitals.
func nameWords(name string) []string {
	var b strings.Builder
	for i, r := range name {
		upper := r >= 'A' && r <= 'Z'
		if upper && i > 0 && name[i-1] >= 'a' && name[i-1] <= 'z' {
			b.WriteByte('_')
		}
		b.WriteRune(r)
	}
	return strings.FieldsFunc(strings.ToLower(b.String()), func(r rune) bool {
		return r == '_' || r == '-' || r == ' ' || r == '.' || r >= '0' && r <= '9'
	})
}

// A numberTopic is a kind of personal data that is stored as a number, a time or one of a
// few values. Most columns of these types are not personal, so the names must be more
// specific.
type numberTopic struct {
	name   string
	words  []string // the name has one of these words
	within []string // or a word that contains one of these
	with   []string // followed by one of these words; nil means any name
	times  bool     // includes timestamps
	few    bool     // includes booleans, enums and other lists of values
}

// identifiers returns the words that, added to the name of a thing, name a personal number.
func identifiers() []string {
	return []string{"number", "numbers", "no", "num", "nr", "code", "digits", "last", "four", "identifier", "ref", "reference"}
}

// numberTopics returns the topics, the most certain first.
func numberTopics() []numberTopic {
	const person = "a personal number"
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
		{name: "personal finances", words: []string{"wage", "wages", "pay", "payroll", "earnings", "pension", "stipend", "alimony", "remuneration", "debt", "debts"}, within: []string{"salary", "salaries", "income"}},
		{name: "personal finances", words: []string{"tax"}, with: []string{"withheld"}},
		{name: "personal finances", words: []string{"net"}, with: []string{"worth"}},
		{name: "personal finances", words: []string{"credit"}, with: []string{"score", "rating"}},
		{name: "a place", words: []string{"lat", "lng", "lon", "latlng", "lonlat", "coordinates", "coords", "geo", "gps"}, within: []string{"latitude", "longitude"}},
		{name: "an address", words: []string{"zip", "postal", "plz"}, within: []string{"zipcode", "postcode"}},
		{name: "an address", words: []string{"house", "street", "apartment", "flat", "apt", "building", "address"}, with: identifiers()},
		{name: "a network address", words: []string{"ip", "ips", "ipaddr", "ipv"}},
		{name: "a secret", words: []string{"otp", "totp", "pin", "pincode", "passcode", "password", "cvv", "cvc", "secret"}},
		{name: "personal details", words: []string{
			"gender", "sex", "race", "ethnicity", "ethnicities", "ethnic", "religion", "nationality", "citizenship", "citizen", "marital", "married", "orientation", "caste", "veteran", "military", "smoker", "hiv", "bmi", "blood",
			"homeless", "refugee", "asylum", "immigrant", "immigration", "criminal", "convicted", "felon", "felony", "deceased", "died", "death", "divorced", "widowed", "adopted", "foster", "demographic", "demographics", "hispanic", "latino", "household", "dependents", "dependants", "kids",
		}, within: []string{"pregnan", "disabilit", "diagnos", "vaccinat", "hospitali", "medication", "medical", "healthinsurance", "cholesterol", "glucose"}, times: true, few: true},
		{name: "personal details", words: []string{"body", "patient", "client", "child", "baby"}, with: []string{"weight", "height"}},
		{name: "personal details", words: []string{"family", "families"}, with: []string{"size"}},
	}
}

// notOfValues returns last words that make a number harmless: counts, formats, periods.
func notOfValues() []string {
	return []string{
		"count", "counts", "counter", "limit", "position", "version", "attempts", "attempt", "ttl", "timeout", "order", "sort", "length", "width", "timestep", "step", "period", "format", "precision", "enabled", "required",
		"verified", "confirmed", "visible", "hidden", "public", "template", "expires", "expiration",
	}
}

// numberTopicOf returns the topic of a column that is a number, a time, or one of a few
// values, or "" if it has none. reference reports whether the column is the key of a row.
func numberTopicOf(name string, times, few, reference bool) string {
	words := slices.DeleteFunc(nameWords(name), func(w string) bool { return w == "incoming" || w == "microphone" })
	if len(words) == 0 || reference || words[0] == "population" {
		return ""
	}
	last := words[len(words)-1]
	if strings.Contains(name, "last4") || strings.HasSuffix(strings.Join(words, "_"), "last_four") {
		if !times && !few {
			return "a personal number"
		}
	}
	aboutConsent := anyOf(words, "consent", "consented", "consents", "opt", "opted", "notification", "notifications", "can")
	aboutLimit := anyOf(words, "min", "max", "minimum", "maximum", "default", "allowed", "cache") // such as a minimum age
	aboutSetting := anyOf(words, "show", "display", "hide", "require", "requires", "required", "enable", "enabled",
		"ask", "collect", "include", "allow", "use", "notify", "can", "send", "track") // settings of the application, not of a person
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
		case t.with != nil && !anyOf(after[1:], t.with...):
		case t.name == "personal finances", t.name == "personal details" && !times && !few:
			// A count of income, for example, is still personal.
			if !slices.Contains([]string{"position", "version"}, last) {
				return t.name
			}
		case slices.Contains(notOfValues(), last), aboutConsent, aboutLimit, few && aboutSetting:
		default:
			return t.name
		}
	}
	return ""
}

// tells reports whether a word in a name indicates the topic.
func (t numberTopic) tells(word string) bool {
	return slices.Contains(t.words, word) || slices.ContainsFunc(t.within, func(part string) bool { return strings.Contains(word, part) })
}

// anyOf reports whether any of words is in list.
func anyOf(words []string, list ...string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return slices.Contains(list, w) })
}
