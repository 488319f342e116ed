package schema

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestBuiltIn(t *testing.T) {
	const sql = `CREATE VIEW public.pg_v AS
 SELECT pg_t.a, "pg_class".b, 'pg_literal'::text, pg_f(pg_catalog.pg_g(1)), public.pg_h(2) -- pg_comment
   FROM public.pg_t, "pg_class", pg_catalog."pg_attribute" att`
	got, err := BuiltIn(sql)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, name := range got {
		if strings.HasPrefix(name, "pg_") {
			names = append(names, name)
		}
	}
	if diff := cmp.Diff([]string{"pg_f", "pg_g", "pg_class", "pg_attribute"}, names); diff != "" {
		t.Error(diff)
	}
}
