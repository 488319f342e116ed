package schema_test

import (
	"testing"

	"github.com/rubyforgood/hectl/pgtools/schema"
)

func TestHasVirtualColumns(t *testing.T) {
	for sql, want := range map[string]bool{
		"CREATE TABLE public.t (\n    a integer,\n    b integer GENERATED ALWAYS AS ((a + 1))\n);":        true,
		"CREATE TABLE public.t (\n    a integer,\n    b integer GENERATED ALWAYS AS ((a + 1)) STORED\n);": false,
		"CREATE TABLE public.t (\n    a text DEFAULT 'GENERATED ALWAYS AS ('\n);":                         false,
		"CREATE TABLE public.t (\n    a text SOMETHING NEW\n);":                                           true,
	} {
		if got := schema.HasVirtualColumns(sql); got != want {
			t.Errorf("%s: %v", sql, got)
		}
	}
}
