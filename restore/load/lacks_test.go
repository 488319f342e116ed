package load

import (
	"strings"
	"testing"

	"github.com/rubyforgood/hectl/pgtools"
	"github.com/rubyforgood/hectl/pgtools/archive"
)

func TestLackRoles(t *testing.T) {
	s := surroundings{host: "here", super: true, roles: []string{"app", "odd, role", "postgres"}}
	for _, tt := range []struct {
		name, policy, instead string
		lacks                 bool
	}{
		{"public", "CREATE POLICY p ON public.t USING (true);\n", "", false},
		{"a role that is there", "CREATE POLICY p ON public.t TO app USING (true);\n", "", false},
		{"an odd role that is there", "CREATE POLICY p ON public.t TO \"odd, role\" USING (true);\n", "", false},
		{"one that is not", "CREATE POLICY \"p TO app\" ON public.\"t TO app\" TO gone USING (true);\n", "", true},
		{"some", "CREATE POLICY p ON public.t AS RESTRICTIVE FOR SELECT TO gone, \"odd, role\", app USING ((a > 0)) WITH CHECK (true);\n",
			"CREATE POLICY p ON public.t AS RESTRICTIVE FOR SELECT TO \"odd, role\", app USING ((a > 0)) WITH CHECK (true);\n", true},
		{"for inserts", "CREATE POLICY p ON public.t FOR INSERT TO gone, app WITH CHECK (true);\n",
			"CREATE POLICY p ON public.t FOR INSERT TO app WITH CHECK (true);\n", true},
		{"without a condition", "CREATE POLICY p ON public.t TO gone;\n", "", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l, lacks := s.lack(&archive.Entry{ID: 1, Desc: "POLICY", Definition: tt.policy}, nil)
			if lacks != tt.lacks || l.instead != tt.instead {
				t.Errorf("%t, %q", lacks, l.instead)
			}
		})
	}
}

// Objects that only a newer server supports, and that nothing in the dump needs, are
// left out.
func TestLackNewer(t *testing.T) {
	for definition, lacks := range map[string]bool{
		"CREATE PUBLICATION p FOR ALL SEQUENCES WITH (publish = 'insert');\n":                                 true,
		"CREATE PUBLICATION p FOR ALL TABLES, ALL SEQUENCES WITH (publish = 'insert');\n":                     true,
		"CREATE PUBLICATION p FOR ALL TABLES EXCEPT (TABLE ONLY public.t) WITH (publish = 'insert');\n":       true,
		"CREATE PUBLICATION p FOR ALL TABLES WITH (publish = 'insert');\n":                                    false,
		"CREATE PUBLICATION \"for all sequences\" WITH (publish = 'all sequences, for all tables except');\n": false,
	} {
		e := &archive.Entry{ID: 1, Desc: "PUBLICATION", Tag: "p", Definition: definition}
		for major, want := range map[int]bool{15: lacks, 18: lacks, 19: false} {
			s := surroundings{super: true, server: pgtools.Version{Major: major}}
			if l, got := s.lack(e, nil); got != want {
				t.Errorf("%d: %q: %t, %q", major, definition, got, l.why)
			}
		}
	}
}

// PostgreSQL 19 has only one string syntax.
func TestNoLiterals(t *testing.T) {
	h := func(setting string) *archive.Head {
		return &archive.Head{Entries: []archive.Entry{{Desc: "STDSTRINGS", Definition: "SET standard_conforming_strings = '" + setting + "';\n"}}}
	}
	for _, tt := range []struct {
		head  *archive.Head
		major int
		wrong bool
	}{
		{h("off"), 19, true}, {h("off"), 20, true}, {h("off"), 18, false}, {h("on"), 19, false}, {&archive.Head{}, 19, false},
	} {
		if err := noLiterals(tt.head, pgtools.Version{Major: tt.major}); (err != nil) != tt.wrong {
			t.Errorf("%d: %v", tt.major, err)
		}
	}
}

