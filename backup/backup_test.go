package backup

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/rubyforgood/hectl/backup/prune"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/pgtools"
)

func TestJoinWarnings(t *testing.T) {
	a, b := fault.New(fault.Warnings, "do a", "a failed"), fault.New(fault.Warnings, "do b", "b failed")
	if err := joinWarnings(nil, nil, nil); err != nil {
		t.Errorf("got %v", err)
	}
	if err := joinWarnings(nil, a, nil); !errors.Is(err, a) || err.Error() != "a failed" {
		t.Errorf("got %v", err)
	}
	err := joinWarnings(a, nil, b)
	if fault.CodeOf(err) != fault.Warnings || err.Error() != "a failed; b failed" || strings.Join(fault.Hints(err), "|") != "do a|do b" {
		t.Errorf("code %v, hints %q, %v", fault.CodeOf(err), fault.Hints(err), err)
	}
}

func TestIsOlderMinor(t *testing.T) {
	for _, tt := range []struct {
		tool, server pgtools.Version
		want         bool
	}{
		{pgtools.Version{Major: 15, Minor: 3}, pgtools.Version{Major: 15, Minor: 4}, true},
		{pgtools.Version{Major: 15, Minor: 4}, pgtools.Version{Major: 15, Minor: 4}, false},
		{pgtools.Version{Major: 15, Minor: 5}, pgtools.Version{Major: 15, Minor: 4}, false},
		{pgtools.Version{Major: 17, Minor: 0}, pgtools.Version{Major: 15, Minor: 4}, false},
	} {
		if got := isOlderMinor(tt.tool, tt.server); got != tt.want {
			t.Errorf("pg_dump %s, server %s: %v", tt.tool, tt.server, got)
		}
	}
}

func TestNewCompression(t *testing.T) {
	old, recent := pgtools.Tool{Version: pgtools.Version{Major: 15}}, pgtools.Tool{Version: pgtools.Version{Major: 18}, Zstd: true}
	for _, tt := range []struct {
		chosen string
		tool   pgtools.Tool
		jobs   int
		want   compression
	}{
		{"", old, 2, compression{"6", "1"}},
		{"", old, 0, compression{"1", "1"}},
		{"", recent, 2, compression{"6", "1"}},
		{"", recent, 0, compression{"zstd:3", "zstd:3"}},
		{"9", old, 2, compression{"9", "9"}},
		{"gzip:1", recent, 2, compression{"gzip:1", "gzip:1"}},
	} {
		if got := newCompression(tt.chosen, tt.tool, tt.jobs); got != tt.want {
			t.Errorf("%q, %v, %d sessions: %+v", tt.chosen, tt.tool, tt.jobs, got)
		}
	}
}

func TestEstimateSize(t *testing.T) {
	for compress, want := range map[string]int64{"zstd:3": 100, "gzip": 100, "9": 100, "0": 400, "none": 400, "none:1": 400} {
		if got := estimateSize(100, compress); got != want {
			t.Errorf("%s: %d, want %d", compress, got, want)
		}
	}
}

func TestBackupResultText(t *testing.T) {
	start := time.Date(2026, 11, 23, 8, 30, 0, 0, time.UTC)
	r := backupResult{Database: "app", Bucket: "b", Key: "k", Size: 10e6, Started: start, Finished: start.Add(2 * time.Second)}
	if want := "backed up app to s3://b/k: 10 MB in 2s (5.0 MB/s)"; r.Text() != want {
		t.Errorf("got %q, want %q", r.Text(), want)
	}
	r.Masked = &maskedResult{Bucket: "m", Key: "k", Size: 9e6, Tables: 3, Rules: "0123456789abcdef"}
	r.Pruned = &prune.Removal{Bucket: "s3://b"}
	lines := strings.Split(r.Text(), "\n")
	if lines[1] != "and masked to s3://m/k: 9.0 MB, 3 tables, rules 0123456789ab" || !strings.HasPrefix(lines[len(lines)-1], "removed 0 of 0 dumps in s3://b") {
		t.Errorf("got %q", lines)
	}
	r.Finished = start
	if !strings.Contains(r.Text(), "in 0s (10 GB/s)") {
		t.Errorf("a dump that took no time: %s", r.Text())
	}
}
