package restore

import (
	"strings"
	"testing"

	"github.com/rubyforgood/hectl/dump"
	"github.com/rubyforgood/hectl/internal/fault"
)

func TestVerdict(t *testing.T) {
	t.Parallel()
	d := &dump.Dump{Name: "s3://bucket/x"}
	damaged := &dump.Report{Damaged: []dump.Damage{{}}}
	for _, tt := range []struct {
		name string
		r    verified
		code fault.Code
		want string
	}{
		{"intact", verified{Whole: true, Vouched: true, Checked: &dump.Report{}}, fault.Done, "is intact"},
		{"damaged", verified{Vouched: true, Checked: damaged}, fault.Integrity, "is DAMAGED"},
		{"damaged, without a checksum", verified{Checked: damaged}, fault.Integrity, "is DAMAGED"},
		{"no checksum", verified{Whole: true, Checked: &dump.Report{}}, fault.Warnings, "no checksum"},
		{"unread", verified{Whole: true, Vouched: true, Checked: &dump.Report{Opaque: "a layout of a later version"}}, fault.Warnings, "is intact"},
	} {
		first, _, _ := strings.Cut(tt.r.Text(), "\n")
		if !strings.Contains(first, tt.want) {
			t.Errorf("%s: %q", tt.name, first)
		}
		if !tt.r.Whole {
			continue // dump.Report.Fault covers this
		}
		if err := tt.r.fault(d); fault.CodeOf(err) != tt.code {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}
