package config

import (
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
)

// words is one string, or a list of them.
type words []string

// UnmarshalYAML implements yaml.NodeUnmarshaler. Its errors repeat no value: it
// may be a secret.
func (w *words) UnmarshalYAML(node ast.Node) error {
	nodes := []ast.Node{node}
	if list, ok := node.(*ast.SequenceNode); ok {
		nodes = list.Values
	}
	for _, n := range nodes {
		switch n := n.(type) {
		case *ast.StringNode:
			*w = append(*w, n.Value)
		case *ast.NullNode:
		default:
			return &yaml.SyntaxError{Message: "neither a URL nor a list of them", Token: node.GetToken()}
		}
	}
	return nil
}

// Notify resolves the URLs that are told how a run ended, unparsed: given are
// those of --notify; HECTL_NOTIFY holds them with spaces between. They are
// secrets, and printed nowhere.
func (s *Sources) Notify(given []string) ([]Value, error) {
	texts, origin := given, "--notify"
	if len(texts) == 0 {
		texts, origin = strings.Fields(s.env["HECTL_NOTIFY"]), "HECTL_NOTIFY"
	}
	if len(texts) == 0 {
		texts, origin = s.file.Notify, s.path
	}
	var urls []Value
	for _, text := range texts {
		if err := (Flags{"notify": text}).check(); err != nil {
			return nil, err
		}
		urls = append(urls, Value{text, origin})
	}
	return urls, nil
}
