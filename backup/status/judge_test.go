package status

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rubyforgood/hectl/dump/catalog"
	"github.com/rubyforgood/hectl/internal/fault"
)

// every4Hours returns dumps of these sizes, the last of them an hour old.
func every4Hours(now time.Time, sizes ...int64) []catalog.Dump {
	dumps := make([]catalog.Dump, len(sizes))
	for i, size := range sizes {
		t := now.Add(-time.Hour - time.Duration(len(sizes)-1-i)*4*time.Hour)
		dumps[i] = catalog.Dump{Key: catalog.Key("", "production", t), Label: "production", Time: t, Size: size, Upload: t.Add(time.Minute)}
	}
	return dumps
}

func TestJudge(t *testing.T) {
	now := time.Date(2026, 11, 23, 8, 30, 0, 0, time.UTC)
	dated := func(t, upload time.Time, sizes ...int64) []catalog.Dump {
		dumps := every4Hours(now, sizes...)
		newest := &dumps[len(dumps)-1]
		newest.Time, newest.Upload = t, upload
		return dumps
	}
	for _, tt := range []struct {
		name     string
		dumps    []catalog.Dump
		mismatch bool
		lim      Limits
		want     []problem
	}{
		{"no dump", nil, false, Limits{}, []problem{{missing, "there is no dump"}}},
		{"the first", every4Hours(now, 100), false, Limits{}, nil},
		{"as usual", every4Hours(now, 100, 101, 102, 103), false, Limits{}, nil},
		{"exactly the limit", dated(now.Add(-9*time.Hour), now, 100), false, Limits{}, nil},
		{"too old", dated(now.Add(-9*time.Hour-time.Minute), now, 100), false, Limits{},
			[]problem{{stale, "the newest dump is 9h1m old, more than 9h"}}},
		{"copied later", dated(now.Add(-72*time.Hour), now.Add(-time.Hour), 100), false, Limits{},
			[]problem{{stale, "the newest dump is 72h old, more than 9h"}}},
		{"another limit", every4Hours(now, 100), false, Limits{MaxAge: 30 * time.Second},
			[]problem{{stale, "the newest dump is 1h old, more than 30s"}}},

		{"two earlier dumps are too few", every4Hours(now, 100, 100, 1), false, Limits{}, nil},
		{"half the usual size", every4Hours(now, 100, 100, 100, 50), false, Limits{}, nil},
		{"less than half", every4Hours(now, 100, 100, 100, 49), false, Limits{},
			[]problem{{shrunk, "the newest dump is 49 B, 51% less than the usual 100 B (limit 50%)"}}},
		{"a limit of 0 percent", every4Hours(now, 100, 100, 100, 99), false, Limits{MaxShrink: -1},
			[]problem{{shrunk, "the newest dump is 99 B, 1% less than the usual 100 B (limit 0%)"}}},
		{"no limit", every4Hours(now, 100, 100, 100, 1), false, Limits{MaxShrink: 100}, nil},
		{"one odd size does not move the median", every4Hours(now, 100, 100, 9000, 100), false, Limits{}, nil},
		{"only the last ten count", every4Hours(now, 900, 900, 900, 900, 900, 900, 900, 900, 900, 900, 900,
			10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 9), false, Limits{}, nil},
		{"the median of an even number", every4Hours(now, 10, 20, 30, 40, 12), false, Limits{},
			[]problem{{shrunk, "the newest dump is 12 B, 52% less than the usual 25 B (limit 50%)"}}},
		{"a terabyte", every4Hours(now, 5e12, 5e12, 5e12, 1e12), false, Limits{},
			[]problem{{shrunk, "the newest dump is 1.0 TB, 80% less than the usual 5.0 TB (limit 50%)"}}},
		{"all earlier dumps are empty", every4Hours(now, 0, 0, 0, 10), false, Limits{}, nil},

		{"empty", every4Hours(now, 100, 100, 100, 0), false, Limits{}, []problem{{empty, "the newest dump is empty"}}},
		{"replaced", every4Hours(now, 100), true, Limits{}, []problem{{mismatch, "the newest dump does not match its manifest"}}},
		{"a clock a little ahead", dated(now.Add(4*time.Minute), now, 100), false, Limits{}, nil},
		{"a clock ahead", dated(now.Add(time.Hour), now, 100), false, Limits{},
			[]problem{{future, "the newest dump is dated in the future, 2026-11-23 09:30"}}},
		{"written long ago, dated in the future", dated(now.Add(24*time.Hour), now.Add(-24*time.Hour), 100, 100, 100, 1), true, Limits{}, []problem{
			{mismatch, "the newest dump does not match its manifest"},
			{stale, "the newest dump is 24h old, more than 9h"},
			{shrunk, "the newest dump is 1 B, 99% less than the usual 100 B (limit 50%)"},
			{future, "the newest dump is dated in the future, 2026-11-24 08:30"},
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			switch tt.lim.MaxShrink {
			case 0:
				tt.lim.MaxShrink = 50
			case -1:
				tt.lim.MaxShrink = 0
			}
			if tt.lim.MaxAge == 0 {
				tt.lim.MaxAge = 9 * time.Hour
			}
			got := judge(tt.dumps, tt.mismatch, now, tt.lim)
			if got == nil {
				t.Error("JSON would say null")
			}
			if diff := cmp.Diff(append([]problem{}, tt.want...), got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestKindsWorstFirst(t *testing.T) {
	var codes []fault.Code
	for _, k := range kinds() {
		codes = append(codes, k.code())
	}
	want := []fault.Code{fault.NotFound, fault.Integrity, fault.Integrity, fault.Stale, fault.Warnings, fault.Warnings, fault.Warnings}
	if diff := cmp.Diff(want, codes); diff != "" {
		t.Error(diff)
	}
}

func TestMinutes(t *testing.T) {
	for d, want := range map[time.Duration]string{
		9 * time.Hour: "9h", 90 * time.Minute: "1h30m", 10 * time.Minute: "10m", 20*time.Hour + 59*time.Second: "20h",
		50 * time.Second: "50s", 1500 * time.Millisecond: "1s", 240*time.Hour + 10*time.Minute: "240h10m",
	} {
		if got := minutes(d); got != want {
			t.Errorf("%v: %s, not %s", d, got, want)
		}
	}
}
