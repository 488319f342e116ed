package dump

import (
	"errors"
	"testing"

	"github.com/rubyforgood/hectl/internal/fault"
)

func TestBeginsArchive(t *testing.T) {
	t.Parallel()
	for start, want := range map[string]bool{
		"PGDMP\x01\x0e": true, "PGDMP": true, "PGD": true, "": true, "PGPASS": false, "pgdmp": false, "-- SQL": false,
	} {
		if got := BeginsArchive([]byte(start)); got != want {
			t.Errorf("%q: %t", start, got)
		}
	}
}

// The error suggests an older dump only if the dump is in a bucket.
func TestDamageError(t *testing.T) {
	t.Parallel()
	for name, hints := range map[string]int{"s3://bucket/x": 1, "x.dump": 0, "standard input": 0} {
		err := DamageError(name, errors.New("cut off"))
		if fault.CodeOf(err) != fault.Integrity || len(fault.Hints(err)) != hints {
			t.Errorf("%s: %v, hints %q", name, err, fault.Hints(err))
		}
	}
}
