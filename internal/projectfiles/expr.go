package projectfiles

import (
	"cmp"
	"slices"
	"strings"

	"github.com/rubyforgood/hectl/internal/config"
)

// state reports how much is known about a value.
type state int

const (
	unset   state = iota // null, or a variable that is not set
	known                // text
	unknown              // depends on code
)

// value is the value of an expression.
type value struct {
	Part
	state state
}

// part returns the value as a Part. An empty value is treated as unset, as in libpq.
func (v value) part() Part {
	if v.state != known || v.Text == "" {
		return Part{Value: config.Value{Origin: v.Origin}, Variable: v.Variable}
	}
	return v.Part
}

// reader evaluates expressions of Ruby, Python, PHP, TypeScript and Prisma.
type reader struct {
	tokens    []token
	file      string
	variables map[string]config.Value
	depth     int // depth of brackets
}

func (r *reader) peek() token {
	if len(r.tokens) == 0 {
		return token{}
	}
	return r.tokens[0]
}

func (r *reader) take() token {
	t := r.peek()
	if len(r.tokens) > 0 {
		r.tokens = r.tokens[1:]
	}
	return t
}

func (r *reader) is(s string) bool { t := r.peek(); return t.kind == punct && t.text == s }

func (r *reader) accept(s string) bool {
	if r.is(s) {
		r.take()
		return true
	}
	return false
}

// expr reads an expression up to one of the marks in ends, or the end of the tokens. If
// other tokens precede the mark, the value is unknown, and expr skips them.
func (r *reader) expr(ends ...string) value {
	v := value{state: unknown}
	if r.depth < maxDepth {
		r.depth++
		v = r.alternatives()
		r.depth--
	}
	if t := r.peek(); t.kind != end && (t.kind != punct || !slices.Contains(ends, t.text)) {
		v = value{state: unknown}
		r.skip(ends)
	}
	return v
}

// skip advances to the next of the marks outside of brackets, or to the bracket that
// encloses the expression.
func (r *reader) skip(ends []string) {
	depth := 0
	for ; len(r.tokens) > 0; r.take() {
		t := r.peek()
		if t.kind != punct {
			continue
		}
		if depth == 0 && slices.Contains(ends, t.text) {
			return
		}
		switch t.text {
		case "(", "[", "{":
			depth++
		case ")", "]", "}":
			if depth--; depth < 0 {
				return
			}
		}
	}
}

// alternatives reads a || b in the notation of Ruby, Python (or) and PHP (??, ?:).
func (r *reader) alternatives() value {
	v := r.single()
	for {
		t := r.peek()
		switch {
		case t.kind == punct && (t.text == "||" || t.text == "??" || t.text == "?:"), t.kind == word && t.text == "or":
		default:
			return v
		}
		r.take()
		other := r.single()
		// An empty string is false for "or" and "?:", and true for "||" and "??", where
		// it hides the other value.
		falsy := v.state == unset || v.state == known && v.Text == "" && (t.text == "or" || t.text == "?:")
		if falsy {
			other.Variable = cmp.Or(v.Variable, other.Variable)
			if v.Variable != "" && other.state == known {
				other.Origin = defaultOrigin(other.Origin, v.Variable)
			}
			v = other
		}
	}
}

// defaultOrigin returns the origin of a default, with the variable that would override it.
func defaultOrigin(origin, variable string) string {
	if strings.Contains(origin, " (") {
		return origin
	}
	return origin + " (" + variable + " is not set)"
}

// single reads a literal, a variable lookup or a parenthesized expression, and any method
// calls that follow.
func (r *reader) single() value {
	t := r.take()
	v := value{state: unknown}
	switch {
	case t.kind == text, t.kind == word && strings.Trim(t.text, "0123456789") == "":
		v = value{Part{Value: config.Value{Text: t.text, Origin: at(r.file, t.line)}}, known}
	case t.kind == punct && t.text == "(":
		v = r.expr(")")
		r.accept(")")
	case t.kind == word:
		v = r.parseName(t)
	}
	for r.is(".") || r.is("&.") {
		r.take()
		for method := range strings.SplitSeq(r.take().text, ".") {
			v = v.method(method)
		}
		if r.accept("(") && !r.accept(")") {
			r.skip([]string{")"})
			r.accept(")")
		}
	}
	return v
}

// method returns the result of a Ruby method.
func (v value) method(name string) value {
	switch name {
	case "presence":
		if v.state == known && strings.TrimSpace(v.Text) == "" {
			v.state = unset
		}
	case "to_s", "to_i", "strip", "freeze", "to_sym":
		v.Text = strings.TrimSpace(v.Text)
	default:
		v.state = unknown
	}
	return v
}

// lookups returns the functions of the languages and of well-known libraries that return
// a variable, or their second argument if it is not set.
func lookups() []string {
	return []string{
		"ENV.fetch",
		"os.environ.get", "environ.get", "os.getenv", "env", "env.str", "env.int", "environ.str", "config", "decouple.config",
		"getenv",
	}
}

// parseName reads an expression that starts with the name t.
func (r *reader) parseName(t token) value {
	switch name := t.text; {
	case slices.Contains([]string{"nil", "None", "null", "undefined"}, name):
		return value{}
	case name == "Rails.env":
		return value{Part{Value: config.Value{Text: "development", Origin: at(r.file, t.line)}}, known}
	case strings.HasPrefix(name, "process.env."):
		return r.variable(strings.TrimPrefix(name, "process.env."))
	case slices.Contains([]string{"ENV", "os.environ", "environ", "process.env"}, name) && r.accept("["):
		v := value{state: unknown}
		if key := r.peek(); key.kind == text {
			r.take()
			v = r.variable(key.text)
		}
		if !r.is("]") {
			v = value{state: unknown}
			r.skip([]string{"]"})
		}
		r.accept("]")
		return v
	case slices.Contains(lookups(), name) && r.accept("("):
		v := r.lookup()
		r.accept(")")
		if name == "ENV.fetch" && r.accept("{") {
			other := r.expr("}")
			r.accept("}")
			v = r.orDefault(v, other)
		}
		return v
	case slices.Contains([]string{"int", "str", "String", "Integer"}, name) && r.accept("("):
		v := r.expr(")", ",")
		r.skip([]string{")"})
		r.accept(")")
		return v
	}
	return value{state: unknown}
}

// lookup reads the arguments of a function that looks up a variable.
func (r *reader) lookup() value {
	key := r.take()
	v := value{state: unknown}
	if key.kind == text {
		v = r.variable(key.text)
	}
	for n := 0; r.accept(","); n++ {
		name := ""
		if t := r.peek(); t.kind == word && len(r.tokens) > 1 && r.tokens[1].kind == punct && (r.tokens[1].text == "=" || r.tokens[1].text == ":") {
			name = t.text
			r.take()
			r.take()
		}
		if other := r.expr(",", ")"); name == "default" || name == "" && n == 0 {
			v = r.orDefault(v, other)
		}
	}
	if !r.is(")") {
		r.skip([]string{")"})
		return value{state: unknown}
	}
	return v
}

// orDefault returns the variable v, or the default of its lookup if it is not set.
func (r *reader) orDefault(v, other value) value {
	if v.state != unset {
		return v
	}
	if other.state == known {
		other.Origin = defaultOrigin(other.Origin, v.Variable)
	}
	other.Variable = cmp.Or(v.Variable, other.Variable)
	return other
}

// variable returns a variable from the environment or a .env file.
func (r *reader) variable(name string) value {
	v, ok := r.variables[name]
	if !ok {
		return value{Part: Part{Variable: name}}
	}
	return value{Part{v, name}, known}
}
