package setup

import (
	"errors"
	"strings"
	"testing"

	"github.com/rubyforgood/hectl/internal/config"
	"github.com/rubyforgood/hectl/internal/projectfiles"
)

func TestWriteTarget(t *testing.T) {
	text := func(s string) projectfiles.Part { return projectfiles.Part{Value: config.Value{Text: s}} }
	from := func(s, variable string) projectfiles.Part {
		return projectfiles.Part{Value: config.Value{Text: s}, Variable: variable}
	}
	for _, tt := range []struct {
		name           string
		database       projectfiles.Database
		target, reason string
	}{
		{"a name", projectfiles.Database{Name: text("app_dev")}, "app_dev", ""},
		{"a port", projectfiles.Database{Name: text("app_dev"), Host: text("localhost"), Port: text("5433"), User: text("me")}, "postgres://me@localhost:5433/app_dev", ""},
		{"the default port", projectfiles.Database{Name: text("app_dev"), Host: text("localhost"), Port: text("5432")}, "postgres://localhost/app_dev", ""},
		{"a socket", projectfiles.Database{Name: text("app_dev"), Host: text("/run/postgresql")}, "host='/run/postgresql' dbname='app_dev'", ""},
		{"variables that hectl reads", projectfiles.Database{Name: text("app_dev"), Host: from("db", "PG_HOST"), User: from("me", "PG_USERNAME")}, "app_dev", ""},
		{"another machine", projectfiles.Database{Name: text("app_dev"), Host: text("db.example.com")}, "", "db.example.com is not this machine"},
		{"invisible characters", projectfiles.Database{Name: text("app\u202edev")}, "", "invisible"},
		{"the check", projectfiles.Database{Name: text("refused")}, "", "no such target"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			target, reason := writeTarget(tt.database, func(f config.Flags) error {
				if f["target"] == "refused" {
					return errors.New("no such target")
				}
				return nil
			})
			if target != tt.target || !strings.Contains(reason, tt.reason) || (reason == "") != (tt.reason == "") {
				t.Errorf("got %q, %q", target, reason)
			}
		})
	}
}

func TestFindProduction(t *testing.T) {
	for value, want := range map[string]string{"": "", "development": "", "production": "RAILS_ENV says production"} {
		got := findProduction(map[string]config.Value{"RAILS_ENV": {Text: value, Origin: "RAILS_ENV"}})
		if got != want {
			t.Errorf("%q: got %q", value, got)
		}
	}
}
