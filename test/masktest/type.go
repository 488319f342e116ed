// Package masktest helps to test masking methods.
package masktest

import (
	"strconv"
	"strings"

	"github.com/rubyforgood/hectl/pgtools/schema"
)

// Type returns a type as pgtools/schema reads it from a dump. sql is its name as
// pg_dump writes it; citext and hstore are in the schema public.
func Type(sql string) schema.Type {
	t := schema.Type{SQL: sql}
	name := sql
	name, t.Array = strings.CutSuffix(name, "[]")
	if before, after, ok := strings.Cut(name, "("); ok {
		list, after, _ := strings.Cut(after, ")")
		for s := range strings.SplitSeq(list, ",") {
			n, _ := strconv.Atoi(s)
			t.Modifiers = append(t.Modifiers, n)
		}
		name = before + after
	}
	if name == "citext" || name == "hstore" {
		t.Name.Schema = "public"
	}
	t.Name.Name = name
	return t
}
