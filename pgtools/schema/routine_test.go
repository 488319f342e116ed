package schema

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRaises(t *testing.T) {
	const sql = `CREATE FUNCTION public.f(note text) RETURNS boolean
    LANGUAGE plpgsql
    AS $$
BEGIN
  -- RAISE 'a comment'
  IF note = 'hush' THEN RAISE EXCEPTION 'not good: %, 100%%', note USING HINT = 'hush'; END IF;
  RAISE 'it''s bad';
  RAISE unique_violation USING MESSAGE = 'taken by ' || note, DETAIL = 'hush';
  RAISE EXCEPTION USING MESSAGE := 'fixed';
  RETURN message = note || 'hush';
END $$;
`
	want := []string{"not good: %, 100%%", "it's bad", "taken by %", "fixed"}
	if diff := cmp.Diff(want, Raises(sql)); diff != "" {
		t.Error(diff)
	}
	if got := Raises("CREATE FUNCTION f() RETURNS int LANGUAGE plperl AS $$ die 'x $$"); got != nil {
		t.Error(got)
	}
}

func TestRoutine(t *testing.T) {
	for sql, want := range map[string]string{
		"CREATE FUNCTION public.f(text) RETURNS int":      "f",
		`CREATE FUNCTION public."F (x"() RETURNS int`:     "F (x",
		`CREATE PROCEDURE "a.b"."c""d"(IN x integer)`:     `c"d`,
		"CREATE FUNCTION public.f":                        "",
		"CREATE FUNCTION public.f() AS $$ not closed":     "",
		"CREATE AGGREGATE public.total(integer) (SFUNC=)": "total",
	} {
		if got := Routine(sql); got != want {
			t.Errorf("%s: %q", sql, got)
		}
	}
}
