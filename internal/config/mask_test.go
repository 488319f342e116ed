package config

import (
	"path/filepath"
	"testing"

	"github.com/goccy/go-yaml/ast"
)

func TestMask(t *testing.T) {
	for text, line := range map[string]int{"": 0, "jobs: 3\n": 0, "jobs: 3\nmask:\n  mode: on\n": 3, "\ufeffmask: {mode: on}\n": 1} {
		s := load(t, map[string]string{"app/hectl.yml": text})
		node, path := s.Mask()
		if filepath.Base(path) != FileName {
			t.Errorf("%q: path %q", text, path)
		}
		switch {
		case line == 0 && node != nil:
			t.Errorf("%q: %v", text, node)
		case line > 0:
			n, ok := node.(ast.MapNode)
			if !ok {
				t.Fatalf("%q: %T", text, node)
			}
			values := n.MapRange()
			if !values.Next() || values.Key().GetToken().Position.Line != line {
				t.Errorf("%q: %v", text, node)
			}
		}
	}
	if node, path := load(t, nil).Mask(); node != nil || path != "" {
		t.Errorf("%v, %q without a file", node, path)
	}
}
