package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/ext/tryfunc"
	"github.com/hashicorp/hcl/v2/ext/typeexpr"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

// A terraform evaluates the module in contrib/terraform as "tofu plan" would, without a
// provider: values that AWS would decide come from awsAnswers.
type terraform struct {
	variables, outputs, resources, data map[string]*hclsyntax.Block
	attributes                          map[string]*hclsyntax.Attribute // attributes of the locals
	values                              map[string]cty.Value            // values already evaluated
	given                               map[string]cty.Value
}

// awsAnswers are the values of the data sources: the placeholders that the docs use.
var awsAnswers = map[string]cty.Value{
	"aws_caller_identity": cty.ObjectVal(map[string]cty.Value{"account_id": cty.StringVal("ACCOUNT")}),
	"aws_partition":       cty.ObjectVal(map[string]cty.Value{"partition": cty.StringVal("aws")}),
	"aws_region":          cty.ObjectVal(map[string]cty.Value{"region": cty.StringVal("us-east-2")}),
}

var terraformFunctions = map[string]function.Function{
	"can": tryfunc.CanFunc, "compact": stdlib.CompactFunc, "concat": stdlib.ConcatFunc, "contains": stdlib.ContainsFunc,
	"flatten": stdlib.FlattenFunc, "join": stdlib.JoinFunc, "jsonencode": stdlib.JSONEncodeFunc, "keys": stdlib.KeysFunc,
	"length": stdlib.LengthFunc, "lookup": stdlib.LookupFunc, "regex": stdlib.RegexFunc, "regexall": stdlib.RegexAllFunc,
	"setsubtract": stdlib.SetSubtractFunc, "trim": stdlib.TrimFunc, "values": stdlib.ValuesFunc,
}

// terraformFiles returns the text of the module's files.
func terraformFiles(t *testing.T) map[string]string {
	t.Helper()
	paths, err := filepath.Glob("contrib/terraform/*.tf")
	if err != nil || len(paths) == 0 {
		t.Fatal(paths, err)
	}
	files := map[string]string{}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		files[path] = string(text)
	}
	return files
}

func parseTerraform(files map[string]string, given map[string]cty.Value) (*terraform, error) {
	m := &terraform{
		variables: map[string]*hclsyntax.Block{}, outputs: map[string]*hclsyntax.Block{},
		resources: map[string]*hclsyntax.Block{}, data: map[string]*hclsyntax.Block{},
		attributes: map[string]*hclsyntax.Attribute{}, values: map[string]cty.Value{}, given: given,
	}
	for _, path := range slices.Sorted(maps.Keys(files)) {
		file, diagnostics := hclsyntax.ParseConfig([]byte(files[path]), path, hcl.InitialPos)
		if diagnostics.HasErrors() {
			return nil, diagnostics
		}
		for _, block := range file.Body.(*hclsyntax.Body).Blocks {
			switch name := strings.Join(block.Labels, "."); block.Type {
			case "variable":
				m.variables[name] = block
			case "output":
				m.outputs[name] = block
			case "resource":
				m.resources[name] = block
			case "data":
				m.data[name] = block
			case "locals":
				maps.Copy(m.attributes, block.Body.Attributes)
			case "terraform":
			default:
				return nil, fmt.Errorf("%s: block %s", path, block.Type)
			}
		}
	}
	for name := range given {
		if m.variables[name] == nil {
			return nil, fmt.Errorf("there is no variable %s", name)
		}
	}
	return m, nil
}

