package catalog

import (
	"errors"
	"testing"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/s3store"
)

func TestConfirm(t *testing.T) {
	t.Parallel()
	written := s3store.Object{Key: "backups/x.rds.dump", Size: 7, ETag: "sent"}
	listed := s3store.Object{Key: "backups/x.rds.dump", Size: 7, ETag: "listed"}
	longer := s3store.Object{Key: "backups/x.rds.dump.old", Size: 9, ETag: "longer"}
	for _, tt := range []struct {
		name  string
		store fakeStore
		want  string // expected ETag
		code  fault.Code
	}{
		{"listed with another ETag", fakeStore{objects: []s3store.Object{listed, longer}}, "listed", fault.Done},
		{"not listed", fakeStore{}, "sent", fault.Done},
		{"only a longer key is listed", fakeStore{objects: []s3store.Object{longer}}, "sent", fault.Done},
		{"listing denied", fakeStore{err: errors.New("denied")}, "sent", fault.Done},
		{"another size", fakeStore{objects: []s3store.Object{{Key: written.Key, Size: 6}}}, "sent", fault.Integrity},
	} {
		got, err := Confirm(t.Context(), tt.store, written)
		if got.ETag != tt.want || fault.CodeOf(err) != tt.code {
			t.Errorf("%s: %s, %v", tt.name, got.ETag, err)
		}
	}
}
