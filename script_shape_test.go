package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/testscript"
)

// shapeDir has a file for each JSON document that docs/compatibility.md promises to keep.
const shapeDir = "testdata/compatibility"

// shape NAME compares the fields and types of the JSON document in stdout with the file
// NAME.shape. With WRITE_COMPATIBILITY=1, it writes the file.
func cmdShape(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: shape NAME")
	}
	ts.Check(compareShape(args[0], []byte(ts.ReadFile("stdout"))))
}

// compareShape compares a document with the file of that name.
func compareShape(name string, document []byte) error {
	got, err := shapeOf(document)
	if err != nil {
		return err
	}
	file := filepath.Join(shapeDir, name+".shape")
	if os.Getenv("WRITE_COMPATIBILITY") != "" {
		return os.WriteFile(file, []byte(strings.Join(got, "\n")+"\n"), 0o644)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	want := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
	if diff := cmp.Diff(want, got); diff != "" {
		return fmt.Errorf("the JSON of %s is not as in %s (docs/compatibility.md says what may change, and how to record it): %s", name, file, diff)
	}
	return nil
}

// shapeOf returns the paths of all values of a JSON document with their types, sorted.
// The elements of an array count as one.
func shapeOf(document []byte) ([]string, error) {
	var value any
	if err := json.Unmarshal(document, &value); err != nil {
		return nil, fmt.Errorf("%w in %q", err, document)
	}
	types := map[string]bool{}
	var walk func(path string, v any)
	walk = func(path string, v any) {
		switch v := v.(type) {
		case map[string]any:
			types[path+" object"] = true
			for name, field := range v {
				walk(path+"."+name, field)
			}
		case []any:
			types[path+" array"] = true
			for _, element := range v {
				walk(path+"[]", element)
			}
		case string:
			types[path+" string"] = true
		case float64:
			types[path+" number"] = true
		case bool:
			types[path+" boolean"] = true
		case nil:
			types[path+" null"] = true
		}
	}
	walk("", value)
	return slices.Sorted(maps.Keys(types)), nil
}

func TestShapeOf(t *testing.T) {
	t.Parallel()
	got, err := shapeOf([]byte(`{"a": [{"b": 1}, {"b": 2, "c": null}], "d": "x", "e": true, "f": []}`))
	want := []string{" object", ".a array", ".a[] object", ".a[].b number", ".a[].c null", ".d string", ".e boolean", ".f array"}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v, %s", err, diff)
	}
	if _, err := shapeOf([]byte("no JSON")); err == nil {
		t.Error("no error")
	}
}
