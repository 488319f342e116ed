package pgtools

import (
	"strings"
	"testing"

	"github.com/rubyforgood/hectl/internal/fault"
)

func TestInstallAdvice(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ goos, release, want string }{
		{"darwin", "", "brew install postgresql@17"},
		{"linux", "ID=debian\n", "apt.postgresql.org.sh -y && sudo apt-get install -y postgresql-client-17"},
		{"linux", "ID=debian\nVERSION_CODENAME=bookworm\n", "apt.postgresql.org.sh -y && sudo apt-get install -y postgresql-client-17"},
		{"linux", "ID=debian\nVERSION_CODENAME=trixie\n", `run "sudo apt-get install postgresql-client-17"`},
		{"linux", "ID=linuxmint\nID_LIKE=\"ubuntu debian\"\nVERSION_CODENAME=wilma\nUBUNTU_CODENAME=questing\n", `run "sudo apt-get install postgresql-client-17"`},
		{"linux", "ID=arch\n", "pacman -S postgresql-libs"},
		{"linux", "ID=\"opensuse-tumbleweed\"\nID_LIKE=\"opensuse suse\"\n", "zypper install postgresql17"},
		{"linux", "NAME=\"Pop!_OS\"\nID=pop\nID_LIKE=\"ubuntu debian\"\n", "apt.postgresql.org.sh -y && sudo apt-get install -y postgresql-client-17"},
		{"linux", "ID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"\n", "dnf install postgresql17"},
		{"linux", "ID=alpine\n", "apk add postgresql17-client"},
		{"linux", "ID=nixos\n", "postgresql_17"},
		{"linux", "ID=void\n", "--pg-bin"},
		{"freebsd", "", "--pg-bin"},
	} {
		got := adviceFor(tt.goos, tt.release, 17)
		if !strings.Contains(got, tt.want) || strings.Contains(got, "\n") {
			t.Errorf("%s %q: %s", tt.goos, tt.release, got)
		}
		if command, ok := strings.CutPrefix(got, "run \""); ok && fault.Command(got) != strings.TrimSuffix(command, `"`) {
			t.Errorf("nothing to paste: %s", got)
		}
	}
	// A newer version in the release satisfies a requirement for an older one.
	if got, want := adviceFor("linux", "ID=debian\nVERSION_CODENAME=trixie\n", 16), `run "sudo apt-get install postgresql-client-17"`; got != want {
		t.Error(got)
	}
}
