package mask

import (
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
	"github.com/xrash/smetrics"

	"github.com/rubyforgood/hectl/mask/methods"
	"github.com/rubyforgood/hectl/pgtools/schema"
)

// Parse reads the key mask of the hectl.yml at path. A nil node means that the file has no
// such key. The error lists every problem.
func Parse(node ast.Node, path string) (*Rules, error) {
	if node == nil {
		return Default(), nil
	}
	r := &Rules{Mode: On, Unlisted: UnlistedFail, path: path, base: humanEssentials}
	p := &yamlRules{file: filepath.Base(path), dir: filepath.Dir(path), anchors: map[string]ast.Node{}}
	p.rules(r, node)
	if err := p.err("the masking rules in " + path); err != nil {
		return nil, err
	}
	r.on(r.base)
	return r, nil
}

// yamlRules reads rules from YAML and collects problems.
type yamlRules struct {
	problems
	file, dir string
	anchors   map[string]ast.Node
}

func (p *yamlRules) place(n ast.Node) place {
	at := place{File: p.file}
	if t := n.GetToken(); t != nil && t.Position != nil {
		at.Line, at.Column = t.Position.Line, t.Position.Column
	}
	return at
}

func (p *yamlRules) wrong(n ast.Node, on, do, format string, args ...any) {
	p.add(p.place(n), on, do, format, args...)
}

// value resolves anchors, aliases and tags.
func (p *yamlRules) value(n ast.Node) ast.Node {
	switch n := n.(type) {
	case *ast.AnchorNode:
		v := p.value(n.Value)
		p.anchors[n.Name.String()] = v
		return v
	case *ast.AliasNode:
		if v := p.anchors[n.Value.String()]; v != nil {
			return v
		}
		p.wrong(n, "", "", "no anchor with that name precedes %s in the rules", n)
		return nil
	case *ast.TagNode:
		return p.value(n.Value)
	}
	return n
}

// pair is a key with its value.
type pair struct {
	key   string
	at    ast.Node // the key's node
	value ast.Node // nil if it cannot be parsed, which has been reported
}

// pairs returns the pairs of a mapping, or nil if n is not one.
func (p *yamlRules) pairs(n ast.Node) []pair {
	var values []*ast.MappingValueNode
	switch n := n.(type) {
	case *ast.MappingNode:
		values = n.Values
	case *ast.MappingValueNode:
		values = []*ast.MappingValueNode{n}
	}
	list := []pair{}
	for _, v := range values {
		key, ok := p.text(p.value(v.Key))
		if _, merge := v.Key.(*ast.MergeKeyNode); merge || !ok {
			p.wrong(v.Key, "", "", "only names can be keys here")
			continue
		}
		list = append(list, pair{key, v.Key, p.value(v.Value)})
	}
	return list
}

// text returns a scalar exactly as written.
func (p *yamlRules) text(n ast.Node) (string, bool) {
	switch n := n.(type) {
	case *ast.StringNode:
		return n.Value, true
	case *ast.LiteralNode:
		return n.Value.Value, true
	case *ast.MappingKeyNode, nil:
		return "", false
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode, *ast.NullNode:
		return n.GetToken().Value, true
	}
	return "", false
}

func isMapping(n ast.Node) bool {
	switch n.(type) {
	case *ast.MappingNode, *ast.MappingValueNode:
		return true
	}
	return false
}

// blank reports whether a key has no value.
func blank(n ast.Node) bool {
	null, ok := n.(*ast.NullNode)
	return ok && null.GetToken().Type == token.ImplicitNullType
}

// rules reads the value of the key mask.
func (p *yamlRules) rules(r *Rules, n ast.Node) {
	n = p.value(n)
	if !isMapping(n) {
		p.wrong(n, "mask", "for example: mask: {mode: on}", "it is not a mapping")
		return
	}
	for _, kv := range p.pairs(n) {
		switch kv.key {
		case "mode":
			r.Mode = Mode(p.word(kv, string(Off), string(On), string(Required)))
		case "unlisted":
			r.Unlisted = Unlisted(p.word(kv, string(UnlistedKeep), string(UnlistedWarn), string(UnlistedFail)))
		case "base":
			r.base = p.word(kv, humanEssentials, "none")
		case "large_objects":
			r.largeObjects = p.word(kv, "keep", "none")
		case "seed":
			r.SeedFile = p.seed(kv)
		case "after":
			r.After = p.files(kv)
		case "tables":
			r.own = p.tables(kv.value)
		case "definitions":
			r.reviewed = p.definitions(kv)
		default:
			p.wrong(kv.at, "mask."+kv.key, "", "there is no such key%s; the keys are mode, unlisted, seed, base, tables, definitions, after and large_objects",
				nearest(kv.key, []string{"mode", "unlisted", "seed", "base", "tables", "definitions", "after", "large_objects"}))
		}
	}
}

