package restore

import (
	"strings"
	"testing"
	"time"
)

func TestNames(t *testing.T) {
	at := time.Date(2026, 11, 23, 10, 30, 0, 0, time.FixedZone("", 3600))
	if got := tempName("diaper_dev", at); got != "diaper_dev_hectl_20261123093000" {
		t.Error(got)
	}
	long := strings.Repeat("production-", 5)
	for _, target := range []string{"diaper_dev", "a", strings.Repeat("x", 63), strings.Repeat("ü", 31)} {
		names := []string{tempName(target, at), outgoingName(target, at), copyName(target, at), outgoingSnapshotName(target, at),
			previousName(target), replacedName(target, at), snapshotName(target, "a"), snapshotName(target, long+"a"), snapshotName(target, long+"b")}
		for i, name := range names {
			if len(name) > maxIdentifier {
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
			if temp := i < 4; isTempName(target, name) != temp {
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
		if isTempName("dev", name) {
			t.Errorf("%q would be dropped", name)
		}
	}
}

func TestLongNamesThatBeginAlikeStayApart(t *testing.T) {
	a, b := strings.Repeat("x", 50)+"a", strings.Repeat("x", 50)+"b"
	if previousName(a) == previousName(b) {
		t.Errorf("%q is the previous database of two targets", previousName(a))
	}
}
