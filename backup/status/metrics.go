package status

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/rubyforgood/hectl/internal/files"
)

// Metrics renders a report in Prometheus' text format. r is nil if the bucket could not be
// read: then hectl_up is 0. A metric whose value is unknown is left out, because no number
// could stand for "unknown".
func Metrics(q Query, r *Report, now time.Time) string {
	g := gauges{labels: labelPair("bucket", q.Bucket) + "," + labelPair("env", q.Label)}
	g.add("up", "Whether the bucket could be read.", number(r != nil))
	g.add("checked_timestamp_seconds", "When hectl status last ran.", unix(now))
	g.add("max_age_seconds", "Maximum age of the newest dump.", q.Limits.MaxAge.Seconds())
	if r == nil {
		return g.String()
	}
	g.describe("problem", "Whether the dumps have a problem of this kind.")
	for _, k := range kinds() {
		found := false
		for _, p := range r.Problems {
			found = found || p.Kind == k
		}
		g.sample("problem", ","+labelPair("kind", string(k)), number(found))
	}
	g.add("dumps", "Dumps of this label.", float64(r.Dumps))
	g.add("dumps_bytes", "Size of all dumps of this label.", float64(r.Size))
	g.add("dumps_without_manifest", "Dumps without a manifest.", float64(r.Bare))
	if n := r.Newest; n != nil {
		g.add("newest_dump_timestamp_seconds", "When the newest dump was made.", unix(made(n.Dump)))
		g.add("newest_dump_bytes", "Size of the newest dump.", float64(n.Size))
	}
	if r.Usual != nil {
		g.add("median_dump_bytes", "Median size of the ten dumps before the newest.", float64(*r.Usual))
	}
	if r.Verified != nil {
		g.add("verified_timestamp_seconds", "When one of the newest 50 dumps was last verified.", unix(*r.Verified))
	}
	if r.Restored != nil {
		g.add("restored_timestamp_seconds", "When one of the newest 50 dumps was last test-restored.", unix(*r.Restored))
	}
	if r.Uploads != nil {
		g.add("open_uploads", "Uploads of dumps that are running or were left behind.", float64(r.Uploads.Count))
		if r.Uploads.Oldest != nil {
			g.add("open_upload_timestamp_seconds", "When the oldest open upload started.", unix(*r.Uploads.Oldest))
		}
	}
	if r.Backup != nil {
		g.add("backup_running", "Whether a backup of the source is running.", number(r.Backup.Running))
	}
	return g.String()
}

// gauges writes metrics that all have the same labels.
type gauges struct {
	strings.Builder
	labels string
}

func (g *gauges) add(name, help string, value float64) {
	g.describe(name, help)
	g.sample(name, "", value)
}

func (g *gauges) describe(name, help string) {
	fmt.Fprintf(g, "# HELP hectl_%s %s\n# TYPE hectl_%s gauge\n", name, help, name)
}

func (g *gauges) sample(name, moreLabels string, value float64) {
	fmt.Fprintf(g, "hectl_%s{%s%s} %s\n", name, g.labels, moreLabels, strconv.FormatFloat(value, 'f', -1, 64))
}

func number(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

func unix(t time.Time) float64 { return float64(t.Unix()) }

// labelPair renders a label. The format escapes these three characters and no others.
func labelPair(name, value string) string {
	return name + `="` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(value) + `"`
}

// WriteMetrics replaces a file atomically. The node exporter, which runs as another user,
// must be able to read it.
func WriteMetrics(path, metrics string) error {
	if err := files.Replace(path, []byte(metrics), 0o644); err != nil {
		return fmt.Errorf("write metrics %s: %w", path, err)
	}
	return nil
}
