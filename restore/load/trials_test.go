package load

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/rubyforgood/hectl/dump"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/mask"
	"github.com/rubyforgood/hectl/mask/methods"
	"github.com/rubyforgood/hectl/pgtools"
	"github.com/rubyforgood/hectl/pgtools/archive"
	"github.com/rubyforgood/hectl/pgtools/schema"
	"github.com/rubyforgood/hectl/test/pgtest"
)

// doubtful returns the head of a dump with a table whose credential has a check that
// hectl cannot evaluate.
func doubtful(check string) *archive.Head {
	return &archive.Head{Entries: []archive.Entry{
		{ID: 1, Section: archive.SectionPreData, Desc: "TABLE", Namespace: "public", Tag: "apps", Definition: "CREATE TABLE public.apps (\n    id bigint NOT NULL,\n    kind integer,\n    api_key text,\n    CONSTRAINT c CHECK (" + check + ")\n);\n"},
		{ID: 2, Section: archive.SectionData, Desc: "TABLE DATA", Namespace: "public", Tag: "apps", Copy: "COPY public.apps (id, kind, api_key) FROM stdin;\n", Dependencies: []int{1}},
	}}
}

func TestTrials(t *testing.T) {
	server := pgtest.New(t)
	if err := server.Exec(t.Context(), "postgres", `
		CREATE DOMAIN never AS integer CHECK (VALUE < 0);
		CREATE FUNCTION public.begins(text, text) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT starts_with($1, $2)'`); err != nil {
		t.Fatal(err)
	}

	t.Run("trial", func(t *testing.T) {
		db, err := pgtools.Connect(t.Context(), server.Conn("postgres"), "test")
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close(context.WithoutCancel(t.Context()))
		const breaks, unknown, passes = "SELECT 1::public.never", "SELECT 1/0", "SELECT 2"
		for _, tt := range []struct {
			queries []string
			want    int
		}{
			{[]string{passes}, 2},
			{[]string{passes, passes}, 2},
			{[]string{breaks}, 0},
			{[]string{breaks, "SELECT 0"}, 0},
			{[]string{unknown}, 1},
			{[]string{passes, unknown}, 1},
			{[]string{passes, breaks}, 1},
			{[]string{"SELECT 1"}, 1},
			{[]string{"SET LOCAL statement_timeout = 1; SELECT 1"}, 1}, // two statements in one query are a different error
		} {
			if got, err := trial(t.Context(), db, tt.queries); got != tt.want || err != nil {
				t.Errorf("%q: %d, %v", tt.queries, got, err)
			}
		}
		ended, end := context.WithCancel(t.Context())
		end()
		if _, err := trial(ended, db, []string{passes}); !errors.Is(err, context.Canceled) {
			t.Errorf("after a signal: %v", err)
		}
	})

	// The hint names the credentials only for errors that their replacements may cause.
	t.Run("explainDoubts", func(t *testing.T) {
		check := server.Exec(t.Context(), "postgres", "SELECT 1::public.never")
		other := server.Exec(t.Context(), "postgres", "SELECT 1/0")
		doubts := []*mask.Doubt{{Column: "a.token"}, {Column: "b.token"}}
		for _, tt := range []struct {
			err    error
			doubts []*mask.Doubt
			want   bool
		}{
			{check, doubts, true},
			{check, nil, false},
			{other, doubts, false},
			{fault.New(fault.Integrity, "", "damaged"), doubts, false},
		} {
			got := explainDoubts(tt.err, tt.doubts)
			if tt.err == nil || !errors.Is(got, tt.err) || fault.CodeOf(got) != fault.CodeOf(tt.err) {
				t.Errorf("%v became %v", tt.err, got)
			}
			if hints := strings.Join(fault.Hints(got), " "); strings.Contains(hints, "a.token, b.token") != tt.want {
				t.Errorf("%v: %q", tt.err, hints)
			}
		}
	})

	for _, tt := range []struct {
		name, check string
		rows        bool
		refused     bool
		null        bool // the credential becomes NULL
	}{
		{"NULL passes", "(((kind)::text <> 'x'::text) OR public.begins(api_key, 'k'::text) OR (api_key IS NULL))", true, false, true},
		{"only a value passes", "((api_key IS NOT NULL) OR public.begins(api_key, 'k'::text))", true, false, false},
		{"nothing passes", "((api_key IS NOT NULL) AND public.begins(api_key, 'k_'::text))", true, true, false},
		{"nothing passes, without rows", "((api_key IS NOT NULL) AND public.begins(api_key, 'k_'::text))", false, false, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			head := doubtful(tt.check)
			plan, err := mask.Credentials(schema.Read(head), mask.CredentialOptions{Password: "password", Seed: methods.NewSeed([]byte("seed"))})
			if err != nil || len(plan.Doubts()) != 1 {
				t.Fatalf("%d doubts, %v", len(plan.Doubts()), err)
			}
			d := &dump.Dump{Head: head}
			if !tt.rows {
				d.Blocks = []archive.Block{{ID: 2, Length: 1}}
			}
			l := &Loader{Into: server.Conn("postgres"), Dump: d, Mask: plan}
			err = l.try(t.Context())
			if tt.refused {
				if hints := strings.Join(fault.Hints(err), " "); fault.CodeOf(err) != fault.Usage || !strings.Contains(err.Error(), "apps.api_key: no replacement passes") ||
					!strings.Contains(hints, "--exclude-table-data apps;") {
					t.Errorf("%v, %q", err, fault.Hints(err))
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if !tt.rows {
				return
			}
			if n := len(plan.Doubts()); n != 0 {
				t.Errorf("%d doubts are left", n)
			}
			for _, c := range plan.Table(&head.Entries[1]).Columns {
				if c.Method == nil {
					continue
				}
				if _, null, err := c.Method(nil, []byte("secret"), []byte("row")); null != tt.null || err != nil {
					t.Errorf("%s becomes NULL: %t, %v", c.Name, null, err)
				}
			}
		})
	}
}

// Without doubts, no connection is needed.
func TestNoTrials(t *testing.T) {
	t.Parallel()
	if err := (&Loader{}).try(t.Context()); err != nil {
		t.Error(err)
	}
}
