package load

import (
	"testing"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/pgtools/archive"
)

func TestChooser(t *testing.T) {
	for _, tt := range []struct {
		only, exclude []string
		schema, table string
		want          bool
	}{
		{nil, nil, "public", "users", true},
		{nil, []string{"versions"}, "public", "versions", false},
		{nil, []string{"versions"}, "audit", "versions", false},
		{nil, []string{"versions"}, "public", "versions_old", true},
		{nil, []string{"VERSIONS"}, "public", "versions", false},
		{nil, []string{"deprecated_*"}, "public", "deprecated_x", false},
		{nil, []string{"v?rsions"}, "public", "versions", false},
		{nil, []string{"public.*"}, "public", "users", false},
		{nil, []string{"public.*"}, "audit", "users", true},
		{nil, []string{`"Mixed ""Case.*"`}, "public", `Mixed "Case.*`, false},
		{nil, []string{`"Mixed"`}, "public", "mixed", true},
		{[]string{"users", "items"}, nil, "public", "items", true},
		{[]string{"users", "items"}, nil, "public", "versions", false},
		{[]string{"*"}, []string{"versions"}, "public", "versions", false},
		{nil, []string{"a+b"}, "public", "aab", true},
		{nil, []string{"größe"}, "public", "größe", false},
	} {
		c, err := NewChooser(tt.only, tt.exclude)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.Takes(&archive.Entry{Namespace: tt.schema, Tag: tt.table}); got != tt.want {
			t.Errorf("only %q, without %q: %s.%s: %v", tt.only, tt.exclude, tt.schema, tt.table, got)
		}
	}
	for _, bad := range []string{"", `"x`, "public."} {
		if _, err := NewChooser(nil, []string{bad}); fault.CodeOf(err) != fault.Usage {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func TestChooserRefusesWhatMatchesNothing(t *testing.T) {
	h := &archive.Head{Entries: []archive.Entry{{Desc: "TABLE", Namespace: "public", Tag: "versions"}}}
	for text, ok := range map[string]bool{"versions": true, "verions": false, "other.versions": false} {
		c, err := NewChooser(nil, []string{text})
		if err != nil {
			t.Fatal(err)
		}
		if err := c.check(h); (err == nil) != ok {
			t.Errorf("%s: %v", text, err)
		}
	}
}
