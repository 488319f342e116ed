package schema

import "maps"

// RoutineOptions are options in the definition of a function or procedure.
type RoutineOptions struct {
	Language  string
	Library   string // the file of a function in C
	Leakproof bool
}

// RoutineOptionsOf parses the options of CREATE FUNCTION or CREATE PROCEDURE. It returns
// none for a statement that cannot be parsed.
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

// RoutineWords returns the language of the function or procedure that a statement creates,
// and all names and keywords of the statement and its body. ok is false if they cannot be
// parsed.
func RoutineWords(sql string) (language string, words map[string]bool, ok bool) {
	all, err := tokens(sql)
	if err != nil {
		return "", nil, false
	}
	words = map[string]bool{}
	for i, t := range all {
		switch t.kind {
		case word, quoted:
			words[t.text] = true
			if i > 0 && all[i-1].kind == word && all[i-1].text == "language" {
				language = t.text
			}
		case literal:
			body, err := Words(t.text)
			if err != nil {
				return "", nil, false
			}
			maps.Copy(words, body)
		}
	}
	return language, words, true
}

// Raises returns the messages of RAISE in the PL/pgSQL functions that SQL creates. In a
// message, % is a placeholder. Raises returns nothing for SQL that cannot be parsed.
func Raises(sql string) []string {
	var messages []string
	outer, err := tokens(sql)
	if err != nil {
		return nil
	}
	for _, t := range outer {
		if t.kind != literal {
			continue
		}
		body, err := tokens(t.text)
		if err != nil {
			continue
		}
		for i, b := range body {
			if b.kind != literal || !raised(body[:i]) {
				continue
			}
			if i+1 < len(body) && body[i+1].text == "||" {
				b.text += "%"
			}
			messages = append(messages, b.text)
		}
	}
	return messages
}

// raised reports whether a string after these tokens is the message of RAISE.
func raised(before []token) bool {
	last := func(n int) string {
		if n > len(before) || before[len(before)-n].kind == literal {
			return ""
		}
		return before[len(before)-n].text
	}
	switch last(1) {
	case "raise":
		return true
	case "debug", "log", "info", "notice", "warning", "exception":
		return last(2) == "raise"
	case "=", ":=":
		return last(2) == "message"
	}
	return false
}

// Routine returns the name of the function that CREATE FUNCTION creates, without its
// schema, or "" if the statement cannot be parsed.
func Routine(sql string) string {
	all, err := tokens(sql)
	if err != nil {
		return ""
	}
	for i, t := range all {
		if i > 0 && t.kind == symbol && t.text == "(" {
			return all[i-1].text
		}
	}
	return ""
}
