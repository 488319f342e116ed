package backup

import (
	"strings"
	"testing"
	"time"

	"github.com/rubyforgood/hectl/backup/status"
	"github.com/rubyforgood/hectl/dump/catalog"
)

func TestListingText(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 8, 30, 0, 0, time.UTC)
	dump := func(label string, age time.Duration, size int64) catalog.Dump {
		at := now.Add(-age)
		return catalog.Dump{Key: catalog.Key("he", label, at), Label: label, Time: at, Size: size}
	}
	yesterday := now.AddDate(0, 0, -1)
	a, b, c := dump("production", 30*time.Hour, 2000), dump("production", time.Hour, 1000), dump("staging", time.Minute, 5)
	l := listing{base: "he", now: now, all: []catalog.Dump{a, b, c}, Dumps: []status.Described{{Dump: b, Verified: &yesterday, Manifest: status.ManifestFits}, {Dump: c, Manifest: status.ManifestNone}}}
	want := `
TIME (UTC)        AGE    SIZE    DUMP
2026-11-23 07:30  1 h    1.0 kB  production-20261123073000.rds.dump
2026-11-23 08:29  1 min  5 B     staging-20261123082900.rds.dump

production  ····························█▅  smallest of each day, up to 2.0 kB
`
	if got := "\n" + l.Text(); got != want {
		t.Errorf("got%swant%s", got, want)
	}
	l.long = true
	for _, line := range []string{
		"2026-11-23 07:30 1 h 1.0 kB 2026-11-22 - production-20261123073000.rds.dump",
		"2026-11-23 08:29 1 min 5 B no manifest - staging-20261123082900.rds.dump",
	} {
		if got := strings.Join(strings.Fields(l.Text()), " "); !strings.Contains(got, line) {
			t.Errorf("no %q in %q", line, got)
		}
	}
	if got := (listing{all: []catalog.Dump{a}}).Text(); got != "" {
		t.Errorf("no dumps: %q", got)
	}
}
