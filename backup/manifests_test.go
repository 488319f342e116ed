package backup

import (
	"errors"
	"testing"
	"time"

	"github.com/rubyforgood/hectl/backup/status"
	"github.com/rubyforgood/hectl/dump/catalog"
	"github.com/rubyforgood/hectl/internal/fault"
)

func TestDescribe(t *testing.T) {
	at := time.Date(2026, 11, 23, 8, 30, 0, 0, time.UTC)
	d := catalog.Dump{Key: "k"}
	for _, tt := range []struct {
		name string
		m    *catalog.Manifest
		err  error
		want status.ManifestState
	}{
		{"fits", &catalog.Manifest{Verified: &at, Restored: &at}, nil, status.ManifestFits},
		{"none, or of a later hectl", nil, nil, status.ManifestNone},
		{"of another object", nil, fault.New(fault.Integrity, "", "x"), status.ManifestMismatch},
		{"denied", nil, fault.New(fault.Denied, "", "x"), status.ManifestUnreadable},
		{"the store failed", nil, errors.New("x"), ""},
	} {
		got := describe(d, tt.m, tt.err)
		if got.Key != "k" || got.Manifest != tt.want || (got.Verified != nil) != (tt.m != nil) || (got.Restored != nil) != (tt.m != nil) {
			t.Errorf("%s: %+v", tt.name, got)
		}
	}
}
