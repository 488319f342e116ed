package backup

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/files"
)

// gauges renders what was seen in Prometheus' text format. Of a bucket that
// could not be read, seen is nil: then it is only said that it could not. What is
// not known is left out, for no number means that.
func (o *statusOptions) gauges(now time.Time, seen *status) string {
	g := gaugeWriter{labels: pair("bucket", o.bucket.String()) + "," + pair("env", o.label)}
	g.add("up", "Whether the bucket could be read.", truth(seen != nil))
	g.add("checked_timestamp_seconds", "When hectl status last looked.", unix(now))
	g.add("max_age_seconds", "How old the newest dump may be.", o.limits.maxAge.Seconds())
	if seen == nil {
		return g.String()
	}
	g.begin("problem", "Whether something is wrong with the dumps, by its kind.")
	for _, k := range kinds() {
		found := false
		for _, p := range seen.Problems {
			found = found || p.Kind == k
		}
		g.sample("problem", ","+pair("kind", string(k)), truth(found))
	}
	g.add("dumps", "Dumps of this label.", float64(seen.Dumps))
	g.add("dumps_bytes", "Size of all of them.", float64(seen.Size))
	g.add("dumps_without_manifest", "Dumps that have no manifest.", float64(seen.Bare))
	if n := seen.Newest; n != nil {
		g.add("newest_dump_timestamp_seconds", "When the newest dump was made.", unix(written(n.Dump)))
		g.add("newest_dump_bytes", "Size of the newest dump.", float64(n.Size))
	}
	if seen.Usual != nil {
		g.add("median_dump_bytes", "Median size of the ten dumps before the newest.", float64(*seen.Usual))
	}
	if seen.Verified != nil {
		g.add("verified_timestamp_seconds", "When one of the newest 50 dumps was last verified.", unix(*seen.Verified))
	}
	if seen.Restored != nil {
		g.add("restored_timestamp_seconds", "When one of the newest 50 dumps was last test-restored.", unix(*seen.Restored))
	}
	if seen.Uploads != nil {
		g.add("open_uploads", "Uploads of dumps that are under way, or were left behind.", float64(seen.Uploads.Count))
		if seen.Uploads.Oldest != nil {
			g.add("open_upload_timestamp_seconds", "When the oldest of them began.", unix(*seen.Uploads.Oldest))
		}
	}
	if seen.Backup != nil {
		g.add("backup_running", "Whether a backup of the source runs.", truth(seen.Backup.Running))
	}
	return g.String()
}

// gaugeWriter writes metrics that all have the same labels.
type gaugeWriter struct {
	strings.Builder
	labels string
}

func (g *gaugeWriter) add(name, help string, value float64) {
	g.begin(name, help)
	g.sample(name, "", value)
}

func (g *gaugeWriter) begin(name, help string) {
	fmt.Fprintf(g, "# HELP hectl_%s %s\n# TYPE hectl_%s gauge\n", name, help, name)
}

func (g *gaugeWriter) sample(name, more string, value float64) {
	fmt.Fprintf(g, "hectl_%s{%s%s} %s\n", name, g.labels, more, strconv.FormatFloat(value, 'f', -1, 64))
}

func truth(is bool) float64 {
	if is {
		return 1
	}
	return 0
}

func unix(t time.Time) float64 { return float64(t.Unix()) }

// pair renders a label, in which three characters are escaped, and no others.
func pair(name, value string) string {
	return name + `="` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(value) + `"`
}

// metricsFile returns the file that is to be replaced when path is given. A link of
// this user stays one: what it leads to is replaced. One that another user may have
// laid is refused, and so is anything but a file, for a rename would put a file in
// the place of /dev/stdout.
func metricsFile(path string) (string, error) {
	hint := "name a file, in the folder that the node exporter reads; --json writes to standard output"
	if path == "-" {
		return "", fault.New(fault.Usage, hint, "--metrics needs a file, not standard output")
	}
	target, err := files.Resolve(path)
	switch {
	case errors.Is(err, files.ErrNotOurs):
		return "", fault.New(fault.Usage, "name the file that it leads to, in a folder that only you can write to",
			"--metrics %s: it is a link that another user may have made", path)
	case errors.Is(err, fs.ErrNotExist) && target != path:
		return "", fault.New(fault.Usage, hint, "--metrics %s: the link leads nowhere", path)
	case err != nil:
		return path, nil //nolint:nilerr // writing there tells more
	}
	if info, err := os.Stat(target); err == nil && !info.Mode().IsRegular() {
		return "", fault.New(fault.Usage, hint, "--metrics %s: it is not a file", path)
	}
	return target, nil
}

// writeMetrics replaces a file in one step. The node exporter, which runs as another
// user, must be able to read it.
func writeMetrics(path, text string) error {
	if err := files.Replace(path, []byte(text), 0o644); err != nil {
		return fmt.Errorf("write metrics %s: %w", path, err)
	}
	return nil
}
