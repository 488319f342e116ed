package schema_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rubyforgood/hectl/pgtools/schema"
)

func TestConditions(t *testing.T) {
	n := func(n int) *int { return &n }
	for sql, want := range map[string][]schema.Condition{
		`b = ANY (ARRAY['x'::text, 'it''s'::text])`:                                            {{Column: "b", OneOf: []string{"x", "it's"}}},
		`(b)::text = ANY ((ARRAY['x'::character varying, 'y'::character varying(3)])::text[])`: {{Column: "b", OneOf: []string{"x", "y"}}},
		`b <> ALL (ARRAY['x'::text])`:                                                          {{Column: "b", NoneOf: []string{"x"}}},
		`(VALUE)::text <> ''::text`:                                                            {{Column: "value", NoneOf: []string{""}}},
		`b = 'x'::text`:                                                                        {{Column: "b", OneOf: []string{"x"}}},
		`n = ANY (ARRAY[1, 2])`:                                                                {{Column: "n", OneOf: []string{"1", "2"}}},
		`"B b" IS NOT NULL`:                                                                    {{Column: "B b", NotNull: true}},
		`char_length(b) <= 20`:                                                                 {{Column: "b", Max: n(20)}},
		`length((b)::text) < 20`:                                                               {{Column: "b", Max: n(19)}},
		`((char_length(b) >= 2) AND (char_length((b)::text) = 20))`:                            {{Column: "b", Min: 2}, {Column: "b", Min: 20, Max: n(20)}},
		`(b ~ 'x and y'::text)`:                                                                nil,
		`b = ANY (ARRAY['x'::text, lower('X'::text)])`:                                         nil,
		`(b IS NOT NULL) OR (a IS NOT NULL)`:                                                   nil,
		`(b IS NOT NULL) AND (a > 0)`:                                                          {{Column: "b", NotNull: true}},
		`(b)::text = lower((b)::text)`:                                                         nil,
		`b BETWEEN 1 AND 2`:                                                                    nil,
		`b = 'x' || 'y'`:                                                                       nil,
	} {
		got, rest := schema.Check{SQL: sql}.Conditions()
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s:\n%s", sql, diff)
		}
		if want == nil && len(rest) == 0 {
			t.Errorf("%s: is said to be understood", sql)
		}
	}
}

func TestUses(t *testing.T) {
	table := schema.Table{Columns: []schema.Column{{Name: "a"}, {Name: "B b"}, {Name: "c"}, {Name: "lower"}}}
	for sql, want := range map[string][]string{
		`(lower(a) || "B b")`: {"a", "B b", "lower"}, // better too many columns than too few
		`'c'::text`:           nil,
		`'open`:               {"a", "B b", "c", "lower"},
	} {
		if diff := cmp.Diff(want, table.Uses(sql)); diff != "" {
			t.Errorf("%s: %s", sql, diff)
		}
	}
}
