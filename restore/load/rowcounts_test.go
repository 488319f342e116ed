package load

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rubyforgood/hectl/dump"
	"github.com/rubyforgood/hectl/internal/console"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/mask"
	"github.com/rubyforgood/hectl/mask/rows"
	"github.com/rubyforgood/hectl/pgtools/archive"
	"github.com/rubyforgood/hectl/test/pgtest"
)

func TestCompareRows(t *testing.T) {
	server := pgtest.New(t)
	if err := server.CreateDatabase(t.Context(), "temp"); err != nil {
		t.Fatal(err)
	}
	if err := server.Exec(t.Context(), "temp", `
		CREATE TABLE three AS SELECT generate_series(1, 3);
		CREATE TABLE child () INHERITS (three); INSERT INTO child VALUES (4);
		CREATE SCHEMA "Other"; CREATE TABLE "Other"."my table" ();`); err != nil {
		t.Fatal(err)
	}
	d := &dump.Dump{Name: "s3://bucket/x", Head: &archive.Head{Entries: []archive.Entry{
		{ID: 1, Desc: "TABLE DATA", Namespace: "public", Tag: "three"},
		{ID: 2, Desc: "TABLE DATA", Namespace: "Other", Tag: "my table"},
		{ID: 3, Desc: "TABLE DATA", Namespace: "public", Tag: "was not counted"},
		{ID: 4, Desc: "TABLE DATA", Namespace: "public", Tag: "was left out"},
	}}}
	out := console.New(console.Options{Stdout: t.Output(), Stderr: t.Output(), Now: time.Now})
	out.SetMode(true, false, false)
	plan := mask.NewPlan(map[int]*rows.Table{4: {None: true}}, "")
	compare := func(three, other int64) error {
		bar := out.Progress("count rows", console.Steps, 2)
		defer bar.Done()
		done, err := CompareRows(t.Context(), server.Conn("temp"), d, plan, map[int]int64{1: three, 2: other, 4: 5}, bar)
		want := []Count{{"three", three, 3, []int{1}}, {"Other.my table", other, 0, []int{2}}}
		if diff := cmp.Diff(want, done.Counts); diff != "" {
			t.Error(diff)
		}
		if err == nil && (done.Tables != 2 || !slices.Equal(done.LeftOut, []string{"was left out"})) {
			t.Errorf("%d tables were compared, and %q left out", done.Tables, done.LeftOut)
		}
		return err
	}
	if err := compare(3, 0); err != nil {
		t.Error(err)
	}
	for _, tt := range []struct {
		three, other int64
		want         string
	}{
		{4, 0, "s3://bucket/x: table three has 3 rows after the restore, but 4 in the dump"},
		{3, 1, "s3://bucket/x: table Other.my table has 0 rows after the restore, but 1 in the dump"},
	} {
		err := compare(tt.three, tt.other)
		if fault.CodeOf(err) != fault.Integrity || err.Error() != tt.want {
			t.Error(err)
		}
	}
}
