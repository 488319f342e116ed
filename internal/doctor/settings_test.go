package doctor

import (
	"errors"
	"strings"
	"testing"

	"github.com/rubyforgood/hectl/internal/config"
)

// keepChecks checks retention rules, and nothing else.
type keepChecks struct {
	Backups
	err error
}

func (k keepChecks) CheckKeep(*config.Sources) error { return k.err }

func TestSettingsErrors(t *testing.T) {
	for _, tt := range []struct {
		name    string
		environ []string
		keep    error
		want    []string // parts of the errors
	}{
		{"no settings", nil, nil, nil},
		{"retention rules", nil, errors.New("rule last"), []string{"rule last"}},
		{"a label and an age", []string{"HECTL_ENV=a/b", "HECTL_MASKED_BUCKET=nonsense"}, nil, []string{"nonsense", "a/b"}},
		{"one endpoint for every bucket", []string{"AWS_ENDPOINT_URL=nonsense", "HECTL_MASKED_BUCKET=s3://masked"}, nil, []string{"nonsense"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := &doctor{backups: keepChecks{err: tt.keep}}
			got := d.settingsErrors(config.Environment(tt.environ), nil)
			if len(got) != len(tt.want) {
				t.Fatalf("got %v", got)
			}
			for i, want := range tt.want {
				if !strings.Contains(got[i].Error(), want) {
					t.Errorf("got %v, want %q", got[i], want)
				}
			}
		})
	}
}