func TestLackSuperuser(t *testing.T) {
	for _, tt := range []struct {
		desc, tag, definition string
		only                  bool
	}{
		{"FUNCTION", "f()", "CREATE FUNCTION public.f() RETURNS text\n    LANGUAGE sql\n    AS $$\n    LANGUAGE c\n$$;\n", false},
		{"FUNCTION", "f()", "CREATE FUNCTION public.f() RETURNS trigger\n    LANGUAGE c STRICT\n    AS '$libdir/x', 'f';\n", true},
		{"FUNCTION", "f()", "CREATE FUNCTION public.f() RETURNS text\n    LANGUAGE sql IMMUTABLE LEAKPROOF\n    AS $$SELECT 'x'$$;\n", true},
		{"FUNCTION", "f()", "CREATE FUNCTION public.f(a text DEFAULT E'\n    LANGUAGE c\n'::text, \"\n    LANGUAGE c LEAKPROOF\" text) RETURNS public.language\n    LANGUAGE sql\n    SET \"a.b\" TO E'\n    LANGUAGE c LEAKPROOF\n'\n    AS $$SELECT 1$$;\n", false},
		{"FUNCTION", "f()", "CREATE FUNCTION public.f() RETURNS SETOF integer\n    LANGUAGE sql\n    BEGIN ATOMIC\n SELECT t.a AS leakproof\n    FROM public.t;\nEND;\n", false},
		{"PROCEDURE", "f()", "CREATE PROCEDURE public.f()\n    LANGUAGE \"internal\"\n    AS $$x$$;\n", true},
		{"TYPE", "t", "CREATE TYPE public.t AS (\n\ta integer\n);\n", false},
		{"TYPE", "t", "CREATE TYPE public.t AS ENUM (\n    E'a\n    INPUT = '\n);\n", false},
		{"CAST", "CAST (a AS b)", "CREATE CAST (public.\" WITHOUT FUNCTION\" AS public.b) WITH INOUT;\n", false},
		{"PUBLICATION", "p", "CREATE PUBLICATION \"p FOR ALL TABLES\" WITH (publish = 'insert');\n", false},
		{"TYPE", "t", "CREATE TYPE public.t (\n    INTERNALLENGTH = 4,\n    INPUT = public.t_in\n);\n", true},
		{"CAST", "CAST (a AS b)", "CREATE CAST (public.a AS public.b) WITH INOUT;\n", false},
		{"CAST", "CAST (a AS b)", "CREATE CAST (public.a AS integer) WITHOUT FUNCTION;\n", true},
		{"PUBLICATION", "p", "CREATE PUBLICATION p WITH (publish = 'insert');\n", false},
		{"PUBLICATION", "p", "CREATE PUBLICATION p FOR ALL TABLES WITH (publish = 'insert');\n", true},
		{"PUBLICATION", "p", "CREATE PUBLICATION p FOR ALL SEQUENCES WITH (publish = 'insert');\n", true},
		{"EXTENSION", "trusted", "CREATE EXTENSION IF NOT EXISTS trusted WITH SCHEMA public;\n", false},
		{"EXTENSION", "powerful", "CREATE EXTENSION IF NOT EXISTS powerful WITH SCHEMA public;\n", true},
		{"TABLE", "t", "CREATE TABLE public.t (\n    a integer\n);\n", false},
	} {
		e := &archive.Entry{ID: 1, Desc: tt.desc, Tag: tt.tag, Definition: tt.definition}
		plain := surroundings{server: pgtools.Version{Major: 19}, extensions: map[string]pgtools.Extension{"trusted": {}, "powerful": {Superuser: true}}}
		if l, lacks := plain.lack(e, nil); lacks != tt.only {
			t.Errorf("%s: %t %q", tt.definition, lacks, l.why)
		}
		plain.super = true
		if l, lacks := plain.lack(e, nil); lacks {
			t.Errorf("%s, for a superuser: %q", tt.definition, l.why)
		}
	}
}

func TestLackLabelProvider(t *testing.T) {
	s := surroundings{super: true, unloaded: []string{"gone"}}
	for definition, want := range map[string]bool{
		"SECURITY LABEL FOR gone ON TABLE public.t IS 'x';\n":                                        true,
		"SECURITY LABEL FOR \"gone\" ON TABLE public.t IS 'it\\'s';\n":                               true,
		"SECURITY LABEL FOR here ON TABLE public.t IS '\nSECURITY LABEL FOR gone ON TABLE t IS ';\n": false,
	} {
		if _, lacks := s.lack(&archive.Entry{Desc: "SECURITY LABEL", Definition: definition}, nil); lacks != want {
			t.Errorf("%s: %t", definition, lacks)
		}
	}
}

// One entry has the labels of all providers. Labels of loaded providers are kept.
func TestLackOneOfTheLabelProviders(t *testing.T) {
	s := surroundings{super: true, unloaded: []string{"gone", "lost"}}
	const sql = "SECURITY LABEL FOR here ON TABLE public.t IS 'a;b';\nSECURITY LABEL FOR gone ON TABLE public.t IS 'it''s; SECURITY LABEL FOR here';\nSECURITY LABEL FOR lost ON COLUMN public.t.a IS 'z';\nSECURITY LABEL FOR here ON COLUMN public.t.a IS 'y';\n"
	l, lacks := s.lack(&archive.Entry{Desc: "SECURITY LABEL", Definition: sql}, nil)
	const want = "SECURITY LABEL FOR here ON TABLE public.t IS 'a;b';\nSECURITY LABEL FOR here ON COLUMN public.t.a IS 'y';\n"
	if !lacks || l.instead != want || !strings.Contains(l.why, "gone, lost") {
		t.Errorf("%t %q: %q", lacks, l.why, l.instead)
	}
}

func TestLibrary(t *testing.T) {
	for definition, want := range map[string]string{
		"CREATE FUNCTION public.f(a text DEFAULT E'\n    AS ''x'', '''::text) RETURNS integer\n    LANGUAGE c STRICT\n    SET x TO 'y'\n    AS '$libdir/it''s', 'f';\n": "$libdir/it's",
		"CREATE FUNCTION public.f() RETURNS integer\n    LANGUAGE sql\n    AS $$\n    AS 'x', 'y'$$;\n":                                                                 "",
	} {
		if got := library(&archive.Entry{Desc: "FUNCTION", Definition: definition}); got != want {
			t.Errorf("%s: %q", definition, got)
		}
	}
}
