package schema_test

import (
	"testing"

	"github.com/rubyforgood/hectl/pgtools/schema"
)

func TestReferences(t *testing.T) {
	for _, tt := range []struct{ sql, from, to string }{
		{"ALTER TABLE ONLY public.items\n    ADD CONSTRAINT items_job_id_fkey FOREIGN KEY (job_id) REFERENCES public.jobs(id) ON DELETE CASCADE;", "public.items", "public.jobs"},
		{`ALTER TABLE "S".items ADD CONSTRAINT "FOREIGN KEY" FOREIGN KEY (a, "b)") REFERENCES "S"."My jobs"(a, b) NOT VALID;`, `"S".items`, `"S"."My jobs"`},
		{"ALTER TABLE ONLY public.items ADD CONSTRAINT c CHECK ((a <> ' FOREIGN KEY (a) REFERENCES jobs('));", "", ""},
		{"CREATE TABLE public.t ();", "", ""},
	} {
		from, to, ok := schema.References(tt.sql)
		if ok != (tt.to != "") || ok && (from.String() != tt.from || to.String() != tt.to) {
			t.Errorf("%s: %s, %s, %v", tt.sql, from, to, ok)
		}
	}
}
