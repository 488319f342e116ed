package doctor

import (
	"testing"

	"github.com/rubyforgood/hectl/internal/config"
)

func TestFindRole(t *testing.T) {
	for _, tt := range []struct {
		name    string
		environ []string
		cron    bool
		want    role
	}{
		{"no settings", nil, false, role{fetches: true}},
		{"a target", []string{"HECTL_TARGET=app_dev"}, false, role{fetches: true}},
		{"a source", []string{"HECTL_SOURCE=postgres://db.example.com/app"}, false, role{backsUp: true}},
		{"both", []string{"HECTL_SOURCE=postgres://db.example.com/app", "HECTL_TARGET=app_dev"}, false, role{backsUp: true, fetches: true}},
		{"a source in libpq's variables", []string{"PGDATABASE=app"}, false, role{fetches: true}},
		{"cron", []string{"HECTL_TARGET=app_dev"}, true, role{backsUp: true}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := findRole(config.Environment(tt.environ), nil, tt.cron); got != tt.want {
				t.Errorf("got %+v", got)
			}
		})
	}
}
