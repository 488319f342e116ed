package schema

import (
	"slices"
	"strconv"
	"unicode/utf8"
)

// Condition is a condition on one column that hectl can check without a database. Fields
// with their zero value do not limit the value.
type Condition struct {
	Column  string // "value" in a domain's check
	NotNull bool
	OneOf   []string // if not nil, the allowed values
	NoneOf  []string // the forbidden values
	Min     int      // in characters
	Max     *int     // in characters
}

// Holds reports whether a non-NULL value meets the condition.
func (c Condition) Holds(value string) bool {
	n := utf8.RuneCountInString(value)
	return (c.OneOf == nil || slices.Contains(c.OneOf, value)) && !slices.Contains(c.NoneOf, value) &&
		n >= c.Min && (c.Max == nil || n <= *c.Max)
}

// Conditions returns the conditions that the check combines with AND. rest is the SQL of
// conditions whose form is unknown.
func (c Check) Conditions() (conditions []Condition, rest []string) {
	for _, sql := range conjuncts(c.SQL) {
		p := parse(sql)
		found, ok := p.simple()
		if !ok || p.err != nil || !p.over() {
			rest = append(rest, sql)
			continue
		}
		conditions = append(conditions, found)
	}
	return conditions, rest
}

// conjuncts splits an expression at its ANDs.
func conjuncts(sql string) []string {
	sql = unwrap(sql)
	p := parse(sql)
	var parts []string
	for p.err == nil && !p.over() {
		parts = append(parts, p.until("and"))
		p.accept("and")
	}
	if p.err != nil || len(parts) < 2 {
		return []string{sql}
	}
	var all []string
	for _, part := range parts {
		if part == sql { // impossible, but would recurse forever
			return []string{sql}
		}
		all = append(all, conjuncts(part)...)
	}
	return all
}

// simple consumes a condition of a known form.
func (p *parser) simple() (c Condition, ok bool) {
	if slices.ContainsFunc([]string{"char_length (", "character_length (", "length ("}, p.accept) {
		return p.lengthOf()
	}
	if c.Column, ok = p.operand(); !ok {
		return c, false
	}
	switch {
	case p.accept("is not null"):
		c.NotNull = true
		return c, true
	case p.accept("= any"):
		c.OneOf, ok = p.list()
	case p.accept("<> all"):
		c.NoneOf, ok = p.list()
	case p.accept("="):
		c.OneOf, ok = p.constant()
	case p.accept("<>"):
		c.NoneOf, ok = p.constant()
	default:
		return c, false
	}
	return c, ok
}

// lengthOf consumes a bound on a length, after the function's opening parenthesis.
func (p *parser) lengthOf() (c Condition, ok bool) {
	c.Column, ok = p.operand()
	p.expect(")")
	op := p.peek(0).text
	n, err := strconv.Atoi(p.peek(1).text)
	if !ok || err != nil || p.peek(0).kind != symbol {
		return c, false
	}
	p.at += 2
	switch op {
	case "<=":
		c.Max = &n
	case "<":
		n--
		c.Max = &n
	case ">=":
		c.Min = n
	case ">":
		c.Min = n + 1
	case "=":
		c.Min, c.Max = n, &n
	default:
		return c, false
	}
	return c, true
}

// operand consumes a column name, with any casts and parentheses.
func (p *parser) operand() (name string, ok bool) {
	if p.accept("(") {
		name, ok = p.operand()
		p.expect(")")
	} else if t := p.peek(0); t.kind == word || t.kind == quoted {
		name, ok = p.name(), true
	}
	p.casts()
	return name, ok && p.err == nil
}

func (p *parser) casts() {
	for p.accept("::") {
		p.typeName()
	}
}

// constant consumes one literal, with any casts and parentheses.
func (p *parser) constant() (values []string, ok bool) {
	if p.accept("(") {
		values, ok = p.constant()
		p.expect(")")
	} else if t := p.peek(0); t.kind == literal || t.kind == number {
		p.at++
		values, ok = []string{t.text}, true
	}
	p.casts()
	return values, ok && p.err == nil
}

// list consumes an array of literals in parentheses, with casts.
func (p *parser) list() (values []string, ok bool) {
	p.expect("(")
	if p.sees("(") {
		values, ok = p.list()
	} else if p.accept("array [") {
		values, ok = []string{}, true
		for p.err == nil && ok && !p.accept("]") {
			var one []string
			one, ok = p.constant()
			values = append(values, one...)
			p.accept(",")
		}
	}
	p.casts()
	p.expect(")")
	p.casts()
	return values, ok && p.err == nil
}

// Uses returns the columns of t whose names appear in an expression, or all of them if the
// expression cannot be parsed.
func (t *Table) Uses(sql string) []string {
	all, err := tokens(sql)
	var used []string
	for _, c := range t.Columns {
		if err != nil || slices.ContainsFunc(all, func(t token) bool {
			return (t.kind == word || t.kind == quoted) && t.text == c.Name
		}) {
			used = append(used, c.Name)
		}
	}
	return used
}
