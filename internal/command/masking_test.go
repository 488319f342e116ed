package command

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rubyforgood/hectl/internal/console"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/mask"
	"github.com/rubyforgood/hectl/pgtools/archive"
)

// maskingOf returns the rules of a folder with this hectl.yml.
func maskingOf(t *testing.T, yml string) *Masking {
	t.Helper()
	env := &Env{Console: console.New(console.Options{Stdout: io.Discard, Stderr: t.Output(), Now: time.Now}), Dir: t.TempDir()}
	if err := os.WriteFile(filepath.Join(env.Dir, "hectl.yml"), []byte(yml), 0o600); err != nil {
		t.Fatal(err)
	}
	settings, err := env.Settings()
	if err != nil {
		t.Fatal(err)
	}
	m, err := MaskRules(settings, env.Console)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// A masked dump is refused if nothing would be masked, or if hectl cannot see the rows.
func TestPlanOfAMaskedDump(t *testing.T) {
	t.Parallel()
	const base, leaveOut = "mask:\n  base: none\n  tables:\n    items: {name: hash}\n", "mask:\n  base: none\n  tables:\n    items: {rows: none}\n"
	for _, tt := range []struct {
		name, yml, copy string
		want            string // part of the error; "" for none
	}{
		{"COPY", base, "COPY public.items (id, name) FROM stdin;\n", ""},
		{"INSERT statements", base, "", "its rows are INSERT statements"},
		{"INSERT statements that are left out", leaveOut, "", ""},
		{"no rules", "mask:\n  base: none\n", "COPY public.items (id, name) FROM stdin;\n", "base: none and no rules"},
	} {
		h := &archive.Head{Entries: []archive.Entry{
			{ID: 1, Section: archive.SectionPreData, Desc: "TABLE", Namespace: "public", Tag: "items", Definition: "CREATE TABLE public.items (\n    id bigint,\n    name text\n);\n"},
			{ID: 2, Section: archive.SectionData, Desc: "TABLE DATA", Namespace: "public", Tag: "items", Copy: tt.copy, Dependencies: []int{1}},
		}}
		plan, err := maskingOf(t, tt.yml).Plan(h, true)
		if (err == nil) != (tt.want == "") || err != nil && (!strings.Contains(err.Error(), tt.want) || fault.CodeOf(err) != fault.Usage) {
			t.Errorf("%s: %v", tt.name, err)
		}
		if err == nil && plan.Table(&h.Entries[1]) == nil {
			t.Errorf("%s: the table is not masked", tt.name)
		}
	}
}

func TestTellLeftOut(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		l    mask.LeftOut
		want []string // parts of the messages
	}{
		{mask.LeftOut{}, nil},
		{mask.LeftOut{Secrets: []string{"subscription s"}}, []string{"subscription s"}},
		{mask.LeftOut{Secrets: []string{"subscription s"}, Unfilled: []string{"sales"}}, []string{"subscription s", "sales"}},
	} {
		var out strings.Builder
		TellLeftOut(console.New(console.Options{Stdout: io.Discard, Stderr: &out, Now: time.Now}), &tt.l)
		if (out.Len() == 0) != (tt.want == nil) {
			t.Errorf("said %q", &out)
		}
		for _, want := range tt.want {
			if !strings.Contains(out.String(), want) {
				t.Errorf("%q is not in %q", want, &out)
			}
		}
	}
}
