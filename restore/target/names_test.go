package target

import (
	"strings"
	"testing"
	"time"

	"github.com/rubyforgood/hectl/pgtools"
)

func TestNames(t *testing.T) {
	at := time.Date(2026, 11, 23, 10, 30, 0, 0, time.FixedZone("", 3600))
	if got := TempName("diaper_dev", at); got != "diaper_dev_hectl_20261123093000" {
		t.Error(got)
	}
	long := strings.Repeat("production-", 5)
	for _, target := range []string{"diaper_dev", "a", strings.Repeat("x", 63), strings.Repeat("ü", 31)} {
		names := []string{TempName(target, at), OutgoingName(target, at), CopyName(target, at), OutgoingSnapshotName(target, at),
			PreviousName(target), ReplacedName(target, at), SnapshotName(target, "a"), SnapshotName(target, long+"a"), SnapshotName(target, long+"b")}
		for i, name := range names {
			if len(name) > pgtools.MaxIdentifier {
				t.Errorf("%q has %d bytes", name, len(name))
			}
			if name == target {
				t.Errorf("%q is the target's own name", name)
			}
			for _, other := range names[:i] {
				if name == other {
					t.Errorf("%q stands for two", name)
				}
			}
		}
		for i, name := range names {
			if temp := i < 4; IsTempName(target, name) != temp {
				t.Errorf("%q is a temp name: %t", name, !temp)
			}
		}
	}
}

func TestOnlyWhatHectlMadeIsATempDatabase(t *testing.T) {
	for _, name := range []string{
		"dev", "dev_previous", "dev_hectl", "dev_hectl_", "dev_hectl_2026", "dev_hectl_20261123093000_mine",
		"other_hectl_20261123093000", "dev2_hectl_20261123093000", "mydev_hectl_20261123093000", "dev_hectl_20261123093000x",
	} {
		if IsTempName("dev", name) {
			t.Errorf("%q would be dropped", name)
		}
	}
}

func TestLongNamesThatBeginAlikeStayApart(t *testing.T) {
	a, b := strings.Repeat("x", 50)+"a", strings.Repeat("x", 50)+"b"
	if PreviousName(a) == PreviousName(b) {
		t.Errorf("%q is the previous database of two targets", PreviousName(a))
	}
}
