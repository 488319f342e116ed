package load

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestForeignKeyObstacle(t *testing.T) {
	t.Parallel()
	const deferred = `ALTER TABLE public.a ALTER CONSTRAINT "a b" DEFERRABLE INITIALLY DEFERRED`
	for _, tt := range []struct {
		name string
		key  foreignKey
		want obstacle
	}{
		{"plain", foreignKey{}, obstacle{deferred, []string{`ALTER TABLE public.a ALTER CONSTRAINT "a b" NOT DEFERRABLE`}}},
		{"deferrable", foreignKey{Deferrable: true}, obstacle{deferred, []string{`ALTER TABLE public.a ALTER CONSTRAINT "a b" DEFERRABLE INITIALLY IMMEDIATE`}}},
		{"deferred", foreignKey{Deferrable: true, Deferred: true}, obstacle{deferred, []string{deferred}}},
		{"dropped", foreignKey{Drop: true}, obstacle{`ALTER TABLE public.a DROP CONSTRAINT "a b"`, []string{`ALTER TABLE public.a ADD CONSTRAINT "a b" FOREIGN KEY (x) REFERENCES public.c(id)`}}},
		{"dropped, with a comment", foreignKey{Drop: true, Comment: "it's"}, obstacle{`ALTER TABLE public.a DROP CONSTRAINT "a b"`, []string{
			`ALTER TABLE public.a ADD CONSTRAINT "a b" FOREIGN KEY (x) REFERENCES public.c(id)`, `COMMENT ON CONSTRAINT "a b" ON public.a IS 'it''s'`,
		}}},
	} {
		tt.key.Table, tt.key.Name, tt.key.Definition = "public.a", `"a b"`, "FOREIGN KEY (x) REFERENCES public.c(id)"
		if diff := cmp.Diff(tt.want, tt.key.obstacle()); diff != "" {
			t.Errorf("%s: %s", tt.name, diff)
		}
	}
}

func TestUnquote(t *testing.T) {
	t.Parallel()
	for sql, want := range map[string]string{"id": "id", `"b c"`: "b c", `"say ""x"""`: `say "x"`} {
		if got := unquote(sql); got != want {
			t.Errorf("%s: %q", sql, got)
		}
	}
}
