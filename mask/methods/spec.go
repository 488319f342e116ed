package methods

import (
	"slices"
	"strconv"
	"strings"
)

// Spec is a method with its argument, as written in a rule. The method's Facts determine
// which fields it uses.
type Spec struct {
	Name   string          // such as "email"
	Number int             // {shift_days: 180}: days; {noise: 10}: percent; {hash: 16}: digits
	Text   string          // {value: x}, {bcrypt: password}, {email: keep_domain}, {json: keep_keys}
	Texts  []string        // {one_of: [a, b]}
	Paths  map[string]Spec // {json: {address.street: street}}
}

// String returns the method as written in hectl.yml.
func (s Spec) String() string {
	switch {
	case s.Number != 0:
		return "{" + s.Name + ": " + strconv.Itoa(s.Number) + "}"
	case s.Paths != nil:
		var paths []string
		for path, spec := range s.Paths {
			paths = append(paths, YAML(path)+": "+spec.String())
		}
		slices.Sort(paths)
		return "{" + s.Name + ": {" + strings.Join(paths, ", ") + "}}"
	case s.Texts != nil:
		var texts []string
		for _, text := range s.Texts {
			texts = append(texts, YAML(text))
		}
		return "{" + s.Name + ": [" + strings.Join(texts, ", ") + "]}"
	case s.Text != "" || s.Name == "value":
		return "{" + s.Name + ": " + YAML(s.Text) + "}"
	}
	return s.Name
}

// Outputs returns every value that the method produces from text, or nil if that depends on
// the text.
func (s Spec) Outputs() []string {
	switch s.Name {
	case "value":
		return []string{s.Text}
	case "empty":
		return []string{""}
	case "one_of":
		return s.Texts
	case "bcrypt":
		return []string{strings.Repeat("$", 60)} // as long as a hash
	}
	return nil
}

// YAML returns text as a YAML scalar, quoted if necessary.
func YAML(text string) string {
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

// problem returns a clause, to follow the method's name, that describes what is wrong with
// the argument, or "" if nothing is.
func (s Spec) problem(facts Facts) string {
	hasNumber, hasText, hasTexts, hasPaths := s.Number != 0, s.Text != "", s.Texts != nil, s.Paths != nil
	wrongWord := hasText && !slices.Contains(facts.Words, s.Text)
	words := strings.Join(facts.Words, " or ")
	switch facts.Argument {
	case NoArgument:
		if hasNumber || hasText || hasTexts || hasPaths {
			return "takes no argument"
		}
	case OptionalNumber:
		if hasText || hasTexts || hasPaths {
			return "takes only a number"
		}
	case NeedsNumber:
		if !hasNumber || hasText || hasTexts || hasPaths {
			return "needs a number"
		}
	case NeedsText:
		if hasNumber || hasTexts || hasPaths {
			return "needs text"
		}
	case NeedsTexts:
		if len(s.Texts) == 0 || hasNumber || hasText || hasPaths {
			return "needs a list of strings"
		}
	case OptionalWord:
		if wrongWord || hasNumber || hasTexts || hasPaths {
			return "takes only " + words
		}
	case OptionalPaths:
		if wrongWord || hasNumber || hasTexts {
			return "takes paths with methods, or " + words
		}
	}
	return ""
}
