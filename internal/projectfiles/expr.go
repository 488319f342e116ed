package projectfiles

import (
	"slices"
	"strings"

	"github.com/rubyforgood/hectl/internal/config"
)

// state is how much is known of a value.
type state int

const (
	unset   state = iota // null, or a variable that is not set
	known                // its text
	unknown              // only its program could tell
)

// value is what an expression says.
type value struct {
	Part
	state state
}

// part is the value as a part of a database's place. An empty one counts as unset,
// as it does in libpq.
func (v value) part() Part {
	if v.state != known || v.Text == "" {
		return Part{Value: config.Value{Origin: v.Origin}, Variable: v.Variable}
	}
	return v.Part
}

// reader reads expressions from tokens.
type reader struct {
	tokens    []token
	file      string
	variables map[string]config.Value
	depth     int // of brackets
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

// expr reads an expression up to one of the marks that may follow it, or the end. If
// something else follows, the value is unknown; it is skipped.
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

// skip goes to the next of the marks outside of brackets, or to a bracket that closes
// what the expression is in.
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

// alternatives reads a || b, as Ruby, Python (or) and PHP (??, ?:) write it.
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
		// An empty text is false to Python and to ?:, and true to Ruby and to ??. An
		// empty one is as good as none in each case, but for || and ?? it hides the other.
		falsy := v.state == unset || v.state == known && v.Text == "" && (t.text == "or" || t.text == "?:")
		if falsy {
			other.Variable = first(v.Variable, other.Variable)
			if v.Variable != "" && other.state == known {
				other.Origin = defaultOf(other.Origin, v.Variable)
			}
			v = other
		}
	}
}

func first(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// defaultOf is the place of a default, with the variable that would be used instead.
func defaultOf(origin, variable string) string {
	if strings.Contains(origin, " (") {
		return origin
	}
	return origin + " (" + variable + " is not set)"
}

// single reads a literal, a look-up of a variable, or either with methods that do not
// matter.
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
		v = r.named(t)
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

// method is the value after a method of Ruby's.
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

// lookups are the functions of the languages and of their well-known libraries that
// return a variable, or else their second argument.
func lookups() []string {
	return []string{
		"ENV.fetch",
		"os.environ.get", "environ.get", "os.getenv", "env", "env.str", "env.int", "environ.str", "config", "decouple.config",
		"getenv",
	}
}

// named reads what begins with a name.
func (r *reader) named(t token) value {
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
			v = r.otherwise(v, other)
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
			v = r.otherwise(v, other)
		}
	}
	if !r.is(")") {
		r.skip([]string{")"})
		return value{state: unknown}
	}
	return v
}

// otherwise is a variable, or else the default that its look-up has.
func (r *reader) otherwise(v, other value) value {
	if v.state != unset {
		return v
	}
	if other.state == known {
		other.Origin = defaultOf(other.Origin, v.Variable)
	}
	other.Variable = first(v.Variable, other.Variable)
	return other
}

// variable is a variable of the environment, or of a .env file.
func (r *reader) variable(name string) value {
	v, ok := r.variables[name]
	if !ok {
		return value{Part: Part{Variable: name}}
	}
	return value{Part{v, name}, known}
}
