package command

import (
	"strings"
	"testing"
)

func TestBuildText(t *testing.T) {
	for _, tt := range []struct {
		build Build
		want  string
	}{
		{Build{Version: "1.2", Go: "go1", Platform: "linux/amd64"}, "hectl 1.2 go1 linux/amd64"},
		{Build{Version: "1.2", Commit: "abc", Go: "go1", Platform: "p"}, "hectl 1.2 (abc) go1 p"},
		{Build{Version: "1.2", Commit: "abc", Date: "2026-01-02", Go: "go1", Platform: "p"}, "hectl 1.2 (abc, 2026-01-02) go1 p"},
	} {
		if got := tt.build.Text(); got != tt.want {
			t.Errorf("got %q", got)
		}
	}
}

// A build without the linker's values still has a version.
func TestNewBuild(t *testing.T) {
	if b := NewBuild("", "", ""); b.Version == "" || !strings.HasPrefix(b.Go, "go") {
		t.Errorf("%+v", b)
	}
	if b := NewBuild("1.2", "abc", "2026"); b.Version != "1.2" || b.Commit != "abc" || b.Date != "2026" {
		t.Errorf("%+v", b)
	}
}
