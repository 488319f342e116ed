package schema_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rubyforgood/hectl/pgtools/schema"
)

func TestCastsAndCalls(t *testing.T) {
	for _, tt := range []struct {
		sql          string
		casts, calls []string
	}{
		{"lower((email)::text)", []string{"text"}, []string{"lower"}},
		{"'a'::text", nil, nil},
		{"('2026-01-01'::text)::date", []string{"date"}, nil},
		{"'x(1)::date'::character varying(3)", nil, nil},
		{"(born)::timestamp(3) without time zone", []string{"timestamp(3) without time zone"}, nil},
		{`(kind)::public."Kind"[]`, []string{`public."Kind"[]`}, nil},
		{`(a)::"char"`, []string{`"char"`}, nil},
		{"(age)::numeric(10,2) + 1", []string{"numeric(10,2)"}, nil},
		{`public.f("substring"(t.a, 1)) AND (COALESCE(b, 'g(x)'::text) = 'h'::text)`, nil, []string{"public.f", "substring", "coalesce"}},
		{"count(t.*)", nil, []string{"count"}},
		{`"My f"(a) IN (1)`, nil, []string{`"My f"`}},
	} {
		t.Run(tt.sql, func(t *testing.T) {
			types, err := schema.Casts(tt.sql)
			if err != nil {
				t.Fatal(err)
			}
			names, err := schema.Calls(tt.sql)
			if err != nil {
				t.Fatal(err)
			}
			var casts, calls []string
			for _, to := range types {
				casts = append(casts, to.SQL)
			}
			for _, name := range names {
				calls = append(calls, name.String())
			}
			if diff := cmp.Diff([][]string{tt.casts, tt.calls}, [][]string{casts, calls}); diff != "" {
				t.Error(diff)
			}
		})
	}
	for _, sql := range []string{"f('a", "(a)::", "a::(b)"} {
		if _, err := schema.Casts(sql); err == nil {
			t.Errorf("%s: no error", sql)
		}
		if _, err := schema.Calls(sql); err == nil {
			t.Errorf("%s: no error", sql)
		}
	}
}