// all evaluates everything in the module.
func (m *terraform) all() error {
	for name := range m.variables {
		if err := m.validate(name); err != nil {
			return fmt.Errorf("var.%s: %w", name, err)
		}
	}
	for name := range m.attributes {
		if _, err := m.value("local", name); err != nil {
			return err
		}
	}
	for name, block := range m.resources {
		if _, err := m.value(block.Labels[0], block.Labels[1]); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	for name := range m.outputs {
		if _, err := m.output(name); err != nil {
			return err
		}
	}
	return nil
}

func (m *terraform) output(name string) (cty.Value, error) {
	block := m.outputs[name]
	if block == nil {
		return cty.NilVal, fmt.Errorf("there is no output %s", name)
	}
	v, err := m.evaluate(block.Body.Attributes["value"].Expr, nil)
	if err != nil {
		return v, fmt.Errorf("output.%s: %w", name, err)
	}
	return v, nil
}

// value returns local.NAME, var.NAME, or all instances of the resource KIND.NAME.
func (m *terraform) value(kind, name string) (cty.Value, error) {
	key := kind + "." + name
	if v, ok := m.values[key]; ok {
		return v, nil
	}
	var v cty.Value
	var err error
	switch kind {
	case "var":
		v, err = m.variable(name)
	case "local":
		if m.attributes[name] == nil {
			return v, fmt.Errorf("there is no %s", key)
		}
		v, err = m.evaluate(m.attributes[name].Expr, nil)
	default:
		v, err = m.resource(key)
	}
	if err != nil {
		return v, err
	}
	m.values[key] = v
	return v, nil
}

func (m *terraform) variable(name string) (cty.Value, error) {
	block := m.variables[name]
	if block == nil {
		return cty.NilVal, fmt.Errorf("there is no var.%s", name)
	}
	if block.Body.Attributes["description"] == nil {
		return cty.NilVal, fmt.Errorf("var.%s has no description", name)
	}
	kind, diagnostics := typeexpr.TypeConstraint(block.Body.Attributes["type"].Expr)
	if diagnostics.HasErrors() {
		return cty.NilVal, diagnostics
	}
	v, ok := m.given[name]
	if !ok {
		if block.Body.Attributes["default"] == nil {
			return cty.NilVal, fmt.Errorf("var.%s is required", name)
		}
		if v, diagnostics = block.Body.Attributes["default"].Expr.Value(nil); diagnostics.HasErrors() {
			return v, diagnostics
		}
	}
	return convert.Convert(v, kind)
}

// validate checks the value of a variable against the variable's validation blocks.
func (m *terraform) validate(name string) error {
	for _, block := range m.variables[name].Body.Blocks {
		ok, err := m.evaluate(block.Body.Attributes["condition"].Expr, nil)
		if err != nil {
			return err
		}
		if ok.False() {
			text, err := m.evaluate(block.Body.Attributes["error_message"].Expr, nil)
			if err != nil {
				return err
			}
			return errors.New(text.AsString())
		}
	}
	return nil
}

func (m *terraform) resource(key string) (cty.Value, error) {
	block := m.resources[key]
	if block == nil {
		return cty.NilVal, fmt.Errorf("there is no resource %s", key)
	}
	if each := block.Body.Attributes["for_each"]; each != nil {
		instances, err := m.evaluate(each.Expr, nil)
		if err != nil {
			return instances, err
		}
		made := map[string]cty.Value{}
		for k, v := range instances.AsValueMap() {
			if made[k], err = m.instance(block, map[string]cty.Value{"each": cty.ObjectVal(map[string]cty.Value{"key": cty.StringVal(k), "value": v})}); err != nil {
				return cty.NilVal, err
			}
		}
		return cty.ObjectVal(made), nil
	}
	if count := block.Body.Attributes["count"]; count != nil {
		n, err := m.evaluate(count.Expr, nil)
		if err != nil || n.RawEquals(cty.Zero) {
			return cty.EmptyTupleVal, err
		}
		one, err := m.instance(block, nil)
		return cty.TupleVal([]cty.Value{one}), err
	}
	return m.instance(block, nil)
}

func (m *terraform) instance(block *hclsyntax.Block, scope map[string]cty.Value) (cty.Value, error) {
	made, err := m.body(block.Body, scope, terraformSchema[block.Labels[0]], block.Labels[0])
	if err != nil {
		return cty.NilVal, err
	}
	for _, from := range []string{"bucket", "name", "role"} {
		if v, ok := made[from]; ok {
			made["id"] = v
			made["arn"] = cty.StringVal("arn of " + v.AsString())
			break
		}
	}
	return cty.ObjectVal(made), nil
}

// body evaluates the attributes and blocks of a resource, and checks their names.
func (m *terraform) body(body *hclsyntax.Body, scope map[string]cty.Value, schema, where string) (map[string]cty.Value, error) {
	known := strings.Fields(schema)
	made := map[string]cty.Value{}
	for name, attribute := range body.Attributes {
		if name == "for_each" || name == "count" {
			continue
		}
		if name == "depends_on" {
			for _, dependency := range attribute.Expr.Variables() {
				if err := m.resolve(dependency, map[string]map[string]cty.Value{}); err != nil {
					return nil, err
				}
			}
			continue
		}
		if !slices.Contains(known, name) && !slices.Contains(known, name+"!") {
			return nil, fmt.Errorf("%s has no argument %s", where, name)
		}
		v, err := m.evaluate(attribute.Expr, scope)
		if err != nil {
			return nil, err
		}
		made[name] = v
	}
	blocks := map[string][]cty.Value{}
	for _, nested := range body.Blocks {
		path := where + "." + nested.Type
		inner, ok := terraformSchema[path]
		if !ok {
			return nil, fmt.Errorf("%s has no block %s", where, nested.Type)
		}
		v, err := m.body(nested.Body, scope, inner, path)
		if err != nil {
			return nil, err
		}
		blocks[nested.Type] = append(blocks[nested.Type], cty.ObjectVal(v))
	}
	for name, values := range blocks {
		made[name] = cty.TupleVal(values)
	}
	for _, name := range known {
		if required, ok := strings.CutSuffix(name, "!"); ok && made[required] == cty.NilVal {
			return nil, fmt.Errorf("%s needs the argument %s", where, required)
		}
	}
	return made, nil
}

// evaluate evaluates everything that an expression refers to, then the expression itself.
func (m *terraform) evaluate(expression hcl.Expression, scope map[string]cty.Value) (cty.Value, error) {
	found := map[string]map[string]cty.Value{}
	for _, variable := range expression.Variables() {
		if _, ok := scope[variable.RootName()]; ok {
			continue
		}
		if err := m.resolve(variable, found); err != nil {
			return cty.NilVal, err
		}
	}
	in := &hcl.EvalContext{Functions: terraformFunctions, Variables: maps.Clone(scope)}
	if in.Variables == nil {
		in.Variables = map[string]cty.Value{}
	}
	for root, values := range found {
		in.Variables[root] = cty.ObjectVal(values)
	}
	v, diagnostics := expression.Value(in)
	if diagnostics.HasErrors() {
		return v, diagnostics
	}
	return v, nil
}

// resolve adds the value of a reference to found.
func (m *terraform) resolve(variable hcl.Traversal, found map[string]map[string]cty.Value) error {
	root := variable.RootName()
	second, ok := variable[1].(hcl.TraverseAttr)
	if !ok {
		return fmt.Errorf("%s: no name after %s", variable.SourceRange(), root)
	}
	if found[root] == nil {
		found[root] = map[string]cty.Value{}
	}
	if root == "data" {
		if m.data[second.Name+"."+variable[2].(hcl.TraverseAttr).Name] == nil {
			return fmt.Errorf("%s: there is no such data source", variable.SourceRange())
		}
		found[root][second.Name] = cty.ObjectVal(map[string]cty.Value{"current": awsAnswers[second.Name]})
		return nil
	}
	v, err := m.value(root, second.Name)
	if err != nil {
		return fmt.Errorf("%s: %w", variable.SourceRange(), err)
	}
	found[root][second.Name] = v
	return nil
}

// terraformSchema has the arguments of the resources and blocks that the module uses, as
// in version 6.66.0 of the AWS provider. Those with ! are required. The tests cannot
// install the provider itself.
var terraformSchema = map[string]string{
	"aws_s3_bucket":            "bucket object_lock_enabled tags force_destroy region",
	"aws_s3_bucket_versioning": "bucket! versioning_configuration! region",
	"aws_s3_bucket_versioning.versioning_configuration":  "status! mfa_delete",
	"aws_s3_bucket_object_lock_configuration":            "bucket! rule region",
	"aws_s3_bucket_object_lock_configuration.rule":       "default_retention!",
	"aws_s3_bucket_lifecycle_configuration":              "bucket! rule region transition_default_minimum_object_size",
	"aws_s3_bucket_lifecycle_configuration.rule":         "id! status!",
	"aws_s3_bucket_lifecycle_configuration.rule.filter":  "prefix object_size_greater_than object_size_less_than",
	"aws_s3_bucket_server_side_encryption_configuration": "bucket! rule! region",
	"aws_s3_bucket_ownership_controls":                   "bucket! rule! region",
	"aws_s3_bucket_ownership_controls.rule":              "object_ownership!",
	"aws_s3_bucket_public_access_block":                  "bucket! block_public_acls block_public_policy ignore_public_acls restrict_public_buckets region",
	"aws_s3_bucket_policy":                               "bucket! policy! region",
	"aws_iam_role":                                       "name assume_role_policy! description max_session_duration path permissions_boundary tags",
	"aws_iam_role_policy":                                "name role! policy!",
	"aws_iam_instance_profile":                           "name role path tags",

	"aws_s3_bucket_object_lock_configuration.rule.default_retention":                                  "mode days years",
	"aws_s3_bucket_lifecycle_configuration.rule.abort_incomplete_multipart_upload":                    "days_after_initiation",
	"aws_s3_bucket_lifecycle_configuration.rule.noncurrent_version_expiration":                        "noncurrent_days! newer_noncurrent_versions",
	"aws_s3_bucket_lifecycle_configuration.rule.expiration":                                           "date days expired_object_delete_marker",
	"aws_s3_bucket_server_side_encryption_configuration.rule":                                         "bucket_key_enabled blocked_encryption_types",
	"aws_s3_bucket_server_side_encryption_configuration.rule.apply_server_side_encryption_by_default": "sse_algorithm! kms_master_key_id",
}

// A grant is one action on one resource.
type grant struct{ Effect, Action, Resource string }

// A statement is one statement of a policy.
type statement struct {
	Effect           string
	Action, Resource actions
	Condition        json.RawMessage
}

func (s statement) grants() []grant {
	var all []grant
	for _, action := range s.Action {
		for _, resource := range s.Resource {
			all = append(all, grant{s.Effect, action, resource + string(s.Condition)})
		}
	}
	return all
}

// policyGrants returns the grants of the JSON in text, which has policies or single
// statements.
func policyGrants(text string) ([]grant, error) {
	var all []grant
	for in := json.NewDecoder(strings.NewReader(text)); ; {
		var policy struct {
			Version   string
			Statement []statement
			statement
		}
		if err := in.Decode(&policy); errors.Is(err, io.EOF) {
			return sortedGrants(all), nil
		} else if err != nil {
			return nil, err
		}
		all = append(all, policy.grants()...)
		for _, s := range policy.Statement {
			all = append(all, s.grants()...)
		}
	}
}

func sortedGrants(all []grant) []grant {
	slices.SortFunc(all, func(a, b grant) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
	return all
}

// section returns the JSON blocks under a heading of a page.
func section(page, heading string) (string, error) {
	_, text, ok := strings.Cut(page, "\n## "+heading+"\n")
	if !ok {
		return "", fmt.Errorf("there is no heading %q", heading)
	}
	text, _, _ = strings.Cut(text, "\n## ")
	var blocks []string
	for _, block := range regexp.MustCompile("(?s)```json\n(.*?)```").FindAllStringSubmatch(text, -1) {
		blocks = append(blocks, block[1])
	}
	if len(blocks) == 0 {
		return "", fmt.Errorf("there is no policy under %q", heading)
	}
	return strings.Join(blocks, "\n"), nil
}

// documentedGrants returns the grants of each role according to docs/reference/iam.md, in
// the buckets that the page names, and with a KMS key.
func documentedGrants(iam, rds, key string) (map[string][]grant, error) {
	roles := map[string][]grant{}
	for role, heading := range map[string]string{"backup": "Back up", "fetch": "Fetch", "fetch-masked": "Fetch masked dumps only", "prune": "Prune"} {
		text, err := section(iam, heading)
		if err != nil {
			return nil, err
		}
		if roles[role], err = policyGrants(text); err != nil {
			return nil, err
		}
	}
	// The page says that "hectl backup --masked-to needs the backup policy on both
	// buckets". hectl prune prunes both.
	for _, role := range []string{"backup", "prune"} {
		for _, g := range roles[role] {
			g.Resource = strings.Replace(g.Resource, "human-essentials-backups/", "masked-backups/app/", 1)
			g.Resource = strings.Replace(g.Resource, "human-essentials-backups", "masked-backups", 1)
			roles[role] = append(roles[role], g)
		}
	}
	settings, err := section(iam, "Settings of the bucket")
	if err != nil {
		return nil, err
	}
	if !strings.Contains(iam, "Add this statement to the policies [Back up](#back-up) and [Fetch](#fetch)") {
		return nil, errors.New("there is no sentence about reading the settings of the bucket")
	}
	grants, err := policyGrants(settings)
	if err != nil {
		return nil, err
	}
	for _, role := range []string{"backup", "fetch"} {
		roles[role] = append(roles[role], grants...)
	}
	keys := regexp.MustCompile("(?s)## Encryption with your own KMS key\n\nGrant (.*) on the key to the credentials that write dumps, and (.*) to those that read them").FindStringSubmatch(iam)
	if keys == nil {
		return nil, errors.New("there is no sentence about the KMS key")
	}
	for role, text := range map[string]string{"backup": keys[1], "fetch": keys[2], "fetch-masked": keys[2]} {
		for _, action := range codeSpan.FindAllString(text, -1) {
			roles[role] = append(roles[role], grant{"Allow", strings.Trim(action, "`"), key})
		}
	}
	connect := regexp.MustCompile("(?s)```json\n(.*?)```").FindStringSubmatch(rds)
	if connect == nil {
		return nil, errors.New("there is no policy in docs/rds.md")
	}
	if grants, err = policyGrants(connect[1]); err != nil {
		return nil, err
	}
	roles["backup"] = append(roles["backup"], grants...)
	for role := range roles {
		sortedGrants(roles[role])
	}
	return roles, nil
}

// terraformGrants returns the grants of each role of the module.
func terraformGrants(files map[string]string, given map[string]cty.Value) (map[string][]grant, error) {
	m, err := parseTerraform(files, given)
	if err != nil {
		return nil, err
	}
	if err := m.all(); err != nil {
		return nil, err
	}
	roles := map[string][]grant{}
	for key, policy := range m.values["aws_iam_role_policy.role"].AsValueMap() {
		grants, err := policyGrants(policy.GetAttr("policy").AsString())
		if err != nil {
			return nil, err
		}
		roles[key] = grants
		if want := "hectl-" + key; policy.GetAttr("role").AsString() != want {
			return nil, fmt.Errorf("the policy of %s belongs to %s", key, policy.GetAttr("role").AsString())
		}
	}
	for _, policy := range m.values["aws_iam_role_policy.rds"].AsValueSlice() {
		grants, err := policyGrants(policy.GetAttr("policy").AsString())
		if err != nil {
			return nil, err
		}
		role := strings.TrimPrefix(policy.GetAttr("role").AsString(), "hectl-")
		roles[role] = sortedGrants(append(roles[role], grants...))
	}
	return roles, nil
}

const documentedKey = "arn:aws:kms:us-east-2:ACCOUNT:key/KEY"

// documentedVariables sets every variable that grants something, with the names that the
// docs use.
func documentedVariables() map[string]cty.Value {
	return map[string]cty.Value{
		"bucket":          cty.StringVal("human-essentials-backups"),
		"masked_bucket":   cty.StringVal("masked-backups"),
		"masked_prefix":   cty.StringVal("app"),
		"kms_key_arn":     cty.StringVal(documentedKey),
		"rds_resource_id": cty.StringVal("DB-RESOURCE-ID"),
	}
}

// policyDifference compares the grants of the module with those in the docs.
func policyDifference(files map[string]string, iam, rds string) (string, error) {
	want, err := documentedGrants(iam, rds, documentedKey)
	if err != nil {
		return "", err
	}
	got, err := terraformGrants(files, documentedVariables())
	if err != nil {
		return "", err
	}
	return cmp.Diff(want, got), nil
}

// The roles in contrib/terraform may do exactly what docs/reference/iam.md and
// docs/rds.md allow, action by action and resource by resource.
func TestTerraformPolicies(t *testing.T) {
	diff, err := policyDifference(terraformFiles(t), page(t, "docs/reference/iam.md"), page(t, "docs/rds.md"))
	if err != nil {
		t.Fatal(err)
	}
	if diff != "" {
		t.Errorf("docs/reference/iam.md, docs/rds.md (-) and contrib/terraform (+):\n%s", diff)
	}
}

// Without a bucket for masked dumps, a key and RDS, there are three roles, with only the
// permissions that docs/reference/iam.md lists for the first bucket.
func TestTerraformPoliciesOfOneBucket(t *testing.T) {
	got, err := terraformGrants(terraformFiles(t), map[string]cty.Value{"bucket": cty.StringVal("human-essentials-backups")})
	if err != nil {
		t.Fatal(err)
	}
	want, err := documentedGrants(page(t, "docs/reference/iam.md"), page(t, "docs/rds.md"), documentedKey)
	if err != nil {
		t.Fatal(err)
	}
	delete(want, "fetch-masked")
	for role := range want {
		want[role] = slices.DeleteFunc(want[role], func(g grant) bool { return !strings.HasPrefix(g.Resource, "arn:aws:s3:::human-essentials-backups") })
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// policyDifference notices a changed action, effect or resource in the module or the docs.
func TestTerraformPoliciesNoticeChanges(t *testing.T) {
	files, iam, rds := terraformFiles(t), page(t, "docs/reference/iam.md"), page(t, "docs/rds.md")
	const roles = "contrib/terraform/roles.tf"
	policies, _, ok := strings.Cut(files[roles], "  everyone = ")
	if !ok {
		t.Fatal("the trust policies do not follow local.everyone")
	}
	words := regexp.MustCompile(`"(s3|kms|rds-db):\w+"|"Allow"|"backups"|"manifests"|= (\[(place|local\.places\.dumps)\.bucket\]|place\.objects)`)
	changed := 0
	noticed := func(what string, files map[string]string, iam, rds string) {
		t.Helper()
		changed++
		if diff, err := policyDifference(files, iam, rds); diff == "" && err == nil {
			t.Errorf("%s: not noticed", what)
		}
	}
	for _, at := range words.FindAllStringIndex(policies, -1) {
		mutant := maps.Clone(files)
		word := policies[at[0]:at[1]]
		to := word[:len(word)-1] + `x"`
		if word[0] == '=' {
			to = `= ["arn:aws:s3:::*"]`
		}
		mutant[roles] = policies[:at[0]] + to + files[roles][at[1]:]
		noticed(fmt.Sprintf("%s: %s for %s", roles, to, word), mutant, iam, rds)
	}
	removed := 0
	for _, at := range regexp.MustCompile(`"(s3|kms):\w+", |, "(s3|kms):\w+"`).FindAllStringIndex(policies, -1) {
		mutant := maps.Clone(files)
		mutant[roles] = policies[:at[0]] + files[roles][at[1]:]
		noticed(roles+": without "+policies[at[0]:at[1]], mutant, iam, rds)
		removed++
	}
	for _, at := range regexp.MustCompile(`"s3:\w+",\s+|,\s+"s3:\w+"`).FindAllStringIndex(iam, -1) {
		noticed("docs/reference/iam.md: without "+iam[at[0]:at[1]], files, iam[:at[0]]+iam[at[1]:], rds)
		removed++
	}
	if removed < 14 {
		t.Errorf("only %d permissions were removed", removed)
	}
	for _, pair := range [][2]string{{"rds-db:connect", "rds-db:*"}, {":dbuser:${var.rds_resource_id}/", ":dbuser:*/"}} {
		mutant := maps.Clone(files)
		if mutant[roles] = strings.Replace(files[roles], pair[0], pair[1], 1); mutant[roles] == files[roles] {
			t.Errorf("%s has no %s", roles, pair[0])
		}
		noticed(roles+": "+pair[1], mutant, iam, rds)
	}
	before, _, _ := strings.Cut(iam, "\n## Settings of the bucket")
	quoted := regexp.MustCompile("\"(s3:\\w+|arn:[^\"]*|Allow)\"|`kms:\\w+`")
	blocks := regexp.MustCompile("(?s)```json\n(.*?)```|## Encryption.*").FindAllStringIndex(iam, -1)
	for _, at := range quoted.FindAllStringIndex(iam, -1) {
		if slices.ContainsFunc(blocks, func(block []int) bool { return block[0] <= at[0] && at[1] <= block[1] }) {
			noticed("docs/reference/iam.md: "+iam[at[0]:at[1]], files, iam[:at[1]-1]+"x"+iam[at[1]-1:], rds)
		}
	}
	noticed("docs/reference/iam.md: one more policy under Prune", files, before+"\n```json\n{\"Effect\": \"Allow\", \"Action\": \"s3:GetObject\", \"Resource\": \"*\"}\n```\n"+strings.TrimPrefix(iam, before), rds)
	noticed("docs/rds.md: another user", files, iam, strings.Replace(rds, "DB-RESOURCE-ID/backup", "DB-RESOURCE-ID/hectl", 1))
	if changed < 40 {
		t.Errorf("only %d changes were tried", changed)
	}
}

// Both buckets are versioned, encrypted, closed to the public, and accept only TLS.
func TestTerraformBuckets(t *testing.T) {
	given := documentedVariables()
	given["object_lock"] = cty.ObjectVal(map[string]cty.Value{"mode": cty.StringVal("COMPLIANCE"), "days": cty.NumberIntVal(14)})
	m, err := parseTerraform(terraformFiles(t), given)
	if err != nil {
		t.Fatal(err)
	}
	if err := m.all(); err != nil {
		t.Fatal(err)
	}
	for key, name := range map[string]string{"dumps": "human-essentials-backups", "masked": "masked-backups"} {
		got := map[string]any{}
		for resource, want := range map[string]string{
			"aws_s3_bucket":                                      `{"object_lock_enabled":true,"tags":{}}`,
			"aws_s3_bucket_versioning":                           `{"versioning_configuration":[{"status":"Enabled"}]}`,
			"aws_s3_bucket_object_lock_configuration":            `{"rule":[{"default_retention":[{"days":14,"mode":"COMPLIANCE"}]}]}`,
			"aws_s3_bucket_lifecycle_configuration":              `{"rule":[{"abort_incomplete_multipart_upload":[{"days_after_initiation":1}],"filter":[{}],"id":"uploads","status":"Enabled"},{"expiration":[{"expired_object_delete_marker":true}],"filter":[{}],"id":"noncurrent-versions","noncurrent_version_expiration":[{"noncurrent_days":30}],"status":"Enabled"}]}`,
			"aws_s3_bucket_server_side_encryption_configuration": `{"rule":[{"apply_server_side_encryption_by_default":[{"kms_master_key_id":"` + documentedKey + `","sse_algorithm":"aws:kms"}],"bucket_key_enabled":true}]}`,
			"aws_s3_bucket_ownership_controls":                   `{"rule":[{"object_ownership":"BucketOwnerEnforced"}]}`,
			"aws_s3_bucket_public_access_block":                  `{"block_public_acls":true,"block_public_policy":true,"ignore_public_acls":true,"restrict_public_buckets":true}`,
			"aws_s3_bucket_policy":                               `{"policy":"{\"Statement\":[{\"Action\":\"s3:*\",\"Condition\":{\"Bool\":{\"aws:SecureTransport\":\"false\"}},\"Effect\":\"Deny\",\"Principal\":\"*\",\"Resource\":[\"arn:aws:s3:::` + name + `\",\"arn:aws:s3:::` + name + `/*\"],\"Sid\":\"TLSOnly\"}],\"Version\":\"2012-10-17\"}"}`,
		} {
			instances := m.values[resource+".bucket"].AsValueMap()
			if len(instances) != 2 {
				t.Fatalf("%s: %d instances", resource, len(instances))
			}
			values := instances[key].AsValueMap()
			if values["bucket"].AsString() != name {
				t.Errorf("%s[%s] is for %s", resource, key, values["bucket"].AsString())
			}
			for _, own := range []string{"bucket", "id", "arn"} {
				delete(values, own)
			}
			text, err := stdlib.JSONEncode(cty.ObjectVal(values))
			if err != nil {
				t.Fatal(err)
			}
			got[resource] = text.AsString()
			if diff := cmp.Diff(want, text.AsString()); diff != "" {
				t.Errorf("%s[%s]:\n%s", resource, key, diff)
			}
		}
		for block := range m.resources {
			if resource, name, _ := strings.Cut(block, "."); name == "bucket" && got[resource] == nil {
				t.Errorf("%s is not checked", block)
			}
		}
	}
}

// With the defaults there is one bucket, S3's own keys and no Object Lock. The outputs
// match the README.
func TestTerraformDefaults(t *testing.T) {
	m, err := parseTerraform(terraformFiles(t), map[string]cty.Value{"bucket": cty.StringVal("dumps-of-app"), "prefix": cty.StringVal("app")})
	if err != nil {
		t.Fatal(err)
	}
	if err := m.all(); err != nil {
		t.Fatal(err)
	}
	if n := len(m.values["aws_s3_bucket_object_lock_configuration.bucket"].AsValueMap()); n != 0 {
		t.Errorf("%d buckets with Object Lock", n)
	}
	encryption, err := stdlib.JSONEncode(m.values["aws_s3_bucket_server_side_encryption_configuration.bucket"].GetAttr("dumps").GetAttr("rule"))
	if want := `[{"apply_server_side_encryption_by_default":[{"kms_master_key_id":null,"sse_algorithm":"AES256"}],"bucket_key_enabled":false}]`; err != nil || encryption.AsString() != want {
		t.Error(encryption.AsString(), err)
	}
	for name, want := range map[string]string{
		"buckets":          `{"dumps":"s3://dumps-of-app/app"}`,
		"roles":            `{"backup":"arn of hectl-backup","fetch":"arn of hectl-fetch","prune":"arn of hectl-prune"}`,
		"instance_profile": `"hectl-backup"`,
		"rds_sql":          `null`,
	} {
		v, err := m.output(name)
		if err != nil {
			t.Fatal(err)
		}
		if text, err := stdlib.JSONEncode(v); err != nil || text.AsString() != want {
			t.Errorf("output.%s: %s, %v", name, text.AsString(), err)
		}
	}
	if got := m.values["aws_iam_role.role"].GetAttr("backup").GetAttr("assume_role_policy").AsString(); !strings.Contains(got, `"Principal":{"AWS":["arn:aws:iam::ACCOUNT:root"]}`) {
		t.Error(got)
	}
}

// The module refuses values that AWS would refuse later, or that grant too much.
func TestTerraformValidations(t *testing.T) {
	files := terraformFiles(t)
	lock := func(mode string, days int64) cty.Value {
		return cty.ObjectVal(map[string]cty.Value{"mode": cty.StringVal(mode), "days": cty.NumberIntVal(days)})
	}
	role := cty.MapVal(map[string]cty.Value{"backups": cty.MapVal(map[string]cty.Value{"AWS": cty.ListVal([]cty.Value{cty.StringVal("*")})})})
	for name, values := range map[string][]cty.Value{
		"bucket":          {cty.StringVal("s3://dumps"), cty.StringVal("a"), cty.StringVal("*")},
		"prefix":          {cty.StringVal("app/"), cty.StringVal("*")},
		"masked_bucket":   {cty.StringVal("Dumps")},
		"masked_prefix":   {cty.StringVal("/app")},
		"object_lock":     {lock("governance", 1), lock("GOVERNANCE", 0)},
		"noncurrent_days": {cty.Zero},
		"upload_days":     {cty.Zero},
		"principals":      {role},
		"trust_policies":  {cty.MapVal(map[string]cty.Value{"restore": cty.StringVal("{}")})},
	} {
		for _, v := range values {
			given := documentedVariables()
			given[name] = v
			m, err := parseTerraform(files, given)
			if err != nil {
				t.Fatal(err)
			}
			if err := m.all(); err == nil || !strings.HasPrefix(err.Error(), "var."+name+": ") {
				t.Errorf("%s = %#v: %v", name, v, err)
			}
		}
	}
}
