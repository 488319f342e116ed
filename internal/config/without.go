package config

import (
	"maps"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
)

// leftOut is what "without" in hectl.yml has under one kind: a name, a list of names,
// or true for all of that kind.
type leftOut struct {
	all   bool
	names []string
}

// UnmarshalYAML implements yaml.NodeUnmarshaler.
func (l *leftOut) UnmarshalYAML(node ast.Node) error {
	nodes := []ast.Node{node}
	switch n := node.(type) {
	case *ast.BoolNode:
		l.all = n.Value
		return nil
	case *ast.SequenceNode:
		nodes = n.Values
	}
	for _, n := range nodes {
		name, ok := n.(*ast.StringNode)
		if !ok {
			return &yaml.SyntaxError{Message: "neither true nor a name nor a list of names", Token: n.GetToken()}
		}
		l.names = append(l.names, name.Value)
	}
	return nil
}

// Without returns what a restore leaves out, as given with --without: KIND, or
// KIND:NAME. given are those of the flag, to which hectl.yml adds.
func (s *Sources) Without(given []string) []Value {
	var values []Value
	for _, text := range given {
		values = append(values, Value{text, "--without"})
	}
	for _, kind := range slices.Sorted(maps.Keys(s.file.Without)) {
		l := s.file.Without[kind]
		kind = strings.ReplaceAll(kind, "_", "-")
		if l.all {
			values = append(values, Value{kind, s.path})
		}
		for _, name := range l.names {
			values = append(values, Value{kind + ":" + name, s.path})
		}
	}
	return values
}
