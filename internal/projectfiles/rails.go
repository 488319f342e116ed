package projectfiles

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"github.com/rubyforgood/hectl/internal/config"
)

const railsFile = "config/database.yml"

// rails returns the database of the Rails environment development.
func (p Project) rails() []Database {
	source, ok := p.read(railsFile)
	if !ok {
		return nil
	}
	f := databaseYAML{variables: p.variables("")}
	root, err := parseYAML(f.replaceRuby(source))
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

// mainDatabase returns the database that Rails uses as the main one of several: primary,
// or the first that is not a replica. It returns nil if n is a single database.
func mainDatabase(n *node) (*node, string) {
	if primary := n.get("primary"); primary != nil && primary.values != nil {
		return primary, "primary"
	}
	for _, key := range n.keys {
		v := n.values[key]
		if v.values == nil {
			return nil, "" // a setting of a single database
		}
		if v.get("replica").text() != "true" {
			return v, key
		}
	}
	return nil, ""
}

// databaseYAML reads a database.yml. It replaces Ruby expressions with marks before it
// parses the YAML.
type databaseYAML struct {
	variables map[string]config.Value
	ruby      []value
}

// mark starts the placeholder of a Ruby expression. It is a word, which is valid YAML
// wherever an expression can be.
const mark = "hectlruby"

// replaceRuby replaces <%= … %> with marks and removes <% … %>.
func (f *databaseYAML) replaceRuby(source string) string {
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

// value returns the value of a scalar, including its Ruby expressions.
func (f *databaseYAML) value(n *node, key string) value {
	v := n.get(key)
	switch {
	case v == nil || v.null:
		return value{}
	case n.duplicate[key] || v.values != nil || v.list != nil:
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
		whole.Variable = cmp.Or(whole.Variable, one.Variable)
		rest = after
	}
}

// database returns the database of a section. It returns false if the database is not
// Postgres.
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
	for _, v := range []value{url, fromVariable(f.variables, "DATABASE_URL")} { // Rails applies DATABASE_URL to the main database
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
		d.Reason = "its URL depends on code, which hectl does not run"
	}
	return d, true
}

func fromVariable(variables map[string]config.Value, name string) value {
	r := reader{variables: variables}
	return r.variable(name)
}

// isPostgres reports whether an adapter, driver or URL scheme of this name is for Postgres.
func isPostgres(name string) bool {
	name = strings.ToLower(name)
	return strings.Contains(name, "postg") || strings.Contains(name, "pgsql") || name == "psql" || name == "pg" || name == "psycopg2"
}
