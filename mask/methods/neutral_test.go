package methods

import (
	"testing"

	"github.com/rubyforgood/hectl/pgtools/schema"
	"github.com/rubyforgood/hectl/test/masktest"
)

func TestNeutral(t *testing.T) {
	for typ, want := range map[string]string{
		"integer": "0", "numeric(3)": "0", "text[]": "{}", "money": "0", "interval": "0", "time without time zone": "00:00:00", "point": "(0,0)",
		"macaddr": "02:00:00:00:00:00", "int4range": "empty", "datemultirange": "{}", "text": "", "polygon": "",
	} {
		if text, ok := Neutral(masktest.Type(typ)); text != want || ok != (want != "") {
			t.Errorf("%s: %q, %t", typ, text, ok)
		}
	}
	own := schema.Type{SQL: "public.point", Name: schema.Name{Schema: "public", Name: "point"}}
	if text, ok := Neutral(own); ok {
		t.Errorf("%q for a type of the database's own", text)
	}
}
