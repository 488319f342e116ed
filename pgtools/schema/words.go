package schema

// Words returns every name and key word of SQL, outside of string constants, once:
// without quotes, and in lower case where there were none.
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

// Literals returns the string constants of SQL, and those of SQL in them, such as
// in the body of a function. What cannot be read has none.
func Literals(sql string) []string {
	var all []string
	for depth, texts := 0, []string{sql}; depth < 4 && len(texts) > 0; depth++ {
		var inner []string
		for _, text := range texts {
			found, err := tokens(text)
			if err != nil {
				continue
			}
			for _, t := range found {
				if t.kind == literal {
					inner = append(inner, t.text)
				}
			}
		}
		all = append(all, inner...)
		texts = inner
	}
	return all
}

// Routine returns the name of the function that CREATE FUNCTION makes, without its
// schema, and "" when the statement cannot be read.
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
