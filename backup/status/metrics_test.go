package status

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestMetricsOfAnUnreadableBucket(t *testing.T) {
	now := time.Date(2026, 11, 23, 8, 30, 0, 0, time.UTC)
	q := Query{Bucket: "s3://b/" + `a"\` + "\n", Label: "production", Limits: Limits{MaxAge: 9 * time.Hour}}
	const unreadable = `# HELP hectl_up Whether the bucket could be read.
# TYPE hectl_up gauge
hectl_up{bucket="s3://b/a\"\\\n",env="production"} 0
# HELP hectl_checked_timestamp_seconds When hectl status last ran.
# TYPE hectl_checked_timestamp_seconds gauge
hectl_checked_timestamp_seconds{bucket="s3://b/a\"\\\n",env="production"} 1795422600
# HELP hectl_max_age_seconds Maximum age of the newest dump.
# TYPE hectl_max_age_seconds gauge
hectl_max_age_seconds{bucket="s3://b/a\"\\\n",env="production"} 32400
`
	if diff := cmp.Diff(unreadable, Metrics(q, nil, now)); diff != "" {
		t.Error(diff)
	}
}

// The alerts in docs/monitoring.md must use metrics that exist.
func TestAlertsInTheDocs(t *testing.T) {
	text, err := os.ReadFile("../../docs/monitoring.md")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 23, 8, 30, 0, 0, time.UTC)
	q := Query{Bucket: "s3://b", Label: "production"}
	written := Metrics(q, &Report{Newest: &Newest{}, Verified: &now}, now)
	asked := 0
	for _, line := range regexp.MustCompile(`(?m)^ *expr: .*$`).FindAllString(string(text), -1) {
		for _, name := range regexp.MustCompile(`hectl_\w+`).FindAllString(line, -1) {
			asked++
			if !strings.Contains(written, "\n"+name+"{") {
				t.Errorf("there is no %s", name)
			}
		}
	}
	if asked < 5 {
		t.Errorf("docs/monitoring.md uses %d metrics", asked)
	}
}

func TestWriteMetricsReplacesAtOnceOrLeavesAlone(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "hectl.prom")
	for _, text := range []string{"one\n", "two, which is longer\n", "3\n"} {
		if err := WriteMetrics(path, text); err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(path)
		if err != nil || string(got) != text {
			t.Errorf("%q, %v", got, err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "folder"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := WriteMetrics(filepath.Join(dir, "folder"), "x"); err == nil {
		t.Error("a folder was replaced")
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 2 {
		t.Errorf("%v, %v", entries, err)
	}
}

func TestMetricsOfAReport(t *testing.T) {
	now := time.Date(2026, 11, 23, 8, 30, 0, 0, time.UTC)
	r := New(Query{Bucket: "s3://b", Label: "production", Limits: Limits{MaxAge: time.Minute, MaxShrink: 50}}, Seen{Dumps: every4Hours(now, 1, 2, 3, 4)}, now)
	r.Uploads = &Uploads{Count: 2, Oldest: &now}
	r.Backup = &Backup{Running: true}
	got := Metrics(Query{Bucket: "s3://b", Label: "production"}, r, now)
	const labels = `{bucket="s3://b",env="production"`
	for _, line := range []string{
		"hectl_up" + labels + "} 1", "hectl_problem" + labels + `,kind="stale"} 1`, "hectl_problem" + labels + `,kind="missing"} 0`,
		"hectl_dumps" + labels + "} 4", "hectl_dumps_bytes" + labels + "} 10", "hectl_dumps_without_manifest" + labels + "} 4",
		"hectl_newest_dump_bytes" + labels + "} 4", "hectl_newest_dump_timestamp_seconds" + labels + "} 1795419000", "hectl_median_dump_bytes" + labels + "} 2",
		"hectl_open_uploads" + labels + "} 2", "hectl_open_upload_timestamp_seconds" + labels + "} 1795422600", "hectl_backup_running" + labels + "} 1",
	} {
		if !strings.Contains(got, "\n"+line+"\n") {
			t.Errorf("no %s in\n%s", line, got)
		}
	}
	for _, name := range []string{"hectl_verified", "hectl_restored"} {
		if strings.Contains(got, name) {
			t.Errorf("%s is not known", name)
		}
	}
}
