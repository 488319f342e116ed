package dump

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/rubyforgood/hectl/dump/catalog"
	"github.com/rubyforgood/hectl/internal/config"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/s3store"
)

func TestCheckKey(t *testing.T) {
	t.Parallel()
	for key, ok := range map[string]bool{
		"production-20261123083000.rds.dump":              true,
		"backups/production-20261123083000.rds.dump":      true,
		"s3://bucket/backups/production.rds.dump":         true,
		"s3://bucket/a?b":                                 true,
		"https://bucket.s3.amazonaws.com/x?X-Amz-Sig=1":   false,
		"postgres://u:pw@host/db":                         false,
		"s3://key:secret@bucket/x":                        false,
		"s3://bucket?endpoint=x/y":                        false,
		"host=db.example.com password=hunter2 dbname=app": false,
	} {
		if err := CheckKey(key); (err == nil) != ok || !ok && fault.CodeOf(err) != fault.Usage {
			t.Errorf("%s: %v", key, err)
		}
	}
}

func TestTakesMasked(t *testing.T) {
	t.Parallel()
	dumps := config.Bucket{Name: "dumps", Origin: "hectl.yml"}
	for _, tt := range []struct {
		name          string
		dumps, masked config.Bucket
		want          bool
	}{
		{"another bucket", dumps, config.Bucket{Name: "masked"}, true},
		{"another folder", dumps, config.Bucket{Name: "dumps", Base: "masked"}, true},
		{"none", dumps, config.Bucket{}, false},
		{"the same", dumps, config.Bucket{Name: "dumps"}, false},
		{"one named with a flag", config.Bucket{Name: "dumps", Origin: "--bucket"}, config.Bucket{Name: "masked"}, false},
	} {
		if got := TakesMasked(tt.dumps, tt.masked); got != tt.want {
			t.Errorf("%s: %t", tt.name, got)
		}
	}
}

// An address specifies its own bucket, and may include the folder.
func TestNamedOpensTheBucketOfTheAddress(t *testing.T) {
	t.Parallel()
	settings := config.Bucket{Name: "dumps", Base: "team", Region: "eu-west-1"}
	in := func(name, base string) *config.Bucket {
		return &config.Bucket{Name: name, Base: base, Region: "eu-west-1"}
	}
	for key, want := range map[string]*config.Bucket{
		"x.rds.dump":                        in("dumps", "team"),
		"other/backups/x.rds.dump":          in("dumps", "team"),
		"s3://mine/backups/x.rds.dump":      in("mine", ""),
		"s3://mine/them/backups/x.rds.dump": in("mine", "them"),
		"s3://mine/by-hand.dump":            in("mine", ""),
		"s3://mine":                         nil,
		"s3://mine/":                        nil,
		"s3:///x":                           nil,
		"https://mine/x":                    nil,
	} {
		stop := errors.New("stop")
		var opened *config.Bucket
		f := Finder{Open: func(_ context.Context, b config.Bucket) (*s3store.Store, error) {
			opened = &b
			return nil, stop
		}}
		_, err := f.Named(t.Context(), settings, key)
		switch {
		case want == nil && (opened != nil || fault.CodeOf(err) != fault.Usage):
			t.Errorf("%s: opened %v, %v", key, opened, err)
		case want != nil && (!errors.Is(err, stop) || *opened != *want):
			t.Errorf("%s: opened %v, %v", key, opened, err)
		}
	}
}

func TestAllLater(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 22, 23, 59, 59, 999999999, time.FixedZone("", 3600))
	dumps := []catalog.Dump{
		{Key: "a/b/backups/staging-20261123083000.rds.dump", Time: time.Date(2026, 11, 23, 8, 30, 0, 0, time.UTC)},
		{Key: "a/b/backups/staging-20261124083000.rds.dump", Time: time.Date(2026, 11, 24, 8, 30, 0, 0, time.UTC)},
	}
	want := "from 2026-11-22 22:59 UTC or earlier: the oldest is staging-20261123083000.rds.dump, taken 2026-11-23 08:30 UTC"
	if got := AllLater(dumps, at); got != want {
		t.Errorf("got %s", got)
	}
}
