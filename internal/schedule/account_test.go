package schedule

import (
	"strings"
	"testing"

	"github.com/rubyforgood/hectl/internal/fault"
)

func TestNewAccount(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		given, socket, role string
		want                Account // account, without Reason
		refused             string  // part of the error
	}{
		{"", "", "backup", Account{}, ""},
		{"ops", "", "backup", Account{Name: "ops"}, ""},
		{"", "/var/run/postgresql", "backup", Account{Name: "backup"}, ""},
		{"ops", "/var/run/postgresql", "backup", Account{Name: "ops"}, ""},
		{"", "/tmp", "backup", Account{Name: "backup", SharesTmp: true}, ""},
		{"ops", "/var/tmp/pg", "backup", Account{Name: "ops", SharesTmp: true}, ""},
		{"", "/tmpfs", "backup", Account{Name: "backup"}, ""},
		{"ops", "/tmpfs", "not an account", Account{Name: "ops"}, ""},
		{"", "/var/run/postgresql", "not an account", Account{}, `the role "not an account" cannot be the name of an account`},
		{"-ops", "", "backup", Account{}, "is not the name of an account"},
		{"ops\nUser=root", "", "backup", Account{}, "is not the name of an account"},
	} {
		got, err := NewAccount(tt.given, tt.socket, tt.role)
		if tt.refused != "" {
			if fault.CodeOf(err) != fault.Usage || !strings.Contains(err.Error(), tt.refused) || len(fault.Hints(err)) == 0 {
				t.Errorf("%q, socket %q, role %q: %v", tt.given, tt.socket, tt.role, err)
			}
			continue
		}
		if (got.Name == "") != (got.Reason == "") {
			t.Errorf("%q, socket %q, role %q: the reason is %q", tt.given, tt.socket, tt.role, got.Reason)
		}
		got.Reason = ""
		if err != nil || got != tt.want {
			t.Errorf("%q, socket %q, role %q: got %+v, %v; want %+v", tt.given, tt.socket, tt.role, got, err, tt.want)
		}
	}
}

func TestAccountExists(t *testing.T) {
	t.Parallel()
	if !(Account{Name: "root"}).Exists() || (Account{Name: "no_such_account_here"}).Exists() {
		t.Error("root exists, and no_such_account_here does not")
	}
}

func TestVisible(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]bool{
		"/usr/local/bin/hectl": true, "": true, "/homes/x": true, "/tmpfs": true, "/etc/ssl/x": true, "/var/run/postgresql": true,
		"/home/me/bin/hectl": false, "/root/.postgresql/root.crt": false, "/tmp": false, "/tmp/x": false, "/var/tmp/x": false, "/run/user/1/x": false,
	} {
		if Visible(path) != want {
			t.Errorf("%q: %v", path, !want)
		}
	}
}
