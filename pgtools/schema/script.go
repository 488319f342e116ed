package schema

import "strings"

// ScriptStatement is one statement of an SQL script.
type ScriptStatement struct {
	Line      int  // line of its first token, counted from 1
	Psql      bool // a psql command, such as \i
	FromStdin bool // COPY … FROM STDIN
}

// SplitScript splits a script at its semicolons, as psql does: not in quotes, comments,
// parentheses, or the body of a function. Use the result only for messages: the server
// splits the script itself.
func SplitScript(sql string) []ScriptStatement {
	all, _ := lexer{lenient: true}.tokens(sql) // a lenient lexer accepts any text
	var list []ScriptStatement
	line, counted, begin, depth, body := 1, 0, 0, 0, 0
	end := func(i int) {
		if i > begin {
			line += strings.Count(sql[counted:all[begin].start], "\n")
			counted = all[begin].start
			list = append(list, scriptStatement(line, &parser{sql: sql, all: all[begin:i]}))
		}
		begin, depth, body = i+1, 0, 0
	}
	for i, t := range all {
		switch {
		case t.kind == symbol && t.text == "(":
			depth++
		case t.kind == symbol && t.text == ")":
			depth--
		case t.kind == symbol && t.text == ";" && depth <= 0 && body == 0:
			end(i)
		case t.kind != word:
		case t.text == "begin" && (body > 0 || createsRoutine(&parser{sql: sql, all: all[begin:i]})):
			body++
		case t.text == "case" && body > 0:
			body++
		case t.text == "end":
			body = max(0, body-1)
		}
	}
	end(len(all))
	return list
}

func scriptStatement(line int, p *parser) ScriptStatement {
	s := ScriptStatement{Line: line, Psql: p.sees(`\`)}
	if p.accept("copy") {
		for rest := (&parser{sql: p.sql, all: p.outer()}); !rest.over() && !s.FromStdin; rest.at++ {
			s.FromStdin = rest.sees("from stdin")
		}
	}
	return s
}

// createsRoutine reports whether a statement creates a routine, whose body may contain
// semicolons.
func createsRoutine(p *parser) bool {
	if !p.accept("create") {
		return false
	}
	p.accept("or replace")
	return p.sees("function") || p.sees("procedure")
}
