package dump

import (
	"testing"
	"time"

	"github.com/rubyforgood/hectl/dump/catalog"
	"github.com/rubyforgood/hectl/pgtools/archive"
)

func TestInfo(t *testing.T) {
	t.Parallel()
	head := &archive.Head{Database: "app", ServerVersion: "17.2", DumpVersion: "17.4"}
	taken := time.Date(2026, 11, 23, 8, 30, 5, 0, time.UTC)
	for _, tt := range []struct {
		d    Dump
		want string
	}{
		{Dump{Name: "standard input", Size: -1}, "standard input"},
		{Dump{Name: "x.dump", Size: 9_500_000, Head: head}, "x.dump (9.5 MB)"},
		{Dump{Name: "x", Size: 2000, Taken: taken, Head: head}, "x (2.0 kB, taken 2026-11-23 08:30 UTC)"},
		{Dump{Name: "x", Size: -1, Masked: true, Manifest: &catalog.Manifest{MaskRules: "0123456789abcdef"}}, "x (masked by the rules 0123456789ab)"},
		{Dump{Name: "x", Size: -1, Manifest: &catalog.Manifest{Masked: true, MaskRules: "0123456789abcdef"}}, "x"}, // not trusted
	} {
		info := tt.d.Info()
		if got := info.String(); got != tt.want {
			t.Errorf("%q, want %q", got, tt.want)
		}
		if (info.Database == "app") != (tt.d.Head != nil) || (info.Taken == nil) != tt.d.Taken.IsZero() {
			t.Errorf("%s: %+v", tt.want, info)
		}
	}
}
