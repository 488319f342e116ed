package diff

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"go.uber.org/goleak"

	"github.com/rubyforgood/hectl/dump"
	"github.com/rubyforgood/hectl/dump/catalog"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/pgtools/archive"
	"github.com/rubyforgood/hectl/pgtools/schema"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestKeyOf(t *testing.T) {
	table := &schema.Table{
		Columns: []schema.Column{{Name: "a", NotNull: true}, {Name: "b", NotNull: true}, {Name: "c"}, {Name: "made", NotNull: true}},
		Copy:    []string{"c", "b", "a"}, // the generated column is not in the rows
	}
	unique := func(columns ...string) schema.Unique { return schema.Unique{Columns: columns} }
	primary := unique("a", "b")
	primary.Primary = true
	partial, excludes, computed := unique("a"), unique("a"), unique("a")
	partial.Where, excludes.Exclude, computed.Expressions = "b > 0", true, []string{"lower(c)"}
	for _, test := range []struct {
		name    string
		uniques []schema.Unique
		want    []int
	}{
		{"none", nil, nil},
		{"the primary key, not the first index", []schema.Unique{unique("b"), primary}, []int{2, 1}},
		{"an index", []schema.Unique{unique("b")}, []int{1}},
		{"a column that may be NULL", []schema.Unique{unique("a", "c")}, nil},
		{"a column that is not in the rows", []schema.Unique{unique("made")}, nil},
		{"partial", []schema.Unique{partial}, nil},
		{"with an expression", []schema.Unique{computed}, nil},
		{"an exclusion constraint", []schema.Unique{excludes}, nil},
		{"the first that serves", []schema.Unique{partial, unique("c"), unique("a")}, []int{2}},
	} {
		table.Uniques = test.uniques
		if got := keyOf(table); !slices.Equal(got, test.want) {
			t.Errorf("%s: %v", test.name, got)
		}
	}
	table.Unread = errors.New("unread")
	if got := keyOf(table); got != nil {
		t.Error("a definition that was not understood:", got)
	}
}

func TestKeyIn(t *testing.T) {
	for _, test := range []struct {
		places []int
		want   string
	}{{[]int{0}, "a"}, {[]int{2}, `c\t`}, {[]int{2, 0}, "c\\t\ta"}, {[]int{3}, ""}} {
		if got := string(keyIn([]byte("a\tb\tc\\t\n"), test.places)); got != test.want {
			t.Errorf("%v: %q", test.places, got)
		}
	}
}

// sides contains the rows of a table in two dumps, in one or more segments each.
type sides struct{ from, to []string }

// tableOf returns a Table with rows in segments.
func tableOf(t *testing.T, compression archive.Compression, s sides) *Table {
	t.Helper()
	side := func(segments []string) *Rows {
		h := &archive.Head{Compression: compression}
		packer, err := archive.NewSegmentPacker(h, 0)
		if err != nil {
			t.Fatal(err)
		}
		block := []byte("begin")
		rows := &Rows{segments: []catalog.ManifestSegment{}}
		for _, text := range segments {
			packed, err := packer.Pack(nil, []byte(text))
			if err != nil {
				t.Fatal(err)
			}
			rows.segments = append(rows.segments, catalog.ManifestSegment{Offset: int64(len(block)), Length: int64(len(packed.Chunks)), SHA256: packed.SHA256})
			block = append(block, packed.Chunks...)
		}
		const at = 100
		rows.blocks = []archive.Block{{Offset: at, Length: int64(len(block))}}
		rows.dump = &dump.Dump{Name: "s3://bucket/key", Head: h, ReadRange: func(_ context.Context, offset, length int64) io.ReadCloser {
			return io.NopCloser(bytes.NewReader(block[offset-at : offset-at+length]))
		}}
		return rows
	}
	from, to := side(s.from), side(s.to)
	return compare(&table{rows: from}, &table{rows: to, key: []int{0}}, "")
}

func changesOf(t *testing.T, table *Table, opt Options) (changes []string, err error) {
	t.Helper()
	opt.Dir = t.TempDir()
	err = table.Changes(t.Context(), opt, func(c Change) error {
		changes = append(changes, strings.TrimSuffix(string(c.From), "\n")+" > "+strings.TrimSuffix(string(c.To), "\n"))
		return nil
	})
	if left, _ := os.ReadDir(opt.Dir); len(left) > 0 {
		t.Error("files are left:", left)
	}
	return changes, err
}

