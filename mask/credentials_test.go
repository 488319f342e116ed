package mask

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestCredentialLists(t *testing.T) {
	docs, err := os.ReadFile("../docs/masking.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, found := strings.Cut(string(docs), "\n## What is always replaced\n")
	if !found {
		t.Fatal("docs/masking.md has no such section")
	}
	section, _, _ = strings.Cut(section, "\n## ")
	got := map[string]bool{}
	for line := range strings.Lines(section) {
		if cells := strings.Split(line, "|"); len(cells) == 5 && strings.Contains(cells[2], "`") {
			got[strings.TrimSpace(cells[1])+": "+strings.TrimSpace(cells[2])+": "+strings.TrimSpace(cells[3])] = true
		}
	}
	want := map[string]bool{}
	for _, c := range credentialColumns() {
		on := "`" + c.column + "`"
		if c.table != "" {
			on = "`" + c.table + "." + c.column + "`"
		}
		want[c.software+": "+on+": "+string(c.becomes)] = true
	}
	for _, c := range credentialTables() {
		on := "`" + c.table + "`"
		if c.has != nil {
			on += " with `" + strings.Join(c.has, "`, `") + "`"
		}
		want[c.software+": "+on+": no rows"] = true
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error("docs/masking.md has another list:", diff)
	}
}

func TestSkipsAndNotesEnvironment(t *testing.T) {
	for name, want := range map[string][2]bool{ // results of Skips and NotesEnvironment
		"sessions": {true, false}, "solid_queue_jobs": {true, false}, "good_job_batches": {true, false}, "users": {false, false}, "jobs": {true, false},
		"ar_internal_metadata": {false, true}, "shop_AR_Internal-Metadata2": {false, true}, "internal_metadata": {false, false},
	} {
		if got := [2]bool{Skips(name), NotesEnvironment(name)}; got != want {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
}