func (p *yamlRules) definitions(kv pair) map[string]string {
	if !isMapping(kv.value) {
		if kv.value != nil && !blank(kv.value) {
			p.wrong(kv.value, "mask.definitions", `for example: definitions: {"view public.report": keep}`, "it is not a mapping")
		}
		return nil
	}
	reviewed := map[string]string{}
	for _, one := range p.pairs(kv.value) {
		text, ok := p.text(one.value)
		if !ok || text != "keep" && !definitionHash.MatchString(text) {
			p.wrong(one.at, "mask.definitions", `run "hectl mask check --suggest" to print the hashes`, "%s needs keep or a definition's hash", one.key)
			continue
		}
		reviewed[one.key] = text
	}
	return reviewed
}

// definitionHash matches Definition.Hash.
var definitionHash = regexp.MustCompile(`^[0-9a-f]{12}$`)

// word reads one of words. It compares text, because YAML 1.1 treats on and off as
// booleans.
func (p *yamlRules) word(kv pair, words ...string) string {
	text, ok := p.text(kv.value)
	if ok && slices.Contains(words, text) {
		return text
	}
	if kv.value == nil {
		return ""
	}
	p.wrong(kv.value, "mask."+kv.key, "", "it must be one of %s", strings.Join(words, ", "))
	return ""
}

// seed reads the path of the seed file, which is relative to hectl.yml unless it begins
// with ~/.
func (p *yamlRules) seed(kv pair) string {
	text, _ := p.text(kv.value)
	path, ok := strings.CutPrefix(text, "file:")
	if !ok || path == "" {
		if kv.value != nil {
			p.wrong(kv.value, "mask.seed", "for example: seed: file:~/.config/hectl/seed", "the seed must be in a file of its own, because it is secret")
		}
		return ""
	}
	return p.path(path)
}

func (p *yamlRules) path(path string) string {
	if filepath.IsAbs(path) || strings.HasPrefix(path, "~/") {
		return path
	}
	return filepath.Join(p.dir, path)
}

func (p *yamlRules) files(kv pair) []string {
	nodes := []ast.Node{kv.value}
	if list, ok := kv.value.(*ast.SequenceNode); ok {
		nodes = list.Values
	}
	var paths []string
	for _, n := range nodes {
		text, ok := p.text(p.value(n))
		if _, null := n.(*ast.NullNode); null || !ok || text == "" {
			p.wrong(n, "mask.after", `for example: after: ["db/hectl_after.sql"]`, "it is not the path of an SQL file")
			continue
		}
		paths = append(paths, p.path(text))
	}
	return paths
}

func (p *yamlRules) tables(n ast.Node) []tableRule {
	if n == nil || blank(n) {
		return nil
	}
	if !isMapping(n) {
		p.wrong(n, "mask.tables", "for example: tables: {users: {email: email}}", "it is not a mapping")
		return nil
	}
	var rules []tableRule
	for _, kv := range p.pairs(n) {
		if rule, ok := p.table(kv); ok {
			rules = append(rules, rule)
		}
	}
	return rules
}

const tableForms = "a table has columns with their methods, or keep, or {rows: none}"

// table reads the rule for one table or pattern.
func (p *yamlRules) table(kv pair) (tableRule, bool) {
	rule := tableRule{at: p.place(kv.at)}
	var err error
	if rule.pattern, err = schema.ParsePattern(kv.key); err != nil {
		p.wrong(kv.at, "", `for example: "audit_*", public.versions, '"Mixed Case"'`, "%v", err)
		return rule, false
	}
	if text, ok := p.text(kv.value); ok && text == "keep" {
		rule.keep = true
		return rule, true
	}
	if !isMapping(kv.value) {
		if kv.value != nil {
			p.wrong(kv.value, kv.key, "", "%s", tableForms)
		}
		return rule, false
	}
	for _, column := range p.pairs(kv.value) {
		word, _ := p.text(column.value)
		switch {
		case column.value == nil:
		case column.key == "rows" && (word == "none" || word == "all"):
			rule.rows = word
		case column.key == "*":
			if rule.rest = word == "keep"; !rule.rest {
				p.wrong(column.value, kv.key+".*", "", `all other columns can only be kept: "*": keep`)
			}
		default:
			if spec, ok := p.method(column.value, kv.key+"."+column.key, true); ok {
				rule.columns = append(rule.columns, columnRule{column.key, spec, p.place(column.value)})
			}
		}
	}
	if rule.rows == "none" && (rule.rest || len(rule.columns) > 0) {
		p.add(rule.at, kv.key, "remove the columns, or {rows: none}", "a table with {rows: none} has no columns to mask")
	}
	return rule, true
}

