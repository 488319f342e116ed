package restore

import (
	"strings"
	"testing"

	"golang.org/x/crypto/bcrypt"

	"github.com/rubyforgood/hectl/mask/methods"
)

func TestServing(t *testing.T) {
	hash, err := bcrypt.GenerateFromPassword([]byte("s3cret"), bcrypt.MinCost)
	if err != nil {
		t.Fatal(err)
	}
	base := recipe{Dump: "s3://b/k", ETag: "e", Chosen: "without versions", Masked: true, Rules: "r", User: "me", Version: "1"}
	for _, tt := range []struct {
		change   func(*recipe)
		password string
		reason   string // "": it serves
	}{
		{func(*recipe) {}, "password", ""},
		{func(r *recipe) { r.Password = string(hash) }, "s3cret", ""},
		{func(r *recipe) { r.Password = string(hash) }, "password", "another password"},
		{func(*recipe) {}, "s3cret", "another password"},
		{func(r *recipe) { r.Dump = "s3://b/older" }, "password", "it is of s3://b/older"},
		{func(r *recipe) { r.ETag = "f" }, "password", "replaced"},
		{func(r *recipe) { r.Chosen = "" }, "password", "other tables: all"},
		{func(r *recipe) { r.Masked = false }, "password", "other rules"},
		{func(r *recipe) { r.Rules = "s" }, "password", "other rules"},
		{func(r *recipe) { r.User = "you" }, "password", "belongs to you"},
		{func(r *recipe) { r.Version = "2" }, "password", "hectl 2"},
	} {
		made := base
		tt.change(&made)
		s, reasons := serving([]held{
			{mark: mark{Snapshot: &snapshotFacts{Name: "worked-with"}}},
			{mark: mark{Snapshot: &snapshotFacts{Name: "made", Recipe: &made}}},
		}, base, tt.password)
		if got := strings.Join(reasons, "; "); (tt.reason == "") != (s != nil) || !strings.Contains(got, tt.reason) || (s != nil) != (got == "") {
			t.Errorf("%+v: %v, %q; want %q", made, s, got, tt.reason)
		}
	}
}

// The newest of those that serve is taken.
func TestServingTakesTheNewest(t *testing.T) {
	r := recipe{Dump: "d"}
	s, _ := serving([]held{
		{mark: mark{Snapshot: &snapshotFacts{Name: "old", Recipe: &r}}},
		{mark: mark{Snapshot: &snapshotFacts{Name: "new", Recipe: &r}}},
	}, r, methods.DefaultPassword)
	if s == nil || s.Snapshot.Name != "new" {
		t.Errorf("%+v", s)
	}
}

func TestChooserKey(t *testing.T) {
	key := func(only, exclude []string) string {
		c, err := newChooser(only, exclude)
		if err != nil {
			t.Fatal(err)
		}
		return c.key()
	}
	if a, b := key(nil, []string{"b", "a", "b"}), key(nil, []string{"a", "b"}); a != b {
		t.Errorf("%q, %q", a, b)
	}
	if a, b := key([]string{"a"}, nil), key(nil, []string{"a"}); a == b {
		t.Errorf("%q", a)
	}
	if key(nil, nil) != "" {
		t.Error(key(nil, nil))
	}
}
