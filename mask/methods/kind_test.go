package methods

import (
	"testing"

	"github.com/rubyforgood/hectl/pgtools/schema"
	"github.com/rubyforgood/hectl/test/masktest"
)

func TestKindOf(t *testing.T) {
	citext := masktest.Type("citext")
	domain := schema.Type{SQL: "public.address", Name: schema.Name{Schema: "public", Name: "address"}, Base: &citext}
	mood := schema.Type{SQL: "public.mood", Name: schema.Name{Schema: "public", Name: "mood"}, Labels: []string{"ok"}}
	quoted := schema.Type{SQL: `"name"`, Name: schema.Name{Name: `"name"`}}
	own := schema.Type{SQL: "public.text", Name: schema.Name{Schema: "public", Name: "text"}}
	for _, tt := range []struct {
		typ  schema.Type
		want Kind
	}{
		{masktest.Type("character varying(20)"), Text},
		{masktest.Type("text[]"), Text},
		{citext, Text},
		{domain, Text},
		{quoted, Text},
		{masktest.Type("hstore"), Hstore},
		{masktest.Type("timestamp(3) with time zone"), Timestamp},
		{masktest.Type("date"), Date},
		{masktest.Type("smallint"), Integer},
		{masktest.Type("numeric(8,2)"), Decimal},
		{masktest.Type("real"), Float},
		{masktest.Type("jsonb"), JSON},
		{masktest.Type("cidr"), Inet},
		{masktest.Type("interval"), Other},
		{mood, Other},
		{own, Other},
	} {
		if got := KindOf(tt.typ); got != tt.want {
			t.Errorf("%s: kind %d, want %d", tt.typ.SQL, got, tt.want)
		}
	}
}
