package schema

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A parser steps through the tokens of one definition. Its methods are named after the
// grammar that they consume. After the first failure err is set, and the parser no longer
// moves.
type parser struct {
	sql string
	all []token
	at  int
	err error
}

func parse(sql string) *parser {
	p := &parser{sql: sql}
	p.all, p.err = tokens(sql)
	return p
}

func (p *parser) fail(format string, args ...any) {
	if p.err == nil {
		p.err = fmt.Errorf(format, args...)
	}
}

// peek returns the token n after the next one.
func (p *parser) peek(n int) token {
	if p.err != nil || p.at+n >= len(p.all) {
		return token{kind: end, start: len(p.sql), stop: len(p.sql)}
	}
	return p.all[p.at+n]
}

func (p *parser) over() bool { return p.peek(0).kind == end }

// accept consumes the tokens of text, keywords and symbols separated by spaces, if they
// come next.
func (p *parser) accept(text string) bool {
	if !p.sees(text) {
		return false
	}
	p.at += 1 + strings.Count(text, " ")
	return true
}

// sees reports whether the tokens of text come next.
func (p *parser) sees(text string) bool {
	for i, more := 0, true; more; i++ {
		var want string
		want, text, more = strings.Cut(text, " ")
		if t := p.peek(i); t.text != want || t.kind != word && t.kind != symbol {
			return false
		}
	}
	return true
}

func (p *parser) expect(text string) {
	if !p.accept(text) {
		p.fail("byte %d: expected %q", p.peek(0).start, text)
	}
}

// name consumes an identifier.
func (p *parser) name() string {
	t := p.peek(0)
	if t.kind != word && t.kind != quoted {
		p.fail("byte %d: expected a name", t.start)
		return ""
	}
	p.at++
	return t.text
}

// qualified consumes an identifier with or without a schema.
func (p *parser) qualified() Name {
	n := Name{Name: p.name()}
	if p.accept(".") {
		n.Schema, n.Name = n.Name, p.name()
	}
	return n
}

// names consumes identifiers in parentheses. In the columns of a key, one may be a period:
// "PERIOD valid_at", "valid_at WITHOUT OVERLAPS".
func (p *parser) names() []string {
	var list []string
	p.expect("(")
	for p.err == nil && !p.accept(")") {
		if t := p.peek(1); p.sees("period") && (t.kind == word || t.kind == quoted) {
			p.at++
		}
		list = append(list, p.name())
		p.accept("without overlaps")
		if !p.sees(")") {
			p.expect(",")
		}
	}
	return list
}

// skip skips one token, or a pair of parentheses and its content.
func (p *parser) skip() {
	if !p.sees("(") && !p.sees("[") {
		if p.over() {
			p.fail("the statement is incomplete")
		}
		p.at++
		return
	}
	depth := 0
	for p.err == nil {
		switch {
		case p.over():
			p.fail("a parenthesis is not closed")
			return
		case p.sees("("), p.sees("["):
			depth++
		case p.sees(")"), p.sees("]"):
			depth--
		}
		p.at++
		if depth == 0 {
			return
		}
	}
}

// until consumes at least one token, and then all tokens up to one of stops outside
// parentheses. It returns their source text.
func (p *parser) until(stops ...string) string {
	start := p.peek(0).start
	for first := true; p.err == nil && !p.over(); first = false {
		if !first && slices.ContainsFunc(stops, p.sees) {
			break
		}
		p.skip()
	}
	return p.since(start)
}

// since returns the source text from start up to the last consumed token.
func (p *parser) since(start int) string {
	if p.err != nil || p.at == 0 {
		return ""
	}
	return p.sql[start:max(start, p.all[p.at-1].stop)]
}

// condition consumes a condition in parentheses and returns it without them.
func (p *parser) condition() string {
	if !p.sees("(") {
		p.fail("byte %d: expected a condition", p.peek(0).start)
		return ""
	}
	start := p.peek(0).start
	p.skip()
	return unwrap(p.since(start))
}

// unwrap removes all parentheses around an expression.
func unwrap(sql string) string {
	for {
		p := parse(sql)
		if !p.sees("(") {
			return sql
		}
		p.skip()
		if p.err != nil || !p.over() {
			return sql
		}
		sql = strings.TrimSpace(sql[p.all[0].stop:p.all[len(p.all)-1].start])
	}
}

func (p *parser) typeName() Type {
	var t Type
	start := p.peek(0).start
	if p.peek(0).kind == quoted || p.peek(1).text == "." {
		t.Name = p.qualified()
		if t.Name.Schema == "pg_catalog" {
			t.Name.Schema = ""
		}
	} else {
		t.Name.Name = p.name()
	}
	if t.Name.Schema == "" {
		t.Name.Name += p.furtherWords(t.Name.Name)
	}
	if p.sees("(") {
		t.Modifiers = p.modifiers()
	}
	for _, zone := range []string{"without time zone", "with time zone"} {
		if (t.Name.Name == "time" || t.Name.Name == "timestamp") && p.accept(zone) {
			t.Name.Name += " " + zone
		}
	}
	for p.accept("[") {
		if p.peek(0).kind == number {
			p.at++
		}
		p.expect("]")
		t.Array = true
	}
	t.SQL = p.since(start)
	return t
}

// furtherWords consumes the rest of a type's name after its first word.
func (p *parser) furtherWords(first string) string {
	switch {
	case (first == "character" || first == "bit") && p.accept("varying"):
		return " varying"
	case first == "double" && p.accept("precision"):
		return " precision"
	case first == "interval":
		for slices.Contains([]string{"year", "month", "day", "hour", "minute", "second", "to"}, p.peek(0).text) && p.peek(0).kind == word {
			p.at++
		}
	}
	return ""
}

// modifiers consumes numbers in parentheses. It skips words, which PostGIS allows there.
func (p *parser) modifiers() []int {
	var list []int
	p.expect("(")
	for p.err == nil && !p.accept(")") {
		sign := 1
		if p.accept("-") {
			sign = -1
		}
		if t := p.peek(0); t.kind == number {
			if n, err := strconv.Atoi(t.text); err == nil {
				list = append(list, sign*n)
			}
		}
		if p.over() {
			p.fail("a type's parenthesis is not closed")
		}
		p.at++
		p.accept(",")
	}
	return list
}
