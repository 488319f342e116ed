package mask

import (
	"errors"
	"strings"
	"testing"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/pgtools/archive"
	"github.com/rubyforgood/hectl/pgtools/schema"
)

func TestReport(t *testing.T) {
	people := table("people", "id", "bigint!", "email", "text", "name", "text", "note", "text", "encrypted_password", "text")
	odd := table("odd", "a", "text")
	odd.Unread = errors.New("no such type")
	c := compiled(t, "people: {email: email, name: keep}", people, table("delayed_jobs", "id", "bigint"), odd)
	c.head = &archive.Head{Entries: []archive.Entry{{ID: 9, Desc: "BLOBS"}}}
	r := c.report()
	got := map[string]string{}
	for _, f := range r.Findings {
		got[f.On()] = f.Rule
		if f.Open != (f.Rule == "") {
			t.Errorf("%s: open %t with rule %q", f.On(), f.Open, f.Rule)
		}
	}
	for on, rule := range map[string]string{"people.email": "email", "people.name": "keep", "people.note": "", "people.encrypted_password": "always replaced", "odd": "", "large objects": ""} {
		if found, ok := got[on]; !ok || found != rule {
			t.Errorf("%s: rule %q (%t), want %q", on, found, ok, rule)
		}
	}
	if len(got) != 6 || r.Masked != 2 || r.Kept != 1 || r.Open() != 3 || len(r.LeftOut) != 1 || r.LeftOut[0] != "delayed_jobs" {
		t.Errorf("%+v", r)
	}
	if err := r.unlisted(&Rules{Unlisted: UnlistedWarn}); err != nil {
		t.Error(err)
	}
	err := r.unlisted(c.rules)
	if fault.CodeOf(err) != fault.Usage || !strings.Contains(err.Error(), "the dump has 3 columns that could hold personal data") || !strings.Contains(strings.Join(fault.Hints(err), ""), "large_objects: none") {
		t.Error(err)
	}
}

func TestLabel(t *testing.T) {
	for want, n := range map[string]schema.Name{"users": {Schema: "public", Name: "users"}, "app.users": {Schema: "app", Name: "users"}, `"Mixed Case"`: {Schema: "public", Name: "Mixed Case"}} {
		if got := label(n); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}
