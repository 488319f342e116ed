package config

import "github.com/goccy/go-yaml/ast"

// Mask returns what hectl.yml has under the key mask, nil when it has no such
// key, and the path of the file.
func (s *Sources) Mask() (node ast.Node, path string) {
	return s.file.Mask.node, s.path
}
