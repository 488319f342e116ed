package schema

import "strings"

// LabelProviders returns the providers in SECURITY LABEL statements.
func LabelProviders(sql string) (names []string) {
	for _, l := range labels(sql) {
		names = append(names, l.provider)
	}
	return names
}

// WithoutLabels returns SECURITY LABEL statements without those of unwanted providers, or
// "" if none remain. pg_dump writes the labels of all providers together.
func WithoutLabels(sql string, unwanted func(provider string) bool) string {
	var b strings.Builder
	for _, l := range labels(sql) {
		if !unwanted(l.provider) {
			b.WriteString(l.sql + "\n")
		}
	}
	return b.String()
}

// label is a SECURITY LABEL statement.
type label struct{ provider, sql string }

func labels(sql string) (found []label) {
	all := outside(sql)
	for i := range all {
		if i > 0 && (all[i-1].kind != symbol || all[i-1].text != ";") {
			continue
		}
		p := &parser{sql: sql, all: all[i:]}
		if !p.accept("security label for") {
			continue
		}
		name := p.name()
		if p.err != nil {
			continue
		}
		stop := len(sql)
		for _, t := range all[i:] {
			if t.kind == symbol && t.text == ";" {
				stop = t.stop
				break
			}
		}
		found = append(found, label{name, sql[all[i].start:stop]})
	}
	return found
}

// WithoutAttributeOptions returns a definition without unknown column options, and the
// names of the options it cut. pg_dump writes such options after CREATE TABLE:
//
//	ALTER TABLE ONLY public.items ALTER COLUMN price SET (n_distinct=5, pg_attver=3);
//
// WithoutAttributeOptions removes a statement if none of its options remain. SQL that
// cannot be split into tokens stays unchanged. standard is the setting
// standard_conforming_strings.
func WithoutAttributeOptions(sql string, standard bool, known func(option string) bool) (edited string, cut []string) {
	all, err := lexer{escapes: !standard}.tokens(sql)
	if err != nil {
		return sql, nil
	}
	p := &parser{sql: sql, all: all}
	var b strings.Builder
	copied := 0
	for !p.over() {
		start := p.peek(0).start
		if options := p.attributeOptions(); options != nil {
			var kept []string
			for _, o := range options {
				if known(o.name) {
					kept = append(kept, o.text)
				} else {
					cut = append(cut, o.name)
				}
			}
			switch {
			case len(kept) == 0:
				b.WriteString(sql[copied:start])
				copied = p.all[p.at-1].stop // after the semicolon
			case len(kept) < len(options):
				b.WriteString(sql[copied:options[0].start] + strings.Join(kept, ", "))
				copied = options[len(options)-1].stop
			}
			continue
		}
		p.err = nil
		for !p.over() && !p.accept(";") {
			p.at++
		}
	}
	if len(cut) == 0 {
		return sql, nil
	}
	b.WriteString(sql[copied:])
	return b.String(), cut
}

// An attributeOption is one option and its place in the source.
type attributeOption struct {
	name, text  string
	start, stop int
}

// attributeOptions consumes a statement that sets options of a column. For any other
// statement it returns nil, and the parser does not move.
func (p *parser) attributeOptions() []attributeOption {
	at := p.at
	var options []attributeOption
	if p.accept("alter table") || p.accept("alter foreign table") || p.accept("alter materialized view") {
		p.accept("only")
		p.qualified()
		p.expect("alter column")
		p.name()
		p.expect("set (")
		for p.err == nil {
			o := attributeOption{start: p.peek(0).start}
			o.name = p.name()
			for p.err == nil && !p.sees(",") && !p.sees(")") {
				p.skip()
			}
			if p.err != nil {
				break
			}
			o.stop = p.all[p.at-1].stop
			o.text = p.sql[o.start:o.stop]
			options = append(options, o)
			if !p.accept(",") {
				break
			}
		}
		p.expect(")")
		p.expect(";")
		if p.err == nil {
			return options
		}
	}
	p.at, p.err = at, nil
	return nil
}

// WithoutRoles returns CREATE POLICY without unwanted roles, and the SQL of the roles that
// it kept and cut. edited is "" if no role remains. A policy for all roles and any other
// statement stay unchanged.
func WithoutRoles(sql string, unwanted func(role string) bool) (edited string, kept, cut []string) {
	p := &parser{sql: sql, all: read(sql)}
	p.expect("create policy")
	p.name()
	p.expect("on")
	p.qualified()
	for _, clause := range []string{"as", "for"} {
		if p.accept(clause) {
			p.name()
		}
	}
	p.expect("to")
	begin := p.peek(0).start
	for p.err == nil {
		start := p.peek(0).start
		if role := p.name(); p.err == nil && unwanted(role) {
			cut = append(cut, p.since(start))
		} else {
			kept = append(kept, p.since(start))
		}
		if !p.accept(",") {
			break
		}
	}
	switch {
	case p.err != nil:
		return sql, nil, nil
	case len(kept) == 0:
		return "", nil, cut
	}
	return sql[:begin] + strings.Join(kept, ", ") + sql[p.all[p.at-1].stop:], kept, cut
}
