package audit

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestFiles(t *testing.T) {
	t.Parallel()
	for path, want := range map[string][]string{
		"a/report":      {"a/report.md", "a/report.json"},
		"report.md":     {"report.md"},
		"report.JSON":   {"report.JSON"},
		"2026.11.28":    {"2026.11.28.md", "2026.11.28.json"},
		"report.md.bak": {"report.md.bak.md", "report.md.bak.json"},
	} {
		if diff := cmp.Diff(want, Files(path)); diff != "" {
			t.Errorf("%s: %s", path, diff)
		}
	}
}

func TestCheckFolder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := CheckFolder(filepath.Join(dir, "report")); err != nil {
		t.Error(err)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 0 {
		t.Errorf("%v, %v", entries, err)
	}
	if CheckFolder(filepath.Join(dir, "no", "report")) == nil {
		t.Error("a folder that does not exist")
	}
}

func TestCompare(t *testing.T) {
	t.Parallel()
	if c := Compare("MD5", "", "1"); c.Equal != nil {
		t.Errorf("nothing to compare with: %v", *c.Equal)
	}
	for expected, equal := range map[string]bool{"1": true, "2": false} {
		if c := Compare("MD5", expected, "1"); c.Equal == nil || *c.Equal != equal {
			t.Errorf("%s: %v", expected, c.Equal)
		}
	}
}

func example() *Report {
	at := time.Date(2026, 11, 28, 5, 0, 0, 0, time.UTC)
	taken := at.Add(-30 * time.Minute)
	three, four := int64(3), int64(4000)
	return &Report{
		Version: Version, Result: Failed, ExitCode: 13, Error: "x is | damaged:\npostgres://me:hunter2@host/db *bold* <b>", Started: at, Finished: at.Add(time.Minute),
		RunBy:    RunBy{User: "ann", Host: "vm"},
		Dump:     &Dump{Name: "s3://b/backups/x", Size: 1234567, Taken: &taken, AgeSeconds: 1800, Uploaded: at},
		Recovery: &Recovery{Seconds: 90.4},
		Versions: Versions{Hectl: "v1", Source: "15.20"},
		Hashes: Hashes{Object: "0123", Blocks: []Block{
			{Name: "table a", Compared: Compare("SHA-256", "aa", "aa")}, {Name: "table b", Compared: Compare("SHA-256", "bb", "cc")}, {Name: "table c", Compared: Compare("SHA-256", "", "dd")},
		}},
		Tables: []Table{{"a", &three, &three, &three, false}, {"b|c", &three, &four, nil, false}, {"d", nil, &four, nil, true}, {"e", &three, &three, nil, false}},
		Checks: []Check{{"rows", CheckFailed, "differ"}},
		Damage: []string{"table b: broken"},
		Steps:  []Step{{"schema", 0.123, true}, {"count rows", 3725, false}},
	}
}

func TestMarkdown(t *testing.T) {
	t.Parallel()
	text, err := render("x.md", example())
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{
		"# Verification of s3://b/backups/x",
		"Result: **FAILED** (exit code 13)",
		`> x is \| damaged:` + "\uFFFD" + `postgres://me:***@host/db \*bold\* \<b>`,
		"| size | 1,234,567 bytes |",
		"| age at the start of this run (recovery point) | 30m |",
		"| measured time to restore (recovery time) | 1m30s |",
		"| manifest | none |",
		"| rows | failed | differ |",
		"- table b: broken",
		"| server of the source | 15.20 |",
		"| the whole dump | SHA-256 |  | 0123 | for the record |",
		"| table a | SHA-256 | by the manifest | aa | equal |",
		"| table b | SHA-256 | bb | cc | DIFFERENT |",
		"| table c | SHA-256 |  | dd | not compared |",
		"| a | 3 | 3 | 3 | equal |",
		`| b\|c | 3 | 4,000 | - | DIFFERENT |`,
		"| d | - | 4,000 | - | left out by a restore |",
		"| e | 3 | 3 | - | not restored |",
		"| schema | 120ms | yes |",
		"| count rows | 1h2m5s | no |",
	} {
		if !slices.Contains(strings.Split(string(text), "\n"), line) {
			t.Errorf("no line %q in\n%s", line, text)
		}
	}
	for _, absent := range []string{"hunter2", "database role", "AWS identity"} {
		if strings.Contains(string(text), absent) {
			t.Errorf("%s is in\n%s", absent, text)
		}
	}
}

// A run that ends early also has a report.
func TestMarkdownOfAnEmptyReport(t *testing.T) {
	t.Parallel()
	text := Markdown(&Report{Result: Failed, ExitCode: 10, Error: "there is no dump"})
	for _, want := range []string{"# Verification of a dump that was not found\n", "\n> there is no dump\n", "\n## Checks\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	for _, absent := range []string{"## Hashes", "## Rows", "## Time", "## Damage"} {
		if strings.Contains(text, absent) {
			t.Errorf("%s is in\n%s", absent, text)
		}
	}
}

func TestWrite(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "x.json")
	if err := os.WriteFile(path, []byte("an older report"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := Write(path, example()); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var got Report
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	want := example()
	want.Error = strings.Replace(want.Error, "hunter2", "***", 1)
	if diff := cmp.Diff(want, &got); diff != "" {
		t.Error(diff)
	}
	if info, err := os.Stat(path); err != nil || info.Mode() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	folder := filepath.Join(t.TempDir(), "folder.json")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	if Write(folder, example()) == nil {
		t.Error("a folder was replaced")
	}
}
