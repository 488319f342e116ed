package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/testscript"
	"github.com/urfave/cli/v2"

	"github.com/rubyforgood/hectl/internal/command"
	"github.com/rubyforgood/hectl/internal/console"
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

// compareShape compares a document with the shape called name.
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
// All elements of an array share one path.
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

// jsonCommands returns the full names of the commands that print JSON.
func jsonCommands(parent string, commands []*cli.Command) []string {
	var names []string
	for _, c := range commands {
		name := strings.TrimSpace(parent + " " + c.Name)
		hasJSON := slices.ContainsFunc(c.Flags, func(f cli.Flag) bool { return slices.Contains(f.Names(), "json") })
		if hasJSON && c.Action != nil && !c.Hidden {
			names = append(names, name)
		}
		names = append(names, jsonCommands(name, c.Subcommands)...)
	}
	return names
}

// makesJSON reports whether a line of a script prints the JSON of a command.
func makesJSON(line, command string) bool {
	return regexp.MustCompile(`^exec (exits \d+ )?hectl ` + command + ` (.* )?--json( |$)`).MatchString(line)
}

// missingShapes reports each command for which no script compares a shape. files are the
// shapes in shapeDir.
func missingShapes(commands []string, script string, files []string) []string {
	compared := map[string]string{} // the line that makes the document
	lines := strings.Split(script, "\n")
	for i, line := range lines {
		if name, ok := strings.CutPrefix(line, "shape "); ok && i > 0 {
			compared[name] = lines[i-1]
		}
	}
	var missing []string
	for _, command := range commands {
		name := strings.ReplaceAll(command, " ", "-")
		if !makesJSON(compared[name], command) || slices.ContainsFunc(commands, func(sub string) bool {
			return strings.HasPrefix(sub, command+" ") && makesJSON(compared[name], sub)
		}) {
			missing = append(missing, fmt.Sprintf("no script compares the JSON of hectl %s with %s.shape", command, name))
		}
	}
	for name := range compared {
		if !slices.Contains(files, name) {
			missing = append(missing, name+".shape is missing")
		}
	}
	for _, name := range files {
		if compared[name] == "" {
			missing = append(missing, "no script compares "+name+".shape")
		}
	}
	slices.Sort(missing)
	return missing
}

// Every command with --json has a shape, which the script compares.
func TestJSONHasShapes(t *testing.T) {
	env := &command.Env{Console: console.New(console.Options{Stdout: io.Discard, Stderr: io.Discard, Now: time.Now})}
	commands := jsonCommands("", newApp(env, io.Discard).Commands)
	if len(commands) < 29 || !slices.Contains(commands, "snapshot save") {
		t.Errorf("found only %d commands: %q", len(commands), commands)
	}
	var files []string
	paths, err := filepath.Glob(filepath.Join(shapeDir, "*.shape"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		files = append(files, strings.TrimSuffix(filepath.Base(path), ".shape"))
	}
	for _, text := range missingShapes(commands, page(t, "testdata/script/commandline/compatibility.txtar"), files) {
		t.Error(text)
	}
}

func TestMissingShapes(t *testing.T) {
	t.Parallel()
	const script = "exec hectl list --json\nshape list\nexec exits 3 hectl mask check latest --json\nshape mask-check\nexec cat manifest\nshape manifest\n" +
		"exec hectl status\nshape status\nexec hectl mask check --json\nshape mask\n"
	got := missingShapes([]string{"list", "mask", "mask check", "status", "version"}, script, []string{"list", "mask", "mask-check", "status", "old"})
	want := []string{
		"manifest.shape is missing",
		"no script compares old.shape",
		"no script compares the JSON of hectl mask with mask.shape", // that shape belongs to mask check
		"no script compares the JSON of hectl status with status.shape",
		"no script compares the JSON of hectl version with version.shape",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
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
