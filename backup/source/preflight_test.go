package source

import (
	"fmt"
	"strings"
	"testing"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/pgtools"
)

func TestPreflight(t *testing.T) {
	var many []pgtools.Unreadable
	for i := range 25 {
		many = append(many, pgtools.Unreadable{Schema: "s", Name: fmt.Sprintf("t%02d", i), NoSelect: true})
	}
	a := pgtools.Unreadable{Schema: "public", Name: "audit_a", NoSelect: true}
	seq := pgtools.Unreadable{Schema: "public", Name: "audit_seq", Sequence: true, NoSelect: true}
	hidden := pgtools.Unreadable{Schema: "public", Name: "audit_h", RowSecurity: true}
	unlogged := pgtools.Unreadable{Schema: "public", Name: "audit_u", Unlogged: true}
	for _, tt := range []struct {
		name    string
		found   []pgtools.Unreadable
		exclude []string
		want    string // part of the error; "" for none
		hint    string
	}{
		{"nothing", nil, nil, "", ""},
		{"a table", []pgtools.Unreadable{a}, nil, "role r cannot read public.audit_a", "pg_read_all_data"},
		{"an excluded table is locked anyway", []pgtools.Unreadable{a}, []string{"audit_*"}, "cannot read public.audit_a", "GRANT"},
		{"a sequence", []pgtools.Unreadable{seq}, []string{"items"}, "cannot read sequence public.audit_seq", "GRANT"},
		{"an excluded sequence", []pgtools.Unreadable{seq}, []string{"public.audit_*"}, "", ""},
		{"hidden rows", []pgtools.Unreadable{hidden}, nil, "row security hides rows of public.audit_h from role r", "BYPASSRLS"},
		{"hidden rows that are excluded", []pgtools.Unreadable{hidden}, []string{"AUDIT_?"}, "", ""},
		{"both", []pgtools.Unreadable{a, hidden}, nil, "public.audit_a; row security hides", "BYPASSRLS"},
		{"unlogged on a standby", []pgtools.Unreadable{unlogged}, nil, "", ""},
		{"many", many, nil, "s.t19 and 5 more", "GRANT"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := sortUnreadable(tt.found, tt.exclude).err("r", pgtools.Version{Major: 15})
			if tt.want == "" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			if fault.CodeOf(err) != fault.Denied || !strings.Contains(err.Error(), tt.want) || !strings.Contains(strings.Join(fault.Hints(err), ""), tt.hint) {
				t.Errorf("%v, hints %q", err, fault.Hints(err))
			}
		})
	}
	old := sortUnreadable([]pgtools.Unreadable{a}, nil).err("r", pgtools.Version{Major: 13})
	if hints := strings.Join(fault.Hints(old), ""); !strings.Contains(hints, "SELECT on all tables") {
		t.Error("PostgreSQL 13 has no pg_read_all_data:", hints)
	}
}

func TestMayExclude(t *testing.T) {
	for _, tt := range []struct {
		pattern, schema, table string
		want                   bool
	}{
		{"t", "public", "t", true},
		{"t", "other", "t", true}, // the schema may be in the search path
		{"t", "public", "tt", false},
		{"T*", "public", "tea", true},
		{"t?", "public", "tt", true},
		{`"Mixed"`, "public", "Mixed", true},
		{"s.t", "s", "t", true},
		{"s.t", "other", "t", false},
		{"s*.*", "stock", "t", true},
		{"db.s.t", "s", "t", true},
		{"a$b", "public", "a$b", true},
		{"a|b", "public", "b", true},
		{"t[0-9]", "public", "t7", true},
		{"t(", "public", "x", true}, // pg_dump refuses it
	} {
		if got := mayExclude([]string{"unrelated", tt.pattern}, tt.schema, tt.table); got != tt.want {
			t.Errorf("%s for %s.%s: %v", tt.pattern, tt.schema, tt.table, got)
		}
	}
}
