package projectfiles

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/rubyforgood/hectl/internal/config"
)

const railsFile = "config/database.yml"

// rails returns the database of Rails' development environment.
func (p Project) rails() []Database {
	source, ok := p.read(railsFile)
	if !ok {
		return nil
	}
	f := databaseYAML{variables: p.variables("")}
	root, err := parseYAML(f.withoutRuby(source))
	if err != nil || strings.Contains(source, mark) {
		return []Database{{Origin: railsFile, Reason: "the file cannot be read as YAML"}}
	}
	n := root.get("development")
	if n == nil {
		return nil
	}
	origin := railsFile + " (development)"
	if main, key := mainDatabase(n); main != nil {
		n, origin = main, fmt.Sprintf("%s (development, %s)", railsFile, key)
	}
	d, ok := f.database(n)
	if !ok {
		return nil
	}
	d.Origin = origin
	return []Database{d}
}

// mainDatabase returns the one of several databases that Rails connects to first:
// primary, or else the first that is no replica. It returns nil if n is one itself.
func mainDatabase(n *node) (*node, string) {
	if primary := n.get("primary"); primary != nil && primary.values != nil {
		return primary, "primary"
	}
	for _, key := range n.keys {
		v := n.values[key]
		if v.values == nil {
			return nil, "" // a value of one database
		}
		if v.get("replica").text() != "true" {
			return v, key
		}
	}
	return nil, ""
}

// databaseYAML reads a database.yml, whose Ruby it replaces with marks before.
type databaseYAML struct {
	variables map[string]config.Value
	ruby      []value
}

// mark stands for expressions of Ruby. It is a word, so that it means the same to
// YAML wherever the expression stands.
const mark = "hectlruby"

// withoutRuby replaces <%= … %> with marks and removes <% … %>.
func (f *databaseYAML) withoutRuby(source string) string {
	var b strings.Builder
	line := 1
	for {
		before, rest, ok := strings.Cut(source, "<%")
		b.WriteString(before)
		line += strings.Count(before, "\n")
		code, after, closed := strings.Cut(rest, "%>")
		if !ok || !closed {
			return b.String()
		}
		if expr, ok := strings.CutPrefix(code, "="); ok {
			expr = strings.TrimSuffix(strings.TrimPrefix(expr, "="), "-")
			r := reader{tokens: lex(expr, line, hash()), file: railsFile, variables: f.variables}
			f.ruby = append(f.ruby, r.expr())
			fmt.Fprintf(&b, "%s%dx", mark, len(f.ruby)-1)
		}
		line += strings.Count(code, "\n")
		source = after
	}
}

// value is what a scalar says, with its expressions in it.
func (f *databaseYAML) value(n *node, key string) value {
	v := n.get(key)
	switch {
	case v == nil || v.null:
		return value{}
	case n.twice[key] || v.values != nil || v.list != nil:
		return value{state: unknown}
	}
	whole := value{Part{Value: config.Value{Origin: at(railsFile, v.line)}}, known}
	rest := v.scalar
	for {
		before, after, ok := strings.Cut(rest, mark)
		whole.Text += before
		if !ok {
			return whole
		}
		number, after, _ := strings.Cut(after, "x")
		i, err := strconv.Atoi(number)
		if err != nil || i >= len(f.ruby) {
			return value{state: unknown}
		}
		one := f.ruby[i]
		if before == "" && after == "" && whole.Text == "" {
			return one
		}
		if one.state == unknown {
			return value{state: unknown}
		}
		if whole.Text += one.Text; len(whole.Text) > maxText {
			return value{state: unknown}
		}
		whole.Variable = first(whole.Variable, one.Variable)
		rest = after
	}
}

// database returns the database of a section. It is false if it is not of Postgres.
func (f *databaseYAML) database(n *node) (Database, bool) {
	d := Database{}
	if adapter := f.value(n, "adapter"); adapter.state == known && !isPostgres(adapter.Text) {
		return d, false
	}
	user := f.value(n, "username")
	if user.state == unset {
		user = f.value(n, "user")
	}
	d = newDatabase("", f.value(n, "database"), f.value(n, "host"), f.value(n, "port"), user)
	url := f.value(n, "url")
	for _, v := range []value{url, fromVariable(f.variables, "DATABASE_URL")} { // Rails takes it for the main database
		if v.state != known || v.Text == "" {
			continue
		}
		of, ok := parseURL(v.Part)
		if !ok {
			return d, false
		}
		d.override(of)
	}
	if url.state == unknown {
		d.Reason = "its url cannot be told without running code"
	}
	return d, true
}

func fromVariable(variables map[string]config.Value, name string) value {
	r := reader{variables: variables}
	return r.variable(name)
}

// isPostgres reports whether the name of an adapter, a driver or a scheme is one of
// Postgres's.
func isPostgres(name string) bool {
	name = strings.ToLower(name)
	return strings.Contains(name, "postg") || strings.Contains(name, "pgsql") || name == "psql" || name == "pg" || name == "psycopg2"
}
