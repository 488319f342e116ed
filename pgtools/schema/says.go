package schema

import "strings"

// RoutineOptions are what the definition of a function or procedure says of it, outside
// of its arguments and its body.
type RoutineOptions struct {
	Language  string
	Library   string // the file that it is in, for one in C
	Leakproof bool
}

// RoutineOptionsOf reads the options of CREATE FUNCTION or CREATE PROCEDURE. What
// cannot be read has none.
func RoutineOptionsOf(sql string) (o RoutineOptions) {
	all := outside(sql)
	for i, t := range all {
		if t.kind != word || i == 0 || i+1 == len(all) || all[i-1].kind == symbol && all[i-1].text == "." {
			continue
		}
		switch {
		case t.text == "language" && o.Language == "":
			o.Language = all[i+1].text
		case t.text == "leakproof" && o.Language != "":
			o.Leakproof = true
		case o.Language != "" && (t.text == "as" || t.text == "return" || t.text == "begin"):
			if t.text == "as" && i+2 < len(all) && all[i+1].kind == literal && all[i+2].text == "," {
				o.Library = all[i+1].text
			}
			return o
		}
	}
	return o
}

// LabelProviders returns the providers in statements SECURITY LABEL.
func LabelProviders(sql string) (names []string) {
	for _, l := range labels(sql) {
		names = append(names, l.provider)
	}
	return names
}

// WithoutLabels returns statements SECURITY LABEL without those of some providers; ""
// when none is left. pg_dump writes those of all providers together.
func WithoutLabels(sql string, unwanted func(provider string) bool) string {
	var b strings.Builder
	for _, l := range labels(sql) {
		if !unwanted(l.provider) {
			b.WriteString(l.sql + "\n")
		}
	}
	return b.String()
}

// label is a statement SECURITY LABEL.
type label struct{ provider, sql string }

func labels(sql string) (found []label) {
	all := outside(sql)
	for i := range all {
		if i > 0 && (all[i-1].kind != symbol || all[i-1].text != ";") {
			continue
		}
		p := &parser{sql: sql, all: all[i:]}
		if !p.accept("security label for") {
			continue
		}
		name := p.name()
		if p.err != nil {
			continue
		}
		stop := len(sql)
		for _, t := range all[i:] {
			if t.kind == symbol && t.text == ";" {
				stop = t.stop
				break
			}
		}
		found = append(found, label{name, sql[all[i].start:stop]})
	}
	return found
}

// IsBaseType reports whether a statement makes a type with functions of its own for
// input and output, and not one made of others.
func IsBaseType(sql string) bool {
	return statement{sql, read(sql)}.matches("create type @ (")
}

// Says reports whether key words stand in SQL one after another, outside of
// parentheses, strings and quoted names.
func Says(sql, words string) bool {
	var text strings.Builder
	for _, t := range outside(sql) {
		if t.kind == word {
			text.WriteString(" " + t.text)
		} else {
			text.WriteString(" \"")
		}
	}
	return strings.Contains(text.String()+" ", " "+words+" ")
}

// outside returns the tokens of SQL outside of parentheses.
func outside(sql string) []token {
	return (&parser{sql: sql, all: read(sql)}).outer()
}

// read returns the tokens of SQL, whichever way its strings are written; none if it
// cannot be read.
func read(sql string) []token {
	for _, escapes := range []bool{false, true} {
		if all, err := (lexer{escapes: escapes}).tokens(sql); err == nil {
			return all
		}
	}
	return nil
}
