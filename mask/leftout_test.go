package mask

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rubyforgood/hectl/pgtools/archive"
)

func TestLeftOutSecrets(t *testing.T) {
	head := &archive.Head{Entries: []archive.Entry{
		{ID: 1, Desc: "USER MAPPING", Tag: "USER MAPPING me SERVER far"},
		{ID: 2, Desc: "SUBSCRIPTION", Tag: "sub"},
		{ID: 3, Desc: "SUBSCRIPTION TABLE", Tag: "sub t"},
		{ID: 4, Desc: "COMMENT", Tag: "SUBSCRIPTION sub"},
		{ID: 5, Desc: "COMMENT", Tag: "TABLE sub"},
		{ID: 6, Desc: "SERVER", Tag: "far"},
		{ID: 7, Desc: "TABLE", Tag: "t"},
	}}
	l := NewLeftOut(head)
	if diff := cmp.Diff([]string{"subscription sub", "user mapping me SERVER far"}, l.Secrets); diff != "" {
		t.Error(diff)
	}
	for i := range head.Entries {
		if e := &head.Entries[i]; l.Drops(e) != (e.ID <= 4) {
			t.Errorf("%s %s: %t", e.Desc, e.Tag, l.Drops(e))
		}
	}
}

// A materialized view stays empty if filling it may connect to another server.
func TestLeftOutViews(t *testing.T) {
	function := func(language, body string) string {
		return "CREATE FUNCTION public.f() RETURNS integer\n    LANGUAGE " + language + "\n    AS $$" + body + "$$;\n"
	}
	for _, tt := range []struct {
		name    string
		entries []archive.Entry
		want    bool
	}{
		{"a local table", []archive.Entry{{ID: 2, Desc: "TABLE", Tag: "t"}}, false},
		{"a foreign table", []archive.Entry{{ID: 2, Desc: "FOREIGN TABLE", Tag: "t"}}, true},
		{"a view of one", []archive.Entry{{ID: 2, Desc: "VIEW", Tag: "v", Dependencies: []int{3}}, {ID: 3, Desc: "FOREIGN TABLE", Tag: "t"}}, true},
		{"a function without any way out", []archive.Entry{{ID: 2, Desc: "FUNCTION", Tag: "f()", Definition: function("plpgsql", "BEGIN EXECUTE 'x'; END")}}, false},
		{"a function that may run anything", []archive.Entry{{ID: 2, Desc: "FUNCTION", Tag: "f()", Definition: function("plpgsql", "BEGIN EXECUTE 'x'; END")}, {ID: 3, Desc: "EXTENSION", Tag: "postgres_fdw"}}, true},
		{"a function that names nothing", []archive.Entry{{ID: 2, Desc: "FUNCTION", Tag: "f()", Definition: function("sql", "SELECT 1")}, {ID: 3, Desc: "EXTENSION", Tag: "postgres_fdw"}}, false},
		{"a function that names a foreign table", []archive.Entry{{ID: 2, Desc: "FUNCTION", Tag: "f()", Definition: function("sql", "SELECT a FROM far")}, {ID: 3, Desc: "FOREIGN TABLE", Tag: "far"}}, true},
		{"an extension that connects", []archive.Entry{{ID: 2, Desc: "EXTENSION", Tag: "dblink"}}, true},
		{"one that does not", []archive.Entry{{ID: 2, Desc: "EXTENSION", Tag: "citext"}}, false},
	} {
		head := &archive.Head{Entries: append([]archive.Entry{{ID: 1, Desc: "MATERIALIZED VIEW DATA", Namespace: "public", Tag: "m", Dependencies: []int{2}}}, tt.entries...)}
		l := NewLeftOut(head)
		if got := l.Drops(&head.Entries[0]); got != tt.want || got != (len(l.Unfilled) == 1) {
			t.Errorf("%s: %t, %v", tt.name, got, l.Unfilled)
		}
	}
}
