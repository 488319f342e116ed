package schema

import "strings"

// WithoutAttributeOptions returns a definition without the options of columns that
// known refuses, and their names. pg_dump writes them after CREATE TABLE:
//
//	ALTER TABLE ONLY public.items ALTER COLUMN price SET (n_distinct=5, pg_attver=3);
//
// A statement of which nothing is left goes. What cannot be split into tokens stays
// as it is. standard says whether standard_conforming_strings is on.
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
				copied = p.all[p.at-1].stop // the semicolon goes too
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

// attributeOption is one option, and where it is.
type attributeOption struct {
	name, text  string
	start, stop int
}

// attributeOptions takes a statement that sets options of a column. For any other it
// returns nil, and the parser is where it was.
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
