package restore

import (
	"strings"
	"testing"

	"github.com/rubyforgood/hectl/dump"
	"github.com/rubyforgood/hectl/dump/diff"
)

func TestDifferenceText(t *testing.T) {
	t.Parallel()
	rows := func(n int64) *int64 { return &n }
	d := &difference{
		From: dump.Info{Name: "old.dump", Size: -1}, To: dump.Info{Name: "new.dump", Size: 9_000_000},
		Tables: []diffTable{
			{Table: "public.equal", State: diff.Same, Before: rows(7), After: rows(7)},
			{Table: "public.touched", State: diff.Changed, Before: rows(7), After: rows(7), Download: 900},
			{Table: "public.items", State: diff.Changed, Added: 1500, Removed: 400, Changed: 100, Download: 1_000_000},
			{Table: "public.few", State: diff.Changed, Changed: 500, Download: 10},
			{Table: "public.fresh", State: diff.Added, After: rows(2), Download: 20},
			{Table: "public.gone", State: diff.Removed, Before: rows(12_000)},
			{Table: "public.wider\x1b[2J", State: diff.Replaced, Why: "its definition has changed", Before: rows(1), Download: 30},
		},
		Schema: []diffObject{
			{Kind: "TABLE", Name: "public.fresh", Change: "added", SQL: "+CREATE TABLE public.fresh ();\n"},
			{Kind: "SERVER", Name: "other", Change: "changed"},
			{Kind: "TABLE", Name: "public.gone", Change: "removed", SQL: "-CREATE TABLE public.gone ();\n"},
		},
		Sequences: 3, Download: 1_001_000,
	}
	const tables = `TABLE             ADDED  REMOVED  CHANGED  DOWNLOAD
public.items      1,500  400      100      1.0 MB    ████████████████████
public.few        -      -        500      10 B      █████
public.fresh      2      -        -        20 B      only in the new dump
public.gone       -      12,000   -        0 B       only in the old dump
public.wider�[2J  -      -        -        30 B      1 → ? rows, not compared:
    its definition has changed
`
	const sql = `+CREATE TABLE public.fresh ();
SERVER other: changed; its SQL may contain a password, so it is not shown
-CREATE TABLE public.gone ();
`
	const summary = `the rows of 2 tables are the same
schema: 1 added, 1 removed, 1 changed%s
sequences with a different value: 3
to download: 1.0 MB; the whole new dump has 9.0 MB
`
	for _, withSQL := range []bool{false, true} {
		d.sql = withSQL
		want := "\n" + tables + "\n" + strings.Replace(summary, "%s", " (--schema shows them)", 1)
		if withSQL {
			want = "\n" + tables + "\n" + sql + "\n" + strings.Replace(summary, "%s", "", 1)
		}
		head, got, _ := strings.Cut(d.Text(), "\n\n")
		if got = "\n" + got; got != want {
			t.Errorf("with SQL %t:\n%s\nwant\n%s", withSQL, got, want)
		}
		if !strings.HasPrefix(head, "old  old.dump") || !strings.Contains(head, "\nnew  new.dump") {
			t.Errorf("it begins with %q", head)
		}
	}
}

// Two equal dumps have no table of changes.
func TestDifferenceOfEqualDumps(t *testing.T) {
	t.Parallel()
	d := &difference{Tables: []diffTable{{Table: "public.items", State: diff.Same}}, sql: true}
	_, got, _ := strings.Cut(d.Text(), "\n\n")
	if want := "the rows of 1 table are the same\nschema: the same\nto download: 0 B\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestNewDiffObject(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		object  diff.Object
		sql     bool
		change  string
		shows   string // "" for no SQL
		secrets bool
	}{
		{diff.Object{Kind: "TABLE", Name: "public.a", To: "CREATE TABLE public.a ();\n"}, true, "added", "+CREATE TABLE public.a ();", false},
		{diff.Object{Kind: "TABLE", Name: "public.a", From: "CREATE TABLE public.a ();\n"}, true, "removed", "-CREATE TABLE public.a ();", false},
		{diff.Object{Kind: "VIEW", Name: "public.v", From: "SELECT 1;\n", To: "SELECT 2;\n"}, true, "changed", "-SELECT 1;\n+SELECT 2;", false},
		{diff.Object{Kind: "VIEW", Name: "public.v", From: "SELECT 1;\n", To: "SELECT 2;\n"}, false, "changed", "", false},
		{diff.Object{Kind: "FUNCTION", Name: "public.f()", To: "SELECT 'postgres://me:s3cret@host/app';\n"}, true, "added", "+SELECT 'postgres://me:***@host/app';", true},
		{diff.Object{Kind: "SERVER", Name: "other", To: "CREATE SERVER other OPTIONS (password 's3cret');\n"}, true, "added", "", true},
		{diff.Object{Kind: "USER MAPPING", Name: "me", From: "OPTIONS (password 's3cret');\n"}, true, "removed", "", true},
		{diff.Object{Kind: "SUBSCRIPTION", Name: "s", To: "CONNECTION 'password=s3cret';\n"}, true, "added", "", true},
		{diff.Object{Kind: "DATABASE PROPERTIES", Name: "app", From: "a", To: "ALTER DATABASE app SET app.key TO 's3cret';\n"}, true, "changed", "", true},
	} {
		got := newDiffObject(tt.object, tt.sql)
		if got.Change != tt.change || !strings.Contains(got.SQL, tt.shows) || (got.SQL == "") != (tt.shows == "") {
			t.Errorf("%s %s: got %+v", tt.object.Kind, tt.object.Name, got)
		}
		if tt.secrets && strings.Contains(got.SQL, "s3cret") {
			t.Errorf("%s %s: %s", tt.object.Kind, tt.object.Name, got.SQL)
		}
	}
}

func TestChart(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		n, most int64
		want    string
	}{
		{0, 0, ""},
		{0, 5, ""},
		{5, 5, strings.Repeat("█", chartCells)},
		{1, 1_000_000, "▏"},
		{1, 40, "▌"},
		{3, 40, "█▌"},
	} {
		if got := chart(tt.n, tt.most); got != tt.want {
			t.Errorf("%d of %d: %q, want %q", tt.n, tt.most, got, tt.want)
		}
	}
}
