package snapshot

import (
	"strings"
	"testing"

	"golang.org/x/crypto/bcrypt"

	"github.com/rubyforgood/hectl/mask/methods"
	"github.com/rubyforgood/hectl/restore/load"
	"github.com/rubyforgood/hectl/restore/target"
)

func TestServing(t *testing.T) {
	hash, err := bcrypt.GenerateFromPassword([]byte("s3cret"), bcrypt.MinCost)
	if err != nil {
		t.Fatal(err)
	}
	base := target.Recipe{Dump: "s3://b/k", ETag: "e", Chosen: "without versions", Masked: true, Rules: "r", User: "me", Version: "1"}
	for _, tt := range []struct {
		change   func(*target.Recipe)
		password string
		reason   string // "" if the snapshot is usable
	}{
		{func(*target.Recipe) {}, "password", ""},
		{func(r *target.Recipe) { r.Password = string(hash) }, "s3cret", ""},
		{func(r *target.Recipe) { r.Password = string(hash) }, "password", "different password"},
		{func(*target.Recipe) {}, "s3cret", "different password"},
		{func(r *target.Recipe) { r.Dump = "s3://b/older" }, "password", "it is a snapshot of s3://b/older"},
		{func(r *target.Recipe) { r.ETag = "f" }, "password", "replaced"},
		{func(r *target.Recipe) { r.Chosen = "" }, "password", "different tables: all"},
		{func(r *target.Recipe) { r.Masked = false }, "password", "different rules"},
		{func(r *target.Recipe) { r.Rules = "s" }, "password", "different rules"},
		{func(r *target.Recipe) { r.Seed = "s" }, "password", "different seed"},
		{func(r *target.Recipe) { r.User = "you" }, "password", "belongs to you"},
		{func(r *target.Recipe) { r.Version = "2" }, "password", "hectl 2"},
	} {
		made := base
		tt.change(&made)
		s, reasons := FindServing([]target.Held{
			{Mark: target.Mark{Snapshot: &target.SnapshotFacts{Name: "worked-with"}}},
			{Mark: target.Mark{Snapshot: &target.SnapshotFacts{Name: "made", Recipe: &made}}},
		}, base, tt.password)
		if got := strings.Join(reasons, "; "); (tt.reason == "") != (s != nil) || !strings.Contains(got, tt.reason) || (s != nil) != (got == "") {
			t.Errorf("%+v: %v, %q; want %q", made, s, got, tt.reason)
		}
	}
}

// The newest usable snapshot wins.
func TestServingTakesTheNewest(t *testing.T) {
	r := target.Recipe{Dump: "d"}
	s, _ := FindServing([]target.Held{
		{Mark: target.Mark{Snapshot: &target.SnapshotFacts{Name: "old", Recipe: &r}}},
		{Mark: target.Mark{Snapshot: &target.SnapshotFacts{Name: "new", Recipe: &r}}},
	}, r, methods.DefaultPassword)
	if s == nil || s.Snapshot.Name != "new" {
		t.Errorf("%+v", s)
	}
}

// A snapshot of another dump can be refreshed if nothing else is different.
func TestFindBase(t *testing.T) {
	t.Parallel()
	want := target.Recipe{Dump: "s3://b/new", ETag: "n", Rules: "r", User: "me", Version: "1"}
	held := func(name string, change func(*target.Recipe)) target.Held {
		made := want
		made.Dump, made.ETag = "s3://b/old", "o"
		change(&made)
		return target.Held{Mark: target.Mark{Snapshot: &target.SnapshotFacts{Name: name, Recipe: &made}}}
	}
	older := held("older", func(*target.Recipe) {})
	newer := held("newer", func(*target.Recipe) {})
	other := held("other", func(r *target.Recipe) { r.Rules = "s" })
	current := held("current", func(r *target.Recipe) { r.Dump, r.ETag = want.Dump, want.ETag })
	saved := target.Held{Mark: target.Mark{Snapshot: &target.SnapshotFacts{Name: "saved"}}}
	for _, tt := range []struct {
		name      string
		snapshots []target.Held
		base, why string
	}{
		{"none", nil, "", ""},
		{"only one that a user saved", []target.Held{saved}, "", ""},
		{"the newest", []target.Held{older, newer}, "newer", ""},
		{"not one of the same dump", []target.Held{older, current}, "older", ""},
		{"not one of another fetch", []target.Held{older, other}, "older", ""},
		{"only one of another fetch", []target.Held{saved, other}, "", "other: it was masked with different rules"},
	} {
		base, why := FindBase(tt.snapshots, want, methods.DefaultPassword)
		got := ""
		if base != nil {
			got = base.Snapshot.Name
		}
		if got != tt.base || why != tt.why {
			t.Errorf("%s: %q, %q", tt.name, got, why)
		}
	}
}

func TestChooserKey(t *testing.T) {
	key := func(only, exclude []string) string {
		c, err := load.NewChooser(only, exclude)
		if err != nil {
			t.Fatal(err)
		}
		return c.Key()
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
