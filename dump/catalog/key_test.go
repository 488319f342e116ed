package catalog

import (
	"testing"
	"time"
)

func TestParseKey(t *testing.T) {
	at := time.Date(2026, 11, 23, 8, 30, 0, 0, time.UTC)
	for _, tt := range []struct {
		base, key string
		label     string
		time      time.Time
		ok        bool
	}{
		{"", "backups/production-20261123083000.rds.dump", "production", at, true},
		{"", "backups/20261123083000.rds.dump", "production", at, true},
		{"", "backups/staging-20261123083000.rds.dump", "staging", at, true},
		{"", "backups/eu-west-2-20261123083000.rds.dump", "eu-west-2", at, true},
		{"team/x", "team/x/backups/production-20261123083000.rds.dump", "production", at, true},
		{"", "backups/production-20261399083000.rds.dump", "production-20261399083000", time.Time{}, true}, // no such month
		{"", "backups/before-migration.rds.dump", "before-migration", time.Time{}, true},
		{"", "backups/.rds.dump", "", time.Time{}, false},
		{"", "backups/production-20261123083000.rds.dump.tmp", "", time.Time{}, false},
		{"", "backups/old/production-20261123083000.rds.dump", "", time.Time{}, false},
		{"", "manifests/production-20261123083000.json", "", time.Time{}, false},
		{"", "production-20261123083000.rds.dump", "", time.Time{}, false},
		{"team", "backups/production-20261123083000.rds.dump", "", time.Time{}, false},
	} {
		label, when, ok := ParseKey(tt.base, tt.key)
		if label != tt.label || !when.Equal(tt.time) || ok != tt.ok {
			t.Errorf("ParseKey(%q, %q) = %q, %v, %v; want %q, %v, %v", tt.base, tt.key, label, when, ok, tt.label, tt.time, tt.ok)
		}
	}
}

func TestKeyIsParsedBack(t *testing.T) {
	east := time.FixedZone("east", 5*3600)
	at := time.Date(2026, 11, 23, 1, 2, 3, 0, east)
	for _, base := range []string{"", "a", "a/b"} {
		label, when, ok := ParseKey(base, Key(base, "staging", at))
		if !ok || label != "staging" || !when.Equal(at) {
			t.Errorf("base %q: %q %v %v", base, label, when, ok)
		}
	}
	if key := Key("", "production", at); key != "backups/production-20261122200203.rds.dump" {
		t.Errorf("the time is not in UTC: %s", key)
	}
}

func TestBaseOf(t *testing.T) {
	for key, want := range map[string]string{
		"backups/x.rds.dump": "", "a/backups/x.rds.dump": "a", "a/b/backups/x.rds.dump": "a/b",
		"x.rds.dump": "", "a/x.rds.dump": "", "a/backups/b/x.rds.dump": "", "": "",
	} {
		if got := BaseOf(key); got != want {
			t.Errorf("BaseOf(%q) = %q, want %q", key, got, want)
		}
	}
}
