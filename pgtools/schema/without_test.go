package schema_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rubyforgood/hectl/pgtools/schema"
)

func TestWithoutAttributeOptions(t *testing.T) {
	const table = "CREATE TABLE public.t (\n    a integer DEFAULT 1,\n    \"B c\" text DEFAULT ' ALTER TABLE ONLY public.t ALTER COLUMN a SET (pg_attver=1);'::text\n);\n"
	for _, tt := range []struct {
		name, sql, want string
		cut             []string
	}{
		{"none", table, table, nil},
		{"known", table + "ALTER TABLE ONLY public.t ALTER COLUMN a SET (n_distinct=-0.5);\n", table + "ALTER TABLE ONLY public.t ALTER COLUMN a SET (n_distinct=-0.5);\n", nil},
		{"the only one", table + "ALTER TABLE ONLY public.t ALTER COLUMN a SET (pg_attver=3);\n", table + "\n", []string{"pg_attver"}},
		{"the last", "ALTER TABLE ONLY public.t ALTER COLUMN \"B c\" SET (n_distinct=5, pg_attver=3);", "ALTER TABLE ONLY public.t ALTER COLUMN \"B c\" SET (n_distinct=5);", []string{"pg_attver"}},
		{"the first, and quoted", "ALTER FOREIGN TABLE ONLY s.\"x;y\" ALTER COLUMN a SET (\"odd\"='a, b)', n_distinct=5);", "ALTER FOREIGN TABLE ONLY s.\"x;y\" ALTER COLUMN a SET (n_distinct=5);", []string{"odd"}},
		{"two columns", "ALTER TABLE ONLY t ALTER COLUMN a SET (pg_attver=1);\nALTER TABLE ONLY t ALTER COLUMN b SET STATISTICS 5;\nALTER TABLE ONLY t ALTER COLUMN b SET (pg_attver=2);\n", "\nALTER TABLE ONLY t ALTER COLUMN b SET STATISTICS 5;\n\n", []string{"pg_attver", "pg_attver"}},
		{"options of the table", "ALTER TABLE ONLY t SET (fillfactor=70);", "ALTER TABLE ONLY t SET (fillfactor=70);", nil},
		{"of a foreign table", "ALTER FOREIGN TABLE ONLY t ALTER COLUMN a OPTIONS (pg_attver '1');", "ALTER FOREIGN TABLE ONLY t ALTER COLUMN a OPTIONS (pg_attver '1');", nil},
		{"not to be split", "ALTER TABLE ONLY t ALTER COLUMN a SET (pg_attver=1); '", "ALTER TABLE ONLY t ALTER COLUMN a SET (pg_attver=1); '", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, cut := schema.WithoutAttributeOptions(tt.sql, true, func(o string) bool { return o == "n_distinct" })
			if got != tt.want || !slices.Equal(cut, tt.cut) {
				t.Errorf("%q, cut %q", got, cut)
			}
		})
	}
}

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
