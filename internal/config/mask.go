package config

import "github.com/goccy/go-yaml/ast"

// rawNode is a part of hectl.yml that somebody else reads.
type rawNode struct{ node ast.Node }

// UnmarshalYAML implements yaml.NodeUnmarshaler.
func (r *rawNode) UnmarshalYAML(node ast.Node) error {
	r.node = node
	return nil
}

// Mask returns what hectl.yml has under the key mask, nil when it has no such
// key, and the path of the file.
func (s *Sources) Mask() (node ast.Node, path string) {
	return s.file.Mask.node, s.path
}
