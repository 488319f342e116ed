package config

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
)

// maxDepth limits nesting. No settings file nests so deeply.
const maxDepth = 40

var nested = regexp.MustCompile(`([-?:][ \t]+){40}|([&!]\S*[ \t]+){40}`)

// NestsTooDeeply reports whether the brackets or indicators of a YAML file nest deeper
// than in any settings file. The parser takes minutes and gigabytes for some of these
// files.
func NestsTooDeeply(text string) bool {
	depth := 0
	for _, r := range text {
		switch r {
		case '[', '{':
			if depth++; depth > maxDepth {
				return true
			}
		case ']', '}':
			depth = max(0, depth-1)
		}
	}
	return nested.MatchString(text)
}

// commands is the value of after_restore: a list of programs with arguments.
type commands [][]string

const commandsForm = `after_restore is a list of commands, each a list of words: after_restore: [["bin/rails", "db:migrate"]]`

func (c *commands) UnmarshalYAML(node ast.Node) error {
	wrong := func(n ast.Node) error {
		return &yaml.SyntaxError{Message: commandsForm, Token: n.GetToken()}
	}
	if _, ok := node.(*ast.NullNode); ok {
		return nil
	}
	list, ok := node.(*ast.SequenceNode)
	if !ok {
		return wrong(node)
	}
	for _, n := range list.Values {
		one, ok := n.(*ast.SequenceNode)
		if !ok {
			return wrong(n)
		}
		var command []string
		for _, n := range one.Values {
			word, ok := wordOf(n)
			if !ok || strings.Contains(word, "\x00") {
				return wrong(n)
			}
			command = append(command, word)
		}
		if len(command) == 0 || command[0] == "" {
			return wrong(n)
		}
		*c = append(*c, command)
	}
	return nil
}

// valuesOf returns the values of a list, or a single value as a list of one.
func valuesOf(node ast.Node) []ast.Node {
	if list, ok := node.(*ast.SequenceNode); ok {
		return list.Values
	}
	return []ast.Node{node}
}

// wordOf returns a scalar as it was written.
func wordOf(node ast.Node) (word string, ok bool) {
	switch n := node.(type) {
	case *ast.StringNode:
		return n.Value, true
	case *ast.LiteralNode:
		return n.Value.Value, true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		return n.GetToken().Value, true
	}
	return "", false
}

// nameList is a name or a list of names.
type nameList []string

func (t *nameList) UnmarshalYAML(node ast.Node) error {
	if _, ok := node.(*ast.NullNode); ok {
		return nil
	}
	for _, n := range valuesOf(node) {
		text, ok := wordOf(n)
		if !ok || text == "" || strings.Contains(text, "\x00") {
			return &yaml.SyntaxError{Message: "neither a name nor a list of names", Token: n.GetToken()}
		}
		*t = append(*t, text)
	}
	return nil
}

// word is a word or an integer, as it was written.
type word string

func (w *word) UnmarshalYAML(node ast.Node) error {
	switch n := node.(type) {
	case *ast.IntegerNode:
		*w = word(n.GetToken().Value)
	case *ast.StringNode:
		*w = word(n.Value)
	case *ast.NullNode:
	default:
		return &yaml.SyntaxError{Message: "neither a whole number nor a word", Token: node.GetToken()}
	}
	return nil
}

// whole is an integer. The decoder would truncate 2.5 to 2.
type whole int

func (w *whole) UnmarshalYAML(node ast.Node) error {
	if n, ok := node.(*ast.IntegerNode); ok {
		return yaml.NodeToValue(n, (*int)(w))
	}
	return &yaml.SyntaxError{Message: "not a whole number", Token: node.GetToken()}
}

// parse parses a file of one document, which may be empty.
func parse(text []byte) (file, error) {
	var parsed file
	d := yaml.NewDecoder(bytes.NewReader(text), yaml.Strict())
	if err := d.Decode(&parsed); errors.Is(err, io.EOF) {
		return file{}, nil
	} else if err != nil {
		return file{}, err
	}
	var second any
	switch err := d.Decode(&second); {
	case errors.Is(err, io.EOF):
		return parsed, nil
	case err != nil:
		return file{}, err
	}
	return file{}, errors.New("it contains more than one document (\"---\" starts a document)")
}

// trimBOM removes the byte order mark that some editors write at the start of a file.
func trimBOM(text []byte) []byte {
	return bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))
}

// rawNode is a part of hectl.yml that another package parses.
type rawNode struct{ node ast.Node }

func (r *rawNode) UnmarshalYAML(node ast.Node) error {
	r.node = node
	return nil
}

// urlList is a URL or a list of URLs.
type urlList []string

// UnmarshalYAML implements yaml.NodeUnmarshaler. Its errors contain no URL, because a URL
// may be a secret.
func (w *urlList) UnmarshalYAML(node ast.Node) error {
	for _, n := range valuesOf(node) {
		switch n := n.(type) {
		case *ast.StringNode:
			*w = append(*w, n.Value)
		case *ast.NullNode:
		default:
			return &yaml.SyntaxError{Message: "neither a URL nor a list of URLs", Token: node.GetToken()}
		}
	}
	return nil
}

// leftOut is the value of one kind below "without": a name, a list of names, or true for
// every entry of the kind.
type leftOut struct {
	all   bool
	names []string
}

func (l *leftOut) UnmarshalYAML(node ast.Node) error {
	if n, ok := node.(*ast.BoolNode); ok {
		l.all = n.Value
		return nil
	}
	for _, n := range valuesOf(node) {
		name, ok := n.(*ast.StringNode)
		if !ok {
			return &yaml.SyntaxError{Message: "neither true nor a name nor a list of names", Token: n.GetToken()}
		}
		l.names = append(l.names, name.Value)
	}
	return nil
}