func TestChanges(t *testing.T) {
	const a, b, c = "1\tone\n2\ttwo\n", "3\tthree\n", "4\tfour\n5\tfive\n"
	for _, test := range []struct {
		name  string
		sides sides
		state State
		want  []string
	}{
		{"the same", sides{[]string{a, b}, []string{a, b}}, Same, nil},
		{"in another order", sides{[]string{a, b}, []string{b, a}}, Same, nil},
		{"one more", sides{[]string{a}, []string{a, b}}, Changed, []string{" > 3\tthree"}},
		{"one less", sides{[]string{a, b, c}, []string{a, c}}, Changed, []string{"3\tthree > "}},
		{"cut elsewhere", sides{[]string{a, b}, []string{a + b}}, Changed, nil},
		{"changed", sides{[]string{a, b, c}, []string{a, "3\tTHREE\n", c}}, Changed, []string{"3\tthree > 3\tTHREE"}},
		{"another key", sides{[]string{b}, []string{"33\tthree\n"}}, Changed, []string{"3\tthree > ", " > 33\tthree"}},
		{"all at once", sides{[]string{a, c}, []string{b, "1\tone\n", "4\tfour\n5\tFIVE\n"}}, Changed,
			[]string{"2\ttwo > ", " > 3\tthree", "5\tfive > 5\tFIVE"}},
		{"no rows before", sides{nil, []string{b}}, Changed, []string{" > 3\tthree"}},
		{"no rows now", sides{[]string{b}, nil}, Changed, []string{"3\tthree > "}},
	} {
		for _, compression := range []archive.Compression{archive.None, archive.Gzip, archive.Zstd, archive.LZ4} {
			for _, memory := range []int{0, 1} {
				table := tableOf(t, compression, test.sides)
				if table.State != test.state {
					t.Errorf("%s: state %s", test.name, table.State)
				}
				var added atomic.Int64
				got, err := changesOf(t, table, Options{Memory: memory, Add: func(n int64) { added.Add(n) }})
				if err != nil || !slices.Equal(got, test.want) {
					t.Errorf("%s, %s: %q, %v", test.name, compression, got, err)
				}
				if test.state == Changed && added.Load() != table.Bytes() {
					t.Errorf("%s: read %d bytes of %d", test.name, added.Load(), table.Bytes())
				}
			}
		}
	}
}

func TestChangesOfDamagedRows(t *testing.T) {
	for name, test := range map[string]struct {
		sides  sides
		damage func(*Table)
		want   string
	}{
		"another checksum":   {sides{nil, []string{"1\n"}}, func(t *Table) { t.To.differ[0].SHA256 = sha256.Sum256(nil) }, "does not match the manifest"},
		"the same key twice": {sides{nil, []string{"1\ta\n1\tb\n"}}, func(*Table) {}, "two rows of .* have the same key"},
		"half a row":         {sides{nil, []string{"1\ta\n1"}}, func(*Table) {}, "ends within a row"},
		"too short":          {sides{nil, []string{"1\n"}}, func(t *Table) { t.To.differ[0].Length-- }, ""},
	} {
		table := tableOf(t, archive.None, test.sides)
		test.damage(table)
		_, err := changesOf(t, table, Options{})
		if fault.CodeOf(err) != fault.Integrity {
			t.Errorf("%s: %v", name, err)
		}
	}
	failed := errors.New("enough")
	table := tableOf(t, archive.None, sides{nil, []string{"1\n"}})
	if err := table.Changes(t.Context(), Options{}, func(Change) error { return failed }); !errors.Is(err, failed) {
		t.Error(err)
	}
}

// compare treats rows with different definitions as replaced.
func TestCompareDefinitions(t *testing.T) {
	rows := func(sum byte) *Rows {
		return &Rows{dump: &dump.Dump{}, blocks: []archive.Block{{Length: 10, SHA256: [32]byte{sum}}}}
	}
	for _, test := range []struct {
		name     string
		from, to table
		why      string
		want     string
	}{
		{"the same block", table{rows: rows(1)}, table{rows: rows(1)}, "", "same "},
		{"a block without a checksum", table{rows: rows(0)}, table{rows: rows(0), key: []int{0}}, "", "changed "},
		{"another block", table{rows: rows(1)}, table{rows: rows(2), key: []int{0}}, "", "changed "},
		{"no key", table{rows: rows(1)}, table{rows: rows(2)}, "", "replaced it has no primary key and no unique index on columns that are NOT NULL"},
		{"another definition", table{rows: rows(1)}, table{rows: rows(1), definition: "other", key: []int{0}}, "", "replaced its definition has changed"},
		{"not understood", table{rows: rows(1)}, table{rows: rows(2), unread: true}, "", "replaced its definition cannot be read"},
		{"large objects", table{rows: rows(1)}, table{rows: rows(2), name: schema.Name{Name: LargeObjects}}, "", "replaced large objects are not compared"},
		{"a reason for all", table{rows: rows(1)}, table{rows: rows(2), key: []int{0}}, "the encoding", "replaced the encoding"},
	} {
		got := compare(&test.from, &test.to, test.why)
		if text := fmt.Sprintf("%s %s", got.State, got.Why); text != test.want {
			t.Errorf("%s: %s", test.name, text)
		}
	}
}
