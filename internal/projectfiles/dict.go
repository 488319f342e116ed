package projectfiles

import "github.com/rubyforgood/hectl/internal/config"

// dict is the inside of an array of PHP or of a dictionary of Python, up to the
// bracket that closes it and what follows.
type dict struct {
	tokens    []token
	file      string
	variables map[string]config.Value
}

// after is the first bracket after a word that has a key in it.
func (d dict) after(name, key string) dict {
	for i, t := range d.tokens {
		if t.kind != word || t.text != name {
			continue
		}
		in := d.open(d.tokens[i+1:])
		if _, ok := in.at(key); ok {
			return in
		}
	}
	return d.open(nil)
}

// open is what the bracket that tokens begin with has in it; nothing without one.
func (d dict) open(tokens []token) dict {
	d.tokens = nil
	for len(tokens) > 0 && (tokens[0].kind == word && (tokens[0].text == "array" || tokens[0].text == "dict") ||
		tokens[0].kind == punct && (tokens[0].text == "=" || tokens[0].text == ":")) {
		tokens = tokens[1:]
	}
	if len(tokens) > 0 && tokens[0].kind == punct {
		switch tokens[0].text {
		case "(", "[", "{":
			d.tokens = tokens[1:]
		}
	}
	return d
}

// at returns the tokens of a key's value, and whether there is one. What is in other
// brackets does not count.
func (d dict) at(key string) ([]token, bool) {
	depth := 0
	for i, t := range d.tokens {
		if t.kind == punct {
			switch t.text {
			case "(", "[", "{":
				depth++
			case ")", "]", "}":
				if depth--; depth < 0 {
					return nil, false
				}
			}
			continue
		}
		if depth == 0 && t.kind == text && t.text == key && i+1 < len(d.tokens) && d.tokens[i+1].kind == punct && (d.tokens[i+1].text == "=>" || d.tokens[i+1].text == ":") {
			return d.tokens[i+2:], true
		}
	}
	return nil, false
}

// within is the value of a key that is an array or a dictionary itself.
func (d dict) within(key string) dict {
	tokens, _ := d.at(key)
	return d.open(tokens)
}

// value is the value of a key.
func (d dict) value(key string) value {
	tokens, ok := d.at(key)
	if !ok {
		return value{}
	}
	r := reader{tokens: tokens, file: d.file, variables: d.variables}
	return r.expr(",", "]", ")", "}")
}
