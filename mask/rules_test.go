package mask_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/google/go-cmp/cmp"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/mask"
	"github.com/rubyforgood/hectl/mask/methods"
	"github.com/rubyforgood/hectl/pgtools/archive"
	"github.com/rubyforgood/hectl/test/pgtest"
)

// node returns the value of the key mask in a file.
func node(t *testing.T, text string) ast.Node {
	t.Helper()
	file, err := parser.ParseBytes([]byte(text), 0)
	if err != nil {
		t.Fatal(err)
	}
	values := []*ast.MappingValueNode{}
	switch body := file.Docs[0].Body.(type) {
	case *ast.MappingNode:
		values = body.Values
	case *ast.MappingValueNode:
		values = append(values, body)
	}
	for _, v := range values {
		if v.Key.String() == "mask" {
			return v.Value
		}
	}
	t.Fatal("the file has no mask")
	return nil
}

func parse(t *testing.T, text string) (*mask.Rules, error) {
	t.Helper()
	return mask.Parse(node(t, text), "/app/hectl.yml")
}

// rulesHead returns the head of a dump of testdata/rules.sql. Its index people_null is
// always in the form that PostgreSQL 15 and later write.
func rulesHead(t *testing.T, c *pgtest.Cluster, args ...string) *archive.Head {
	t.Helper()
	sql, err := os.ReadFile("testdata/rules.sql")
	if err != nil {
		t.Fatal(err)
	}
	h := head(t, c, string(sql), args...)
	i := slices.IndexFunc(h.Entries, func(e archive.Entry) bool { return e.Desc == "INDEX" && e.Tag == "people_null" })
	if i < 0 && len(args) > 0 { // dumps of rows alone have no indexes
		return h
	}
	if i < 0 || !strings.HasSuffix(h.Entries[i].Definition, " (team);\n") {
		t.Fatal("there is no index people_null (team)")
	}
	h.Entries[i].Definition = strings.TrimSuffix(h.Entries[i].Definition, ";\n") + " NULLS NOT DISTINCT;\n"
	return h
}

// Each file testdata/rules/*.yml has errors. The file next to it lists all of them.
func TestBadRules(t *testing.T) {
	c := pgtest.New(t)
	heads := map[bool]*archive.Head{false: rulesHead(t, c), true: rulesHead(t, c, "--inserts")}
	files, err := filepath.Glob("testdata/rules/*.yml")
	if err != nil || len(files) < 5 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			rules, err := parse(t, string(text))
			got := ""
			if err == nil {
				var plan *mask.Plan
				plan, err = rules.Plan(heads[strings.Contains(file, "inserts")], methods.NewSeed([]byte("seed")), mask.Options{})
				for _, w := range plan.Warnings() {
					got += "warning: " + w + "\n"
				}
			}
			if err != nil {
				got += err.Error() + "\n"
				for _, hint := range fault.Hints(err) {
					got += "hint: " + hint
				}
				if fault.CodeOf(err) != fault.Usage {
					t.Errorf("code %d", fault.CodeOf(err))
				}
			}
			file = strings.TrimSuffix(file, ".yml") + ".golden"
			if os.Getenv("HECTL_UPDATE_TESTDATA") != "" {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Error(diff)
			}
		})
	}
}
