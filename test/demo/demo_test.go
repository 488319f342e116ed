package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rubyforgood/hectl/test/program"
)

// The output of "make demo" is correct, and the README's picture shows the same.
func TestDemo(t *testing.T) {
	var record strings.Builder
	if err := run(t.Context(), filepath.Join(program.Build(t), "hectl"), 1, &record); err != nil {
		t.Fatal(err)
	}
	svg, err := os.ReadFile("../../docs/images/fetch.svg")
	if err != nil {
		t.Fatal(err)
	}
	want := shape("$ " + fetchCommand + "\n" + record.String())
	if diff := cmp.Diff(want, shape(textOfStill(string(svg)))); diff != "" {
		t.Errorf("docs/images/fetch.svg is not what hectl prints: run \"make still\"\n%s", diff)
	}
}
