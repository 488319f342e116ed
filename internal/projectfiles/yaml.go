package projectfiles

import (
	"errors"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"github.com/rubyforgood/hectl/internal/config"
)

// node is a YAML node with its line. An alias is the node that it refers to, so a tree
// can share nodes. A mapping includes the pairs that are merged into it.
type node struct {
	line      int
	scalar    string // text, unless it is a mapping or a list
	null      bool
	keys      []string // keys in the order of the file
	values    map[string]*node
	duplicate map[string]bool // keys that occur more than once
	list      []*node
}

// maxDepth limits nesting. None of these files nests so deeply.
const maxDepth = 40

// parseYAML returns the first document of text.
func parseYAML(text string) (*node, error) {
	if config.NestsTooDeeply(text) {
		return nil, errDepth
	}
	file, err := parser.ParseBytes([]byte(text), 0, parser.AllowDuplicateMapKey())
	if err != nil {
		return nil, err
	}
	for _, doc := range file.Docs {
		if doc.Body != nil {
			c := converter{anchors: map[string]*node{}}
			return c.node(doc.Body, 0)
		}
	}
	return &node{}, nil
}

var errDepth = errors.New("it is nested too deeply")

type converter struct {
	anchors map[string]*node
}

func (c *converter) node(n ast.Node, depth int) (*node, error) {
	if depth > maxDepth {
		return nil, errDepth
	}
	out := &node{}
	if t := n.GetToken(); t != nil && t.Position != nil {
		out.line = t.Position.Line
	}
	switch n := n.(type) {
	case *ast.AnchorNode:
		value, err := c.node(n.Value, depth+1)
		if err == nil && n.Name != nil {
			c.anchors[n.Name.GetToken().Value] = value
		}
		return value, err
	case *ast.AliasNode:
		if anchor, ok := c.anchors[n.Value.GetToken().Value]; ok {
			return anchor, nil
		}
		return nil, errors.New("an alias has no anchor before it")
	case *ast.TagNode:
		return c.node(n.Value, depth+1)
	case *ast.MappingNode:
		return out, c.mapping(out, n.Values, depth)
	case *ast.MappingValueNode:
		return out, c.mapping(out, []*ast.MappingValueNode{n}, depth)
	case *ast.SequenceNode:
		for _, v := range n.Values {
			value, err := c.node(v, depth+1)
			if err != nil {
				return nil, err
			}
			out.list = append(out.list, value)
		}
	case *ast.StringNode:
		out.scalar = n.Value
	case *ast.LiteralNode:
		out.scalar = n.Value.Value
	case *ast.NullNode:
		out.null = true
	default:
		if t := n.GetToken(); t != nil {
			out.scalar = t.Value // a number as written
		}
	}
	return out, nil
}

// mapping adds the pairs, then the pairs of merge keys, which replace no existing pair.
func (c *converter) mapping(out *node, pairs []*ast.MappingValueNode, depth int) error {
	out.values, out.duplicate = map[string]*node{}, map[string]bool{}
	var merged []*node
	for _, pair := range pairs {
		value, err := c.node(pair.Value, depth+1)
		if err != nil {
			return err
		}
		if pair.Key.IsMergeKey() {
			if value.list != nil {
				merged = append(merged, value.list...)
			} else {
				merged = append(merged, value)
			}
			continue
		}
		key := pair.Key.GetToken().Value
		if pair.Key.GetToken().Position != nil && value.null {
			value.line = pair.Key.GetToken().Position.Line
		}
		if _, ok := out.values[key]; ok {
			out.duplicate[key] = true
		} else {
			out.keys = append(out.keys, key)
		}
		out.values[key] = value
	}
	for _, m := range merged {
		for _, key := range m.keys {
			if _, ok := out.values[key]; !ok {
				out.keys = append(out.keys, key)
				out.values[key] = m.values[key]
				out.duplicate[key] = m.duplicate[key]
			}
		}
	}
	return nil
}

// get returns the node under keys, nil if there is none.
func (n *node) get(keys ...string) *node {
	for _, key := range keys {
		if n == nil {
			return nil
		}
		n = n.values[key]
	}
	return n
}

// text returns the text of a scalar, "" for any other node.
func (n *node) text() string {
	if n == nil {
		return ""
	}
	return n.scalar
}
