package status

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rubyforgood/hectl/dump/catalog"
)

func TestSparkline(t *testing.T) {
	for _, tt := range []struct {
		sizes Sparkline
		want  string
	}{
		{Sparkline{noDump, noDump}, "··"},
		{Sparkline{0, 0}, "▁▁"},
		{Sparkline{1, 1, 0}, "██▁"},
		{Sparkline{0, 10, 20, 30, 40, 50, 60, 70}, "▁▂▃▄▅▆▇█"},
		{Sparkline{100, noDump, 97, 50, 1}, "█·█▅▁"},
		{Sparkline{5 << 40, 5 << 39}, "█▅"}, // the largest object that S3 stores
	} {
		if got := tt.sizes.String(); got != tt.want {
			t.Errorf("%v: %s, not %s", tt.sizes, got, tt.want)
		}
	}
}

func TestNewSparkline(t *testing.T) {
	now := time.Date(2026, 11, 23, 0, 30, 0, 0, time.FixedZone("", 3600)) // the 22nd in UTC
	var dumps []catalog.Dump
	for text, size := range map[string]int64{
		"2026-11-22T23:29:59Z": 7, "2026-11-22T00:00:00Z": 9,
		"2026-11-21T23:59:59Z": 4, "2026-11-21T12:00:00Z": 3, "2026-11-21T00:00:00Z": 5,
		"2026-10-24T00:00:00Z": 1, "2026-10-23T23:59:59Z": 2, "2026-11-23T00:00:00Z": 8,
	} {
		at, err := time.Parse(time.RFC3339, text)
		if err != nil {
			t.Fatal(err)
		}
		dumps = append(dumps, catalog.Dump{Time: at, Size: size})
	}
	got := NewSparkline(dumps, now)
	if len(got) != sparkDays {
		t.Fatalf("%d days", len(got))
	}
	if diff := cmp.Diff([]int64{1, 3, 7}, []int64{got[0], got[28], got[29]}); diff != "" {
		t.Error(diff)
	}
	if line := got.String(); line != "▂"+strings.Repeat("·", 27)+"▄█" {
		t.Error(line)
	}
}
