package mask

import (
	"slices"
	"strings"

	"github.com/rubyforgood/hectl/mask/methods"
	"github.com/rubyforgood/hectl/pgtools/schema"
)

// topic is a kind of personal data that names of columns tell.
type topic struct {
	name  string   // why a column is suspicious
	words []string // one of which is in the column's name
	// methods to suggest, the best first; those that do not fit are passed over.
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

// topics returns what names tell, the surest first. A word is compared with the
// words of a name such as guardian_first_name, one after the other; a longer one
// is found anywhere in it.
func topics() []topic {
	return []topic{
		{"a secret", []string{"token", "password", "passwd", "secret", "digest", "otp", "salt", "api_key", "private_key", "access_key", "credential", "credentials", "session", "cookie", "fingerprint"}, specs("null", "hash", "uuid", "empty")},
		{"an e-mail address", []string{"email", "mail", "emails"}, specs("email", "hash", "null")},
		{"a network address", []string{"ip", "ips", "mac", "host", "user_agent"}, specs("ip", "hash", "null", "lorem")},
		{"a date of birth", []string{"birth", "birthday", "birthdate", "dob", "born"}, append(specs("shift_days", "null"), methods.Spec{Name: "noise", Number: 5})},
		{"a phone number", []string{"phone", "phones", "mobile", "fax", "cell", "tel", "telephone", "sms"}, specs("phone", "digits", "null")},
		{"a number of a person", []string{"ssn", "passport", "iban", "account_number", "card", "license", "licence", "tax", "ein", "vat", "insurance", "medicaid", "medicare"}, specs("digits", "hash", "json", "null")},
		{"a name", []string{"first_name", "firstname", "given_name"}, specs("first_name", "hash", "null")},
		{"a name", []string{"last_name", "lastname", "surname", "family_name"}, specs("last_name", "hash", "null")},
		{"an address", []string{"zip", "zipcode", "postal", "postcode"}, specs("zip", "digits", "null")},
		{"an address", []string{"city", "town", "county"}, specs("city", "null")},
		{"an address", []string{"address", "address1", "address2", "street", "location", "addr"}, specs("street", "null", "json")},
		{"a place", []string{"latitude", "longitude", "lat", "lng", "lon", "coordinates", "geo"}, append(specs("null"), methods.Spec{Name: "value", Text: "0"})},
		{"money of a person", []string{"income", "salary", "pay", "wage", "wages"}, specs("noise", "json", "null")},
		{"about a person", []string{"gender", "sex", "race", "ethnicity", "religion", "health", "diagnosis", "military", "age"}, specs("json", "lorem", "null")},
		{"a page of somebody", []string{"url", "uri", "website", "link", "facebook", "twitter", "instagram", "linkedin", "avatar", "photo", "picture", "image"}, append(specs("null"), methods.Spec{Name: "value", Text: "https://example.com"})},
		{"a file of somebody", []string{"filename", "file", "document", "attachment"}, specs("lorem", "hash", "null")},
		{"what people wrote", []string{"comment", "comments", "note", "notes", "description", "message", "body", "text", "content", "reason", "bio", "remark", "remarks", "details", "subject", "title"}, specs("lorem", "json", "null")},
		{"a name", []string{"company", "organization", "organisation", "business", "agency", "employer", "vendor"}, specs("company", "hash", "null")},
		{"a name", []string{"name", "names", "fullname", "username", "login", "nickname", "contact", "guardian", "manager", "rep", "author", "owner", "whodunnit"}, specs("full_name", "hash", "null")},
		{"a row of another table", []string{"object", "object_changes", "changes", "payload", "params", "data", "handler", "metadata", "properties", "old", "before", "after"}, specs("json", "lorem", "null", "empty")},
		{"a number elsewhere", []string{"uid", "external_id", "guid", "reference", "key", "code"}, specs("hash", "digits", "null")},
	}
}

// topicOf returns what a column's name tells, false when nothing.
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

// nameWords splits a column's name at underscores, digits aside, and where a
// capital begins a word.
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

// suspicious returns why a column could hold personal data, "" when it cannot.
// What hectl does not know is suspicious.
func suspicious(c *compiler, t *schema.Table, col *schema.Column) string {
	if col.Generated != schema.NotGenerated {
		return "" // as harmless as what it is computed from
	}
	about, named := topicOf(col.Name)
	element := col.Type.Root().Element().Root()
	kind := methods.KindOf(col.Type)
	few := element.Labels != nil || kind == methods.Boolean || kind == methods.Text && listOfCheck(c, t, col) != nil
	switch {
	case few, kind == methods.Integer, kind == methods.Decimal, kind == methods.Float, kind == methods.Timestamp, kind == methods.Other && harmless(element):
		return numberTopicOf(col.Name, kind == methods.Timestamp, few, !few && isReference(c, t, col.Name))
	case kind == methods.UUID:
		if isKey(t, col.Name) || strings.HasSuffix(col.Name, "_id") {
			return ""
		}
		if named {
			return about.name
		}
		return "a uuid that is no key"
	case named:
		return about.name
	}
	return "type " + col.Type.SQL
}

// isKey reports whether a column is of a primary or a foreign key.
func isKey(t *schema.Table, name string) bool {
	return slices.ContainsFunc(t.Uniques, func(u schema.Unique) bool { return u.Primary && slices.Contains(u.Columns, name) }) ||
		slices.ContainsFunc(t.ForeignKeys, func(f schema.ForeignKey) bool { return slices.Contains(f.Columns, name) })
}

// harmless reports whether a type that no method knows holds nothing personal but
// what its column's name tells: numbers, times, ranges of them.
func harmless(t schema.Type) bool {
	return t.Name.Schema == "" && slices.Contains([]string{
		"time without time zone", "time with time zone", "interval", "money", "oid", "bit", "bit varying", "char",
		"int4range", "int8range", "numrange", "tsrange", "tstzrange", "int4multirange", "int8multirange", "nummultirange", "tsmultirange", "tstzmultirange",
		"pg_lsn", "xid", "xid8", "cid", "tid", "pg_snapshot", "txid_snapshot", "regclass", "regtype", "regproc", "regprocedure", "regrole", "regnamespace", "regconfig", "regdictionary", "regcollation", "regoper", "regoperator",
	}, t.Name.Name)
}

// listOfCheck returns the values that a check allows a column, which the schema
// lists itself; nil when there is no such check.
func listOfCheck(c *compiler, t *schema.Table, col *schema.Column) []string {
	if col.Type.Array {
		return nil
	}
	s := &subject{table: t}
	for _, check := range c.checksOf(s, col) {
		conditions, _ := check.Conditions()
		for _, one := range conditions {
			if one.OneOf != nil && (one.Column == col.Name || one.Column == valueColumn) {
				return one.OneOf
			}
		}
	}
	return nil
}