// method reads a method: a name, or a name with an argument.
func (p *yamlRules) method(n ast.Node, on string, paths bool) (methods.Spec, bool) {
	if blank(n) {
		p.wrong(n, on, "write null to make every value NULL, or keep", "it has no method")
		return methods.Spec{}, false
	}
	if _, ok := n.(*ast.NullNode); ok {
		return methods.Spec{Name: "null"}, true
	}
	if isMapping(n) {
		list := p.pairs(n)
		if len(list) != 1 {
			p.wrong(n, on, "for example: {shift_days: 180}", "a method is a name, or one name with its argument")
			return methods.Spec{}, false
		}
		return p.argument(list[0], on, paths)
	}
	text, isText := n.(*ast.StringNode)
	if !isText {
		do := ""
		if written, ok := p.text(n); ok {
			do = "for a fixed value write {value: " + written + "}"
		}
		p.wrong(n, on, do, "it is not the name of a method")
		return methods.Spec{}, false
	}
	facts, ok := methods.FactsOf(text.Value)
	switch {
	case !ok:
		p.wrong(n, on, "for a fixed value write {value: …}", "there is no method %q%s", text.Value, nearestMethod(text.Value))
	case facts.Argument == methods.NeedsNumber:
		p.wrong(n, on, "", "%s needs a number: {%s: 30}", facts.Name, facts.Name)
	case facts.Argument == methods.NeedsText:
		p.wrong(n, on, "", "%s needs text: {%s: password}", facts.Name, facts.Name)
	case facts.Argument == methods.NeedsTexts:
		p.wrong(n, on, "", "%s needs a list: {%s: [a, b]}", facts.Name, facts.Name)
	default:
		return methods.Spec{Name: facts.Name}, true
	}
	return methods.Spec{}, false
}

// argument reads a method with its argument.
func (p *yamlRules) argument(kv pair, on string, paths bool) (methods.Spec, bool) {
	spec := methods.Spec{Name: kv.key}
	facts, ok := methods.FactsOf(kv.key)
	if !ok {
		p.wrong(kv.at, on, "", "there is no method %q%s", kv.key, nearestMethod(kv.key))
		return spec, false
	}
	if kv.value == nil {
		return spec, false
	}
	text, isText := p.text(kv.value)
	if _, null := kv.value.(*ast.NullNode); null {
		p.wrong(kv.value, on, "for NULL write null", "%s has no argument", kv.key)
		return spec, false
	}
	_, isNumber := kv.value.(*ast.IntegerNode)
	switch facts.Argument {
	case methods.NoArgument:
		p.wrong(kv.value, on, "write "+kv.key+" alone", "%s takes no argument", kv.key)
		return spec, false
	case methods.OptionalNumber, methods.NeedsNumber:
		n, err := strconv.Atoi(text)
		if !isNumber || err != nil {
			p.wrong(kv.value, on, "", "%s takes a whole number", kv.key)
			return spec, false
		}
		spec.Number = n
	case methods.NeedsTexts:
		if spec.Texts, ok = p.texts(kv, on); !ok {
			return spec, false
		}
	case methods.OptionalPaths:
		if isMapping(kv.value) && paths {
			return p.paths(spec, kv, on)
		}
		fallthrough
	case methods.OptionalWord:
		if !isText || !slices.Contains(facts.Words, text) {
			p.wrong(kv.value, on, "", "%s takes %s, or nothing", kv.key, strings.Join(facts.Words, " or "))
			return spec, false
		}
		spec.Text = text
	case methods.NeedsText:
		if !isText {
			p.wrong(kv.value, on, "", "%s takes text", kv.key)
			return spec, false
		}
		spec.Text = text
	}
	return spec, true
}

// texts reads a list of strings.
func (p *yamlRules) texts(kv pair, on string) ([]string, bool) {
	list, isList := kv.value.(*ast.SequenceNode)
	if !isList || len(list.Values) == 0 {
		p.wrong(kv.value, on, "", "%s takes a list: {%s: [a, b]}", kv.key, kv.key)
		return nil, false
	}
	var texts []string
	for _, n := range list.Values {
		one, ok := p.text(p.value(n))
		if _, null := n.(*ast.NullNode); null || !ok {
			p.wrong(n, on, "", "%s takes a list of strings and numbers", kv.key)
			return nil, false
		}
		texts = append(texts, one)
	}
	return texts, true
}

// paths reads the methods for the paths of the json method.
func (p *yamlRules) paths(spec methods.Spec, kv pair, on string) (methods.Spec, bool) {
	spec.Paths = map[string]methods.Spec{}
	whole := true
	for _, path := range p.pairs(kv.value) {
		if path.value == nil {
			whole = false
			continue
		}
		inner, ok := p.method(path.value, on+": "+path.key, false)
		whole = whole && ok
		spec.Paths[path.key] = inner
	}
	if len(spec.Paths) == 0 && whole {
		p.wrong(kv.value, on, "write json to mask every string in it", "it names no paths")
		whole = false
	}
	return spec, whole
}

func nearestMethod(name string) string {
	names := namesOf(func(methods.Facts) bool { return true })
	if near := nearest(name, names); near != "" {
		return near
	}
	return "; the methods are " + strings.Join(names, ", ")
}

// nearest returns the most similar of names, or "" if none is similar.
func nearest(name string, names []string) string {
	best, score := "", 0.0
	for _, n := range names {
		if s := smetrics.JaroWinkler(strings.ToLower(name), strings.ToLower(n), 0.7, 4); s > score {
			best, score = n, s
		}
	}
	if score < 0.8 {
		return ""
	}
	return " (did you mean " + best + "?)"
}
