package schema

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/rubyforgood/hectl/pgtools/archive"
)

// ErrKind is the error for an entry of an unknown kind. The archive may be valid, and
// written by a newer pg_dump.
var ErrKind = errors.New("this version of hectl does not support entries of its kind")

// Genuine refuses a table of contents that pg_dump would not write: with statements that do
// not belong in an entry of its kind, or text that pg_restore would run as a statement. The
// error names the first such entry.
//
// Genuine does not judge the effect of the statements. Functions, defaults and views are
// code, which runs with the privileges of the restoring role.
func Genuine(h *archive.Head) error {
	for _, v := range []struct{ what, text string }{{"server version", h.ServerVersion}, {"version of pg_dump", h.DumpVersion}} {
		if strings.ContainsFunc(v.text, func(r rune) bool { return r < ' ' }) {
			// pg_restore sends both values to the server, in a comment.
			return fmt.Errorf("the %s in its header has a control character: %.80q", v.what, v.text)
		}
	}
	if err := settings(h); err != nil {
		return err
	}
	known := kinds()
	for _, r := range textRulesOf(h) {
		g := judge{textRules: r, kinds: known}
		for e := range h.All() {
			if err := g.entry(e); err != nil {
				return fmt.Errorf("%s: %w", e, err)
			}
		}
	}
	return nil
}

var plainDesc = regexp.MustCompile(`^[A-Z]+([ -][A-Z]+)*$`)

// A judge checks entries.
type judge struct {
	textRules
	kinds map[string]kindOf
}

func (g judge) entry(e *archive.Entry) error {
	switch {
	case !plainDesc.MatchString(e.Desc): // pg_restore sends the kind to the server, in a comment
		return errors.New("its kind contains characters other than capital letters")
	case strings.Contains(e.Definition+e.Copy+e.Tag+e.Namespace, "\x00"):
		return errors.New("it has a zero byte, where pg_restore stops reading")
	case e.Copy != "" && e.Desc != "TABLE DATA":
		return errors.New("it has a COPY statement")
	case e.HadDumper && e.Desc != "TABLE DATA" && e.Desc != "BLOBS":
		return errors.New("it has data")
	case e.Desc == "TABLE DATA" && isCatalog(e.Namespace):
		return errors.New("it contains rows for a Postgres system catalog")
	case e.Desc == "BLOB METADATA": // pg_restore generates statements from this list
		if strings.Trim(e.Definition, "0123456789\n") != "" {
			return errors.New("it contains text other than numbers")
		}
		return nil
	case isSetting(e.Desc): // see settings
		return nil
	}
	statements, err := g.statements(e)
	if err != nil {
		return err
	}
	k, known := g.kinds[e.Desc]
	if !known {
		return g.unknown(e, statements)
	}
	for i, s := range statements {
		if i == 0 && slices.ContainsFunc(k.first, s.matches) || slices.ContainsFunc(k.more, s.matches) {
			if err := s.shared(e); err != nil {
				return err
			}
			continue
		}
		return fmt.Errorf("it contains %s, which pg_dump never writes there", s)
	}
	return nil
}

// unknown checks an entry of a kind that pg_dump 19 does not write.
func (g judge) unknown(e *archive.Entry, statements []statement) error {
	kind := strings.ToLower(e.Desc)
	if first, _, _ := strings.Cut(kind, " "); isClusterWide(first) {
		return fmt.Errorf("it affects the whole server: %w", ErrKind)
	}
	if len(statements) == 0 || len(statements) == 1 && statements[0].matches("create [or+replace] [unique|unlogged|trusted|default|constraint] "+kind) {
		return nil
	}
	return ErrKind
}

// isCatalog reports whether a schema belongs to Postgres itself.
func isCatalog(schema string) bool {
	return strings.HasPrefix(schema, "pg_") || schema == "information_schema"
}

// A statement is one SQL statement in an entry.
type statement struct {
	sql string
	all []token // its tokens
}

// String returns the beginning of the statement.
func (s statement) String() string {
	if len(s.all) == 0 {
		return "an empty statement"
	}
	text := s.sql[s.all[0].start:s.all[len(s.all)-1].stop]
	if len(text) > 60 {
		text = text[:60] + "…"
	}
	return fmt.Sprintf("%q", text)
}

