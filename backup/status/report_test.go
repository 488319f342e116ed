package status

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rubyforgood/hectl/dump/catalog"
	"github.com/rubyforgood/hectl/internal/fault"
)

func query() Query {
	return Query{Bucket: "s3://b", Label: "production", Limits: Limits{MaxAge: 9 * time.Hour, MaxShrink: 50}}
}

func TestNew(t *testing.T) {
	now := time.Date(2026, 11, 23, 8, 30, 0, 0, time.UTC)
	dumps := every4Hours(now, 10, 20, 30, 40, 50)
	other := catalog.Dump{Key: catalog.Key("", "staging", now), Label: "staging", Time: now, Size: 1000, Upload: now}
	monday, tuesday := now.AddDate(0, 0, -7), now.AddDate(0, 0, -6)
	seen := Seen{
		Dumps:    append(dumps, other),
		Manifest: map[string]bool{dumps[1].Key: true, dumps[3].Key: true, dumps[4].Key: true, other.Key: true},
		Recent: []Described{
			{Dump: dumps[1], Verified: &monday, Restored: &tuesday, Manifest: ManifestFits},
			{Dump: dumps[3], Verified: &tuesday, Restored: &monday, Manifest: ManifestFits},
			{Dump: dumps[4], Manifest: ManifestMismatch},
		},
	}
	r := New(query(), seen, now)
	if r.Dumps != 5 || r.Size != 150 || r.Bare != 2 || r.Usual == nil || *r.Usual != 25 {
		t.Errorf("%+v", r)
	}
	if r.Verified == nil || !r.Verified.Equal(tuesday) || r.Restored == nil || !r.Restored.Equal(tuesday) {
		t.Errorf("verified %v, restored %v", r.Verified, r.Restored)
	}
	if n := r.Newest; n == nil || n.Key != dumps[4].Key || n.Manifest != ManifestMismatch || n.Verified != nil || n.Age != 3600 {
		t.Errorf("newest %+v", n)
	}
	if len(r.Problems) != 1 || r.Problems[0].Kind != mismatch || fault.CodeOf(r.Err()) != fault.Integrity {
		t.Errorf("%+v, %v", r.Problems, r.Err())
	}

	seen.Manifest, seen.Recent = nil, nil
	if r := New(query(), seen, now); r.Newest.Manifest != ManifestNone || r.Bare != 5 || len(r.Problems) != 0 || r.Err() != nil {
		t.Errorf("without manifests: %+v", r)
	}
	q := query()
	q.Label = "demo"
	r = New(q, seen, now)
	if r.Newest != nil || fault.CodeOf(r.Err()) != fault.NotFound || !strings.HasSuffix(fault.Hints(r.Err())[0], "there are dumps of production, staging") {
		t.Errorf("no dump: %+v, %v", r, fault.Hints(r.Err()))
	}
}

// A later problem adds its text but not its exit code or hint.
func TestErrIsThatOfTheWorstProblem(t *testing.T) {
	r := &Report{Label: "production", Bucket: "s3://b", Problems: []problem{{stale, "old"}, {future, "future"}}}
	err := r.Err()
	if fault.CodeOf(err) != fault.Stale || err.Error() != "production in s3://b: old; future" {
		t.Errorf("code %v, %v", fault.CodeOf(err), err)
	}
	if hints := fault.Hints(err); len(hints) != 1 || !strings.Contains(hints[0], "read the log") {
		t.Errorf("%q", hints)
	}
	for _, k := range kinds() {
		if r.hint(k) == "" {
			t.Errorf("no hint for %s", k)
		}
	}
}

func TestReportText(t *testing.T) {
	now := time.Date(2026, 11, 23, 8, 30, 0, 0, time.UTC)
	yesterday, since := now.Add(-25*time.Hour), now.Add(-3*time.Minute)
	report := func(sizes ...int64) *Report { return New(query(), Seen{Dumps: every4Hours(now, sizes...)}, now) }
	for _, tt := range []struct {
		name string
		r    *Report
		set  func(*Report)
		want []string // lines, with single spaces
	}{
		{"no dump", report(), nil, []string{"production in s3://b: problems: missing", "newest dump none", "open uploads not known", "backup now not known: no source is set here"}},
		{"too few to compare with", report(10, 10), nil, []string{
			"newest dump production-20261123073000.rds.dump", "2026-11-23 07:30 UTC, 1 h ago (limit 9h)", "10 B; too few earlier dumps to compare with",
			"without a manifest", "all dumps 2, 20 B; none with a manifest", "verified none of the newest 2 dumps",
		}},
		{"larger than usual", report(10, 10, 10, 15), nil, []string{"15 B; usually 10 B (+50%, limit -50%)"}},
		{"nothing to divide by", report(0, 0, 0, 15), nil, []string{"15 B; usually 0 B"}},
		{"manifests", report(10, 10), func(r *Report) { r.Bare, r.Newest.Manifest, r.Verified = 1, ManifestUnreadable, &yesterday }, []string{
			"its manifest cannot be read", "all dumps 2, 20 B; 1 without a manifest", "verified 2026-11-22 07:30 UTC, 25 h ago",
		}},
		{"uploads and a backup", report(10), func(r *Report) {
			r.Uploads = &Uploads{Count: 2, Oldest: &yesterday}
			r.Backup = &Backup{Database: "app", Running: true, Since: &since, Session: "pid 1"}
		}, []string{`open uploads 2, the oldest started 25 h ago ("hectl prune --uploads" aborts it)`, "backup now of app, started 3 min ago (pid 1)"}},
		{"a young upload, and a backup of unknown age", report(10), func(r *Report) {
			r.Uploads = &Uploads{Count: 1, Oldest: &since}
			r.Backup = &Backup{Database: "app", Running: true, Session: "pid 1"}
		}, []string{"open uploads 1, the oldest started 3 min ago", "backup now of app (pid 1)"}},
		{"neither", report(10), func(r *Report) { r.Uploads, r.Backup = &Uploads{}, &Backup{Database: "app"} }, []string{"open uploads none", "backup now none of app"}},
		{"a source that does not answer", report(10), func(r *Report) { r.BackupUnknown = "not known: app does not answer" }, []string{"backup now not known: app does not answer"}},
	} {
		if tt.set != nil {
			tt.set(tt.r)
		}
		var lines []string
		for line := range strings.Lines(tt.r.Text()) {
			lines = append(lines, strings.Join(strings.Fields(line), " "))
		}
		for _, want := range tt.want {
			if !strings.Contains("\n"+strings.Join(lines, "\n")+"\n", "\n"+want+"\n") {
				t.Errorf("%s: no %q in\n%s", tt.name, want, strings.Join(lines, "\n"))
			}
		}
	}
}

func TestRecent(t *testing.T) {
	dumps := every4Hours(time.Unix(1e9, 0), make([]int64, 60)...)
	if diff := cmp.Diff(dumps[10:], Recent(dumps)); diff != "" {
		t.Error(diff)
	}
	if got := Recent(dumps[:2]); len(got) != 2 {
		t.Errorf("%d dumps", len(got))
	}
}
