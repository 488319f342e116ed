package mask

import (
	_ "embed"
	"fmt"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// humanEssentials is the name of the built-in rules.
const humanEssentials = "human-essentials"

//go:embed human-essentials.yml
var humanEssentialsFile []byte

// BuiltIn returns the built-in rules in the format of hectl.yml.
func BuiltIn() string { return string(humanEssentialsFile) }

// mustBuiltIn parses the built-in rules. It panics on an error, which the tests rule out.
func mustBuiltIn() *Rules {
	file, err := parser.ParseBytes(humanEssentialsFile, 0)
	if err != nil {
		panic(err)
	}
	p := &yamlRules{file: humanEssentials + ".yml", anchors: map[string]ast.Node{}}
	r := &Rules{}
	for _, kv := range p.pairs(file.Docs[0].Body) {
		p.rules(r, kv.value)
	}
	if err := p.err("the built-in rules"); err != nil {
		panic(fmt.Sprint(err))
	}
	return r
}
