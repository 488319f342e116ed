package schema_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rubyforgood/hectl/pgtools/schema"
)

func TestWithoutRoles(t *testing.T) {
	unwanted := func(role string) bool { return role == "gone" || role == `a "b", c` }
	for _, tt := range []struct {
		name, sql, want string
		kept, cut       []string
	}{
		{"one of three", "CREATE POLICY p ON public.t TO app, gone, ops USING ((a > 1));\n", "CREATE POLICY p ON public.t TO app, ops USING ((a > 1));\n", []string{"app", "ops"}, []string{"gone"}},
		{"none", "CREATE POLICY p ON public.t AS RESTRICTIVE FOR SELECT TO app USING (true);", "CREATE POLICY p ON public.t AS RESTRICTIVE FOR SELECT TO app USING (true);", []string{"app"}, nil},
		{"all", "CREATE POLICY p ON public.t FOR INSERT TO gone WITH CHECK (true);", "", nil, []string{"gone"}},
		{"odd names", `CREATE POLICY "TO gone" ON "S"."t TO gone" TO "a ""b"", c", "App";`, `CREATE POLICY "TO gone" ON "S"."t TO gone" TO "App";`, []string{`"App"`}, []string{`"a ""b"", c"`}},
		{"everyone", "CREATE POLICY p ON public.t USING ((owner = 'TO gone'));", "CREATE POLICY p ON public.t USING ((owner = 'TO gone'));", nil, nil},
		{"another form", "CREATE POLICY p ON public.t TO app, (gone);", "CREATE POLICY p ON public.t TO app, (gone);", nil, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			edited, kept, cut := schema.WithoutRoles(tt.sql, unwanted)
			if edited != tt.want {
				t.Errorf("%q", edited)
			}
			if diff := cmp.Diff([][]string{tt.kept, tt.cut}, [][]string{kept, cut}); diff != "" {
				t.Error(diff)
			}
		})
	}
}
