package schema

import "strings"

// Says reports whether SQL contains a sequence of keywords outside parentheses, strings and
// quoted names.
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

// outside returns the tokens of SQL that are outside parentheses.
func outside(sql string) []token {
	return (&parser{sql: sql, all: read(sql)}).outer()
}

// read returns the tokens of SQL in either string syntax, or none if it cannot be split.
func read(sql string) []token {
	for _, escapes := range []bool{false, true} {
		if all, err := (lexer{escapes: escapes}).tokens(sql); err == nil {
			return all
		}
	}
	return nil
}

// Words returns all names and keywords of SQL outside string constants, without quotes, and
// in lower case unless they were quoted.
func Words(sql string) (map[string]bool, error) {
	all, err := tokens(sql)
	if err != nil {
		return nil, err
	}
	words := map[string]bool{}
	for _, t := range all {
		if t.kind == word || t.kind == quoted {
			words[t.text] = true
		}
	}
	return words, nil
}

// BuiltIn returns the names in pg_dump's SQL that may belong to Postgres itself. It leaves
// out qualifiers, and names with a qualifier other than "pg_catalog". pg_dump qualifies all
// other relations and functions, but not aliases and columns.
func BuiltIn(sql string) ([]string, error) {
	all, err := tokens(sql)
	if err != nil {
		return nil, err
	}
	var names []string
	dot := func(i int) bool { return i > 0 && i < len(all) && all[i].kind == symbol && all[i].text == "." }
	for i, t := range all {
		own := !dot(i-1) || i > 1 && all[i-2].text == "pg_catalog"
		if (t.kind == word || t.kind == quoted) && own && !dot(i+1) {
			names = append(names, t.text)
		}
	}
	return names, nil
}

// Quote returns an identifier in double quotes, unless it consists of lower-case ASCII
// letters, digits and underscores. Use it only for messages: it does not quote reserved
// words. pgtools.Quote is for statements.
func Quote(name string) string {
	plain := name != "" && (name[0] < '0' || name[0] > '9')
	for i := range len(name) {
		c := name[i]
		plain = plain && (c == '_' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9')
	}
	if plain {
		return name
	}
	return `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
}
