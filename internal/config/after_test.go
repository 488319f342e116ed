package config

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/rubyforgood/hectl/internal/fault"
)

func TestAfterRestore(t *testing.T) {
	for _, tt := range []struct {
		text string
		want [][]string
	}{
		{"", nil},
		{"after_restore:", nil},
		{"after_restore: []", nil},
		{`after_restore: [["bin/rails", "db:migrate"]]`, [][]string{{"bin/rails", "db:migrate"}}},
		{"after_restore:\n- [bin/rails, db:migrate]\n-\n  - sleep\n  - 0.5\n  - ''\n", [][]string{{"bin/rails", "db:migrate"}, {"sleep", "0.5", ""}}},
		{"after_restore: [[true]]", [][]string{{"true"}}},
	} {
		dir, environ := clone(t, map[string]string{FileName: tt.text})
		got, limit, err := reload(t, dir, environ).AfterRestore()
		if err != nil || limit != 15*time.Minute || !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%s: %q, %v, %v", tt.text, got, limit, err)
		}
	}
}

func TestAfterRestoreIsAListOfLists(t *testing.T) {
	for _, text := range []string{
		`after_restore: bin/rails db:migrate`, `after_restore: ["bin/rails", "db:migrate"]`, `after_restore: {run: x}`,
		`after_restore: [[]]`, `after_restore: [[""]]`, `after_restore: [[a, [b]]]`, `after_restore: [[a, {b: c}]]`, `after_restore: [[a, null]]`, `after_restore: [["a\0"]]`,
	} {
		dir, environ := clone(t, map[string]string{FileName: text})
		_, err := Load(dir, environ)
		if fault.CodeOf(err) != fault.Usage || !strings.Contains(err.Error(), `[["bin/rails", "db:migrate"]]`) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestAfterRestoreTimeout(t *testing.T) {
	for text, want := range map[string]time.Duration{"30m": 30 * time.Minute, "1h30m": 90 * time.Minute, "0": 0, "-1m": 0, "15": 0, "soon": 0} {
		dir, environ := clone(t, map[string]string{FileName: "after_restore_timeout: " + text})
		_, got, err := reload(t, dir, environ).AfterRestore()
		if got != want || (want == 0) != (fault.CodeOf(err) == fault.Usage) {
			t.Errorf("%s: %v, %v", text, got, err)
		}
	}
}

func TestCommandLine(t *testing.T) {
	for want, words := range map[string][]string{
		"bin/rails db:migrate":                       {"bin/rails", "db:migrate"},
		`sh -c 'echo "it'\''s"' ''`:                  {"sh", "-c", `echo "it's"`, ""},
		`psql postgres://u:xxxxx@h/db -c 'SELECT 1'`: {"psql", "postgres://u:secret@h/db", "-c", "SELECT 1"},
	} {
		if got := CommandLine(words); got != want && !strings.Contains(want, "xxxxx") || strings.Contains(got, "secret") {
			t.Errorf("%q: %s, want %s", words, got, want)
		}
	}
}

// Without Git, the folder of hectl.yml is treated as the repository.
func TestApprovalHoldsForCommandsAboveTheFile(t *testing.T) {
	dir, environ := clone(t, map[string]string{"sub/" + FileName: "after_restore: [[../bin/migrate]]", "bin/migrate": "one"})
	sub := filepath.Join(dir, "sub")
	if _, err := reload(t, sub, environ).Allow(); err != nil {
		t.Fatal(err)
	}
	if err := reload(t, sub, environ).ConfirmCommands(); err != nil {
		t.Error(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "bin", "migrate"), []byte("two"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := reload(t, sub, environ).ConfirmCommands(); err == nil {
		t.Error("a program that changed is approved")
	}
}

// PATH can lead into the repository.
func TestApprovalHoldsForProgramsOfPath(t *testing.T) {
	dir, environ := clone(t, map[string]string{FileName: "after_restore: [[migrate]]", "bin/migrate": "one"})
	program := filepath.Join(dir, "bin", "migrate")
	if err := os.Chmod(program, 0o700); err != nil {
		t.Fatal(err)
	}
	environ = append(environ, "PATH=/nonexistent:"+filepath.Join(dir, "bin"))
	if _, err := reload(t, dir, environ).Allow(); err != nil {
		t.Fatal(err)
	}
	if err := reload(t, dir, environ).ConfirmCommands(); err != nil {
		t.Error(err)
	}
	if err := os.WriteFile(program, []byte("two"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := reload(t, dir, environ).ConfirmCommands(); err == nil {
		t.Error("a program that changed is approved")
	}
}
