package mask

import (
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/rubyforgood/hectl/pgtools/schema"
)

// String returns the method as a file has it.
func (s MethodSpec) String() string {
	switch {
	case s.Number != 0:
		return "{" + s.Name + ": " + strconv.Itoa(s.Number) + "}"
	case s.Paths != nil:
		var paths []string
		for path, spec := range s.Paths {
			paths = append(paths, yamlText(path)+": "+spec.String())
		}
		sort.Strings(paths)
		return "{" + s.Name + ": {" + strings.Join(paths, ", ") + "}}"
	case s.Texts != nil:
		var texts []string
		for _, text := range s.Texts {
			texts = append(texts, yamlText(text))
		}
		return "{" + s.Name + ": [" + strings.Join(texts, ", ") + "]}"
	case s.Text != "" || s.Name == "value":
		return "{" + s.Name + ": " + yamlText(s.Text) + "}"
	}
	return s.Name
}

// yamlText returns a text as YAML has it, in quotes where it needs them.
func yamlText(text string) string {
	plain := text != "" && !slices.Contains([]string{"null", "true", "false", "yes", "no", "on", "off"}, strings.ToLower(text))
	for i, r := range text {
		letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r == '_'
		plain = plain && (letter || i > 0 && (r >= '0' && r <= '9' || r == '.' || r == '-' || r == '$'))
	}
	if plain {
		return text
	}
	return strconv.Quote(text)
}

// Suggest returns rules for what is open, as the file has them. They are a start:
// a person has to look at each.
func (r *Report) Suggest() string {
	var b strings.Builder
	b.WriteString("mask:\n")
	var tables []*schema.Table
	byTable := map[*schema.Table][]Finding{}
	for _, f := range r.open() {
		if f.Table == "" {
			b.WriteString("  large_objects: none\n")
			continue
		}
		table := f.subject.table
		if byTable[table] == nil {
			tables = append(tables, table)
		}
		byTable[table] = append(byTable[table], f)
	}
	if len(tables) > 0 {
		b.WriteString("  tables:\n")
	}
	for _, table := range tables {
		list := byTable[table]
		name := tablePattern(table.Name)
		if list[0].Column == "" || list[0].subject.discardable() {
			b.WriteString("    " + name + ": {rows: none}\n")
			continue
		}
		b.WriteString("    " + name + ":\n")
		for _, f := range list {
			b.WriteString("      " + yamlText(f.Column) + ": " + r.suggestion(f) + "\n")
		}
	}
	return b.String()
}

// tablePattern returns the pattern that matches one table and no other, as a key
// of YAML.
func tablePattern(n schema.Name) string {
	pattern := label(n)
	if strings.ContainsAny(pattern, `"`) {
		return "'" + strings.ReplaceAll(pattern, "'", "''") + "'"
	}
	return yamlText(pattern)
}

// discardable reports whether a table is of a kind whose rows nobody needs on a
// laptop.
func (s *subject) discardable() bool {
	return slices.Contains([]string{"versions", "audits", "sessions", "delayed_jobs", "solid_cache_entries", "ahoy_events", "ahoy_visits", "good_jobs", "que_jobs"}, s.table.Name.Name)
}

// suggestion returns a method for a column that is open.
func (r *Report) suggestion(f Finding) string {
	if word := lastWord(f.Column); KindOf(f.column.Type) == Text && slices.Contains([]string{
		"type", "state", "status", "kind", "locale", "zone", "event", "provider", "environment", "version", "category", "role", "currency", "unit", "size", "queue", "language", "country",
	}, word) {
		return "keep"
	}
	var candidates []MethodSpec
	if about, named := topicOf(f.Column); named {
		candidates = about.methods
	}
	switch KindOf(f.column.Type) {
	case Date, Timestamp:
		candidates = append(slices.Clone(candidates), specs("shift_days")...)
	case Inet:
		candidates = append(slices.Clone(candidates), specs("ip")...)
	}
	candidates = append(slices.Clone(candidates), specs("json", "lorem", "hash", "uuid", "digits", "noise", "empty", "null")...)
	for _, note := range []string{"", " # its check may not hold"} {
		for _, spec := range candidates {
			if spec.Name == "json" && KindOf(f.column.Type) != JSON {
				continue // text that is not JSON would stop a fetch
			}
			if r.compiler.fits(f, spec, note != "") {
				return spec.String() + note
			}
		}
	}
	return "keep # no method fits: is it fine?"
}

func lastWord(name string) string {
	words := nameWords(name)
	if len(words) == 0 {
		return ""
	}
	return words[len(words)-1]
}

// fits reports whether a method alone would be accepted for the column, perhaps
// with a warning.
func (c *compiler) fits(f Finding, spec MethodSpec, warned bool) bool {
	rule := tableRule{columns: []columnRule{{name: f.column.Name, spec: spec}}}
	pattern, err := schema.ParsePattern(f.subject.table.String())
	if err != nil {
		return false
	}
	rule.pattern = pattern
	s := &subject{table: f.subject.table, rules: append([]applied{{tableRule: &rule, of: f.subject.table}}, f.subject.rules...)}
	trial := *c
	trial.problems, trial.warnings = problems{}, nil
	s.wrong = map[string]bool{}
	trial.column(s, f.column, s.column(f.column.Name))
	trial.uniques(s)
	trial.checks(s)
	trial.foreignKeys(s)
	return len(trial.list) == 0 && (warned || len(trial.warnings) == 0)
}
