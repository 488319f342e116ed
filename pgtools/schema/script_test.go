package schema_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rubyforgood/hectl/pgtools/schema"
)

func TestSplitScript(t *testing.T) {
	for _, tt := range []struct {
		name, sql string
		lines     []int
	}{
		{"nothing", " \n-- a comment;\n/* and /* another; */ */\n", nil},
		{"without an end", "SELECT 1;\nSELECT 2", []int{1, 2}},
		{"empty statements", ";;\nSELECT 1;;", []int{2}},
		{"quotes", "SELECT 'a;''b', \"c;\"\"d\", E'\\';', $$;$$, $q$;$$;$q$, a$b;\nSELECT 1;", []int{1, 2}},
		{"strings over lines", "SELECT 'a\n\n;b';\nSELECT 2;", []int{1, 4}},
		{"parentheses", "CREATE RULE r AS ON INSERT TO t DO (SELECT 1;\nSELECT 2);\nSELECT 3;", []int{1, 3}},
		{"the body of a function", "CREATE OR REPLACE FUNCTION f() RETURNS int BEGIN ATOMIC\nSELECT CASE 1 WHEN 1 THEN 2 END;\nEND;\nSELECT f();", []int{1, 4}},
		{"a transaction", "BEGIN;\nSELECT CASE WHEN true THEN 1 END;\nEND;", []int{1, 2, 3}},
		{"parameters", "PREPARE p AS SELECT $1;\nEXECUTE p(1);", []int{1, 2}},
		{"what never ends", "SELECT 1;\nSELECT 'a;\n", []int{1, 2}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var lines []int
			for _, s := range schema.SplitScript(tt.sql) {
				lines = append(lines, s.Line)
			}
			if diff := cmp.Diff(tt.lines, lines); diff != "" {
				t.Error(diff)
			}
		})
	}
}
