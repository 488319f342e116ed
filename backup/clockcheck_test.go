package backup

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rubyforgood/hectl/dump/catalog"
)

func TestDatedInFuture(t *testing.T) {
	now := time.Date(2026, 11, 23, 8, 30, 0, 0, time.UTC)
	dump := func(at time.Duration) catalog.Dump {
		return catalog.Dump{Key: catalog.Key("", "production", now.Add(at)), Time: now.Add(at)}
	}
	made, between, ahead, farAhead := dump(-time.Minute), dump(-time.Second), dump(time.Second), dump(time.Hour)
	for _, tt := range []struct {
		name        string
		dumps, want []catalog.Dump
	}{
		{"none", nil, nil},
		{"only the new one", []catalog.Dump{made}, nil},
		{"one made meanwhile", []catalog.Dump{made, between, dump(0)}, nil},
		{"two ahead", []catalog.Dump{made, ahead, farAhead}, []catalog.Dump{ahead, farAhead}},
	} {
		if diff := cmp.Diff(tt.want, datedInFuture(tt.dumps, made.Key, now)); diff != "" {
			t.Errorf("%s: -want +got:\n%s", tt.name, diff)
		}
	}
	// If the clock was set back during the dump, the new dump itself is dated in the future.
	if got := datedInFuture([]catalog.Dump{farAhead}, farAhead.Key, now); got != nil {
		t.Errorf("the new dump itself: %v", got)
	}
}