// statements splits the definition of an entry as the server would.
func (g judge) statements(e *archive.Entry) ([]statement, error) {
	sql := g.narrow(e.Definition)
	all, err := g.tokens(sql)
	if err != nil {
		return nil, err
	}
	var found []statement
	start, depth, body := 0, 0, 0
	for i, t := range all {
		isWord, opened := t.kind == word, false
		switch {
		case t.kind == symbol && (t.text == "(" || t.text == "["):
			depth++
		case t.kind == symbol && (t.text == ")" || t.text == "]"):
			if depth--; depth < 0 {
				return nil, errors.New("its parentheses do not match")
			}
		case depth > 0:
		case isWord && body == 0 && t.text == "atomic" && g.kinds[e.Desc].body && i > 0 && all[i-1].kind == word && all[i-1].text == "begin":
			body, opened = 1, true
		case isWord && body > 0 && t.text == "case":
			body++
		case isWord && body > 0 && t.text == "end":
			body--
		case t.kind == symbol && t.text == ";" && body == 0:
			if i > start {
				found = append(found, statement{sql, all[start:i]})
			}
			start = i + 1
		}
		// Only the server's grammar knows for certain where a body ends, so the statements
		// in it must also be harmless outside it.
		if body > 0 && depth == 0 && i+1 < len(all) && (opened || t.kind == symbol && t.text == ";") {
			if next := all[i+1]; next.kind != word && next.kind != symbol || !beginsQuery(next.text) && next.text != "end" {
				return nil, fmt.Errorf("the body of the routine has a statement that begins with %q", next.text)
			}
		}
	}
	if depth != 0 || body != 0 {
		return nil, errors.New("its parentheses do not match")
	}
	if start < len(all) {
		found = append(found, statement{sql, all[start:]})
	}
	return found, nil
}

// shared refuses statements that would change something outside the database.
func (s statement) shared(e *archive.Entry) error {
	p := s.parser()
	switch e.Desc {
	case "COMMENT":
		p.accept("comment")
	case "SECURITY LABEL":
		p.accept("security label")
		if p.accept("for") {
			p.at++
		}
	case "STATISTICS DATA", "EXTENDED STATISTICS DATA":
		if s.nests() {
			return fmt.Errorf("it contains %s, which calls another function", s)
		}
		return nil
	default:
		return nil
	}
	if !p.accept("on") {
		return fmt.Errorf("it contains %s, which pg_dump never writes there", s)
	}
	// An entry may be about the database itself: pg_restore skips such entries by their
	// tag.
	about := p.peek(0)
	if about.kind == word && isClusterWide(about.text) && (about.text != "database" || !strings.HasPrefix(e.Tag, "DATABASE ")) {
		return fmt.Errorf("it contains %s, which is not part of this database", s)
	}
	return nil
}

// nests reports whether the statement has nested parentheses.
func (s statement) nests() bool {
	depth := 0
	for _, t := range s.all {
		if t.kind != symbol {
			continue
		}
		switch t.text {
		case "(":
			if depth++; depth > 1 {
				return true
			}
		case ")":
			depth--
		}
	}
	return false
}

func (s statement) parser() *parser { return &parser{sql: s.sql, all: s.all} }

// matches reports whether the statement has the form of a pattern; see kinds. An ALTER may
// make only one change, so it must not have a comma, except in forms where pg_dump writes a
// list.
func (s statement) matches(pattern string) bool {
	p := s.parser()
	for element := range strings.FieldsSeq(pattern) {
		if !p.takes(element) {
			return false
		}
	}
	if !strings.HasPrefix(pattern, "alter ") || slices.Contains([]string{"text", "operator", "default"}, p.all[1].text) {
		return true
	}
	return !slices.ContainsFunc(s.parser().outer(), func(t token) bool { return t.kind == symbol && t.text == "," })
}

// takes consumes the tokens that match one element of a pattern.
func (p *parser) takes(element string) bool {
	switch {
	case element == "$":
		return p.over()
	case element == "@":
		p.qualified()
		if p.err == nil && p.accept(".") { // a column, or a database before the schema
			p.name()
		}
		return p.err == nil
	case element == "lit":
		p.at++
		return p.peek(-1).kind == literal
	case element[0] == '\'':
		p.at++
		return p.peek(-1).kind == literal && p.peek(-1).text == strings.Trim(element, "'")
	case element == "num":
		p.accept("-")
		p.at++
		return p.peek(-1).kind == number
	case element[0] == '!':
		return !slices.ContainsFunc(p.outer(), func(t token) bool { return t.kind == word && t.text == element[1:] })
	case len(element) > 2 && (element[0] == '[' || element[0] == '<'):
		for option := range strings.SplitSeq(element[1:len(element)-1], "|") {
			if p.accept(strings.ReplaceAll(option, "+", " ")) {
				return true
			}
		}
		return element[0] == '['
	}
	return p.accept(element)
}

// outer returns the remaining tokens that are not inside parentheses or brackets, including
// the outermost parentheses and brackets themselves.
func (p *parser) outer() []token {
	var found []token
	depth := 0
	for _, t := range p.all[min(p.at, len(p.all)):] {
		opens, closes := t.kind == symbol && (t.text == "(" || t.text == "["), t.kind == symbol && (t.text == ")" || t.text == "]")
		if closes {
			depth--
		}
		if depth <= 0 {
			found = append(found, t)
		}
		if opens {
			depth++
		}
	}
	return found
}
