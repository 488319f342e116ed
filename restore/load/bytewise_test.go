package load

import (
	"testing"

	"github.com/rubyforgood/hectl/pgtools/archive"
)

func TestCountsBytes(t *testing.T) {
	for definition, want := range map[string]bool{
		"CREATE TABLE public.t (\n    a text,\n    CONSTRAINT c CHECK ((length(a) <= 2))\n);\n":       false,
		"CREATE TABLE public.t (\n    a text DEFAULT 'octet_length'::text\n);\n":                      false,
		"CREATE TABLE public.t (\n    a text,\n    CONSTRAINT c CHECK ((octet_length(a) <= 2))\n);\n": true,
		"CREATE TABLE public.t (\n    a text,\n    b text GENERATED ALWAYS AS (md5(a)) STORED\n);\n":  true,
		"CREATE TABLE public.t (\n    a text\n)\nPARTITION BY HASH (a);\n":                            true,
		"CREATE TABLE public.t (\n    a name\n);\n":                                                   true,
		"CREATE TABLE public.t (\n    a name[]\n);\n":                                                 true,
		"CREATE TABLE public.t (\n    name text\n);\n":                                                false,
	} {
		h := &archive.Head{Entries: []archive.Entry{
			{ID: 1, Desc: "ENCODING", Definition: "SET client_encoding = 'LATIN1';\n"},
			{ID: 2, Desc: "TABLE", Namespace: "public", Tag: "t", Definition: definition},
		}}
		if got := countsBytes(h); got != want {
			t.Errorf("%s: %t", definition, got)
		}
	}
}
