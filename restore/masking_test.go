package restore

import (
	"testing"

	"github.com/rubyforgood/hectl/dump"
	"github.com/rubyforgood/hectl/internal/command"
	"github.com/rubyforgood/hectl/internal/config"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/mask"
	"github.com/rubyforgood/hectl/restore/load"
)

func TestWantsMasking(t *testing.T) {
	for _, tt := range []struct {
		name          string
		mode          mask.Mode
		on, off       bool
		want, refused bool
	}{
		{name: "off", mode: mask.Off},
		{name: "off, --mask", mode: mask.Off, on: true, want: true},
		{name: "required", mode: mask.Required, want: true},
		{name: "required, --no-mask", mode: mask.Required, off: true, refused: true},
		{name: "both flags", on: true, off: true, refused: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := wantsMasking(tt.mode, "hectl.yml", tt.on, tt.off)
			if got != tt.want || (err != nil) != tt.refused {
				t.Errorf("got %t, %v", got, err)
			}
			if err != nil && fault.CodeOf(err) != fault.Usage {
				t.Errorf("code %v", fault.CodeOf(err))
			}
		})
	}
}

// A snapshot matches only if everything that decides about masking is the same.
func TestMaskingKey(t *testing.T) {
	rules := func(edit func(r *mask.Rules)) *command.Masking {
		r := mask.Default()
		edit(r)
		return &command.Masking{Rules: r}
	}
	same := func(*mask.Rules) {}
	keys := map[string]string{}
	for name, m := range map[string]masking{
		"no rules":                {},
		"rules":                   {rules: rules(same)},
		"another seed file":       {rules: rules(func(r *mask.Rules) { r.SeedFile = "seed" })},
		"required":                {rules: rules(func(r *mask.Rules) { r.Mode = mask.Required })},
		"columns may be unlisted": {rules: rules(func(r *mask.Rules) { r.Unlisted = mask.UnlistedKeep })},
		"--password":              {rules: rules(same), ownPassword: true},
		"SQL":                     {rules: rules(same), after: load.Scripts{Files: []load.Script{{SQL: "SELECT 1"}}}},
		"other SQL":               {rules: rules(same), after: load.Scripts{Files: []load.Script{{SQL: "SELECT 2"}}}},
		"another bucket":          {rules: rules(same), trust: dump.Trust{Bucket: config.Bucket{Name: "masked"}}},
	} {
		key := m.key()
		if other, taken := keys[key]; taken {
			t.Errorf("%s has the key of %s", name, other)
		}
		keys[key] = name
		if (key == "") != (m.rules == nil) {
			t.Errorf("%s: %q", name, key)
		}
	}
	one := masking{rules: rules(same), after: load.Scripts{Files: []load.Script{{Path: "a.sql", SQL: "SELECT 1"}}}}
	if keys[one.key()] != "SQL" {
		t.Error("the name of a file counts")
	}
}
