package attachments

import (
	"strings"
	"testing"

	"github.com/rubyforgood/hectl/internal/fault"
)

func TestResultFault(t *testing.T) {
	t.Parallel()
	wanted, fetched := amount{Files: 3}, amount{Files: 1}
	wrong, missing, unusables := []unusable{{"a", "too long"}}, []string{"b"}, []unusable{{" ", "no name"}}
	for _, tt := range []struct {
		name string
		r    result
		code fault.Code
		want []string // parts of the error
		hint string
	}{
		{"all fetched", result{Wanted: wanted, Fetched: wanted}, fault.Done, nil, ""},
		{"missing", result{Wanted: wanted, Fetched: fetched, Missing: missing}, fault.Warnings, []string{": b"}, "deleted since the dump"},
		{"nothing there", result{Wanted: wanted, Missing: missing}, fault.Warnings, []string{": b"}, "--attachments-bucket"},
		{"nothing there, by masked keys", result{Wanted: wanted, Missing: missing, masked: true}, fault.Warnings, []string{": b"}, "{key: keep}"},
		{"wrong", result{Wanted: wanted, Wrong: wrong}, fault.Integrity, []string{"a (too long)"}, "check these files in production"},
		{"all of it", result{Wanted: wanted, Wrong: wrong, Missing: missing, Unusable: unusables}, fault.Integrity, []string{"a (too long)", ": b", `" " (no name)`}, "check these files in production"},
		{"unusable only", result{Wanted: wanted, Fetched: wanted, Unusable: unusables}, fault.Warnings, []string{`" " (no name)`}, ""},
	} {
		err := tt.r.fault()
		hints := strings.Join(fault.Hints(err), "")
		if fault.CodeOf(err) != tt.code || (hints == "") != (tt.hint == "") || !strings.Contains(hints, tt.hint) {
			t.Errorf("%s: %v, hint %q", tt.name, err, hints)
		}
		for _, want := range tt.want {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %q is not in %v", tt.name, want, err)
			}
		}
	}
}

func TestSome(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]string{1: "a", 5: "a, b, c, d, e", 6: "a, b, c, d, e, and 1 more (--json lists all)"} {
		if got := some([]string{"a", "b", "c", "d", "e", "f"}[:n]); got != want {
			t.Errorf("%d: %s", n, got)
		}
	}
	if got := some([]string{"\x1b[31mred\nb"}); strings.ContainsAny(got, "\x1b\n") {
		t.Errorf("%q", got)
	}
}
