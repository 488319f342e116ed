package projectfiles

import "github.com/rubyforgood/hectl/internal/config"

// dict is the content of a PHP array or a Python dictionary. The tokens start after its
// opening bracket and continue past the closing one.
type dict struct {
	tokens    []token
	file      string
	variables map[string]config.Value
}

// maxMentions limits the mentions of a name that after examines. Without a limit, the
// time would grow with the square of the size of a hostile file.
const maxMentions = 100

// after returns the first dict after the word name that contains key.
func (d dict) after(name, key string) dict {
	mentions := 0
	for i := range d.tokens {
		if t := &d.tokens[i]; t.kind != word || t.text != name {
			continue
		}
		if mentions++; mentions > maxMentions {
			break
		}
		in := d.open(d.tokens[i+1:])
		if _, ok := in.at(key); ok {
			return in
		}
	}
	return d.open(nil)
}

// open returns the dict whose bracket starts tokens, an empty one if there is none.
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

// at returns the tokens of a key's value and whether the key exists. It ignores inner
// brackets.
func (d dict) at(key string) ([]token, bool) {
	depth := 0
	for i := range d.tokens {
		t := &d.tokens[i]
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

// child returns the dict that is the value of a key.
func (d dict) child(key string) dict {
	tokens, _ := d.at(key)
	return d.open(tokens)
}

func (d dict) value(key string) value {
	tokens, ok := d.at(key)
	if !ok {
		return value{}
	}
	r := reader{tokens: tokens, file: d.file, variables: d.variables}
	return r.expr(",", "]", ")", "}")
}
