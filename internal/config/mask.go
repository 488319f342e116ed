package config

import "github.com/goccy/go-yaml/ast"

// Mask returns the value of the key mask in hectl.yml, nil for none, and the path of the
// file.
func (s *Sources) Mask() (node ast.Node, path string) {
	return s.file.Mask.node, s.path
}
