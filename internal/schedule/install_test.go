package schedule

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rubyforgood/hectl/internal/fault"
)

func TestInstall(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	read := func(name string) string {
		t.Helper()
		text, err := os.ReadFile(in(name))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	first := []Unit{{Path: in("a.service"), Text: "one"}, {Path: in("a.timer"), Text: "two"}}
	if err := Install(first, false); err != nil || first[0].State != "written" || first[1].State != "written" {
		t.Fatalf("%+v, %v", first, err)
	}
	if info, err := os.Stat(in("a.service")); err != nil || info.Mode().Perm() != 0o644 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	// The service is new, the timer differs: without force, neither is written.
	second := []Unit{{Path: in("b.service"), Text: "one"}, {Path: in("a.timer"), Text: "three"}}
	err := Install(second, false)
	if fault.CodeOf(err) != fault.Usage || !strings.Contains(err.Error(), "a.timer exists and differs") {
		t.Errorf("got %v", err)
	}
	if _, err := os.Stat(in("b.service")); err == nil || read("a.timer") != "two" {
		t.Error("a unit was written")
	}
	third := []Unit{{Path: in("a.service"), Text: "one"}, {Path: in("a.timer"), Text: "three"}}
	if err := Install(third, true); err != nil || third[0].State != "unchanged" || third[1].State != "written" || read("a.timer") != "three" {
		t.Errorf("%+v, %v", third, err)
	}
	if err := Install([]Unit{{Path: in("no/such/folder/x"), Text: "x"}}, false); err == nil {
		t.Error("a unit was written to a folder that does not exist")
	}
}
