package load

import (
	"slices"
	"strings"

	"github.com/rubyforgood/hectl/internal/config"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/pgtools/archive"
)

// Without lists the objects that the user wants a restore to leave out.
type Without struct {
	texts  []string
	wanted []omission
}

// omission is one object to leave out, or all objects of a kind.
type omission struct {
	desc string // kind as in the table of contents: "EVENT TRIGGER"
	name string // "" for all
}

// omissible returns the kinds of objects that may be left out, by their names in a
// table of contents. Tables and rows are not among them: --exclude-table-data leaves
// rows out. Nor are keys and ROW SECURITY, whose absence would change the meaning of
// the other objects.
func omissible() []string {
	return []string{
		"ACCESS METHOD", "AGGREGATE", "CAST", "COLLATION", "COMMENT", "CONVERSION", "EVENT TRIGGER", "EXTENSION",
		"FOREIGN DATA WRAPPER", "FOREIGN TABLE", "FUNCTION", "INDEX", "MATERIALIZED VIEW", "OPERATOR", "OPERATOR CLASS",
		"OPERATOR FAMILY", "POLICY", "PROCEDURAL LANGUAGE", "PROCEDURE", "PUBLICATION", "RULE", "SECURITY LABEL",
		"SERVER", "STATISTICS", "TEXT SEARCH CONFIGURATION", "TEXT SEARCH DICTIONARY", "TEXT SEARCH PARSER",
		"TEXT SEARCH TEMPLATE", "TRANSFORM", "TRIGGER", "TYPE", "VIEW",
	}
}

// NewWithout reads the values of --without and of hectl.yml.
func NewWithout(values []config.Value) (w Without, err error) {
	for _, v := range values {
		kind, name, named := strings.Cut(v.Text, ":")
		desc, ok := omissibleKind(kind)
		switch {
		case !ok || named && name == "":
			var kinds []string
			for _, d := range omissible() {
				kinds = append(kinds, kindOf(d))
			}
			return w, fault.New(fault.Usage, "write KIND:NAME, such as extension:pg_cron, or KIND for all objects of that kind; KIND is "+strings.Join(kinds, ", "),
				"cannot leave out %s (from %s): not a kind of object that a restore can do without", fault.Quote(v.Text), v.Origin)
		case !named && desc == "EXTENSION":
			return w, fault.New(fault.Usage, "for example: --without extension:pg_cron", "cannot leave out %s (from %s): name the extension", fault.Quote(v.Text), v.Origin)
		}
		w.texts = append(w.texts, v.Text)
		w.wanted = append(w.wanted, omission{desc, name})
	}
	return w, nil
}

// omissibleKind returns the kind for text such as "event-triggers", "event_trigger" or
// "EVENT TRIGGER".
func omissibleKind(text string) (desc string, ok bool) {
	text = strings.ToUpper(strings.NewReplacer("-", " ", "_", " ").Replace(text))
	for _, as := range []string{text, strings.TrimSuffix(text, "S"), strings.TrimSuffix(text, "ES"), strings.TrimSuffix(text, "IES") + "Y"} {
		if as == "LANGUAGE" {
			as = "PROCEDURAL LANGUAGE"
		}
		if slices.Contains(omissible(), as) {
			return as, true
		}
	}
	return "", false
}

// kindOf returns the name of a kind for --without.
func kindOf(desc string) string {
	switch desc {
	case "PROCEDURAL LANGUAGE":
		desc = "LANGUAGE"
	case "SHELL TYPE": // the beginning of a base type
		desc = "TYPE"
	}
	return strings.ReplaceAll(strings.ToLower(desc), " ", "-")
}

// omissionOf returns the value of --without that leaves an entry out.
func omissionOf(e *archive.Entry) string {
	namespace, name := e.Names()
	if namespace != "" {
		name = namespace + "." + name
	}
	return kindOf(e.Desc) + ":" + name
}

// takes reports whether w leaves an entry out.
func (w Without) takes(e *archive.Entry) bool {
	namespace, tag := e.Names()
	return slices.ContainsFunc(w.wanted, func(o omission) bool {
		if kindOf(o.desc) != kindOf(e.Desc) {
			return false
		}
		bare, _, _ := strings.Cut(tag, "(") // cut the arguments of a function
		return slices.Contains([]string{"", tag, bare, namespace + "." + tag, namespace + "." + bare}, o.name)
	})
}

// Key returns a string that is equal for the same values in any order.
func (w Without) Key() string {
	return strings.Join(slices.Compact(slices.Sorted(slices.Values(w.texts))), ", ")
}
