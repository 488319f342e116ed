package parallel

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/rubyforgood/hectl/pgtools"
	"github.com/rubyforgood/hectl/pgtools/archive"
)

func fixture(t *testing.T, name string) *archive.Head {
	t.Helper()
	f, err := os.Open("../../pgtools/archive/testdata/" + name + ".archive")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	head, err := archive.ReadHead(f)
	if err != nil {
		t.Fatal(err)
	}
	return head
}

// The large objects of a block and their order are those that pg_dump wrote.
func TestObjectsOf(t *testing.T) {
	for _, name := range []string{"15-gzip-file", "17-gzip-file", "18-gzip-file"} {
		t.Run(name, func(t *testing.T) {
			head := fixture(t, name)
			data, err := os.ReadFile("../../pgtools/archive/testdata/" + name + ".archive")
			if err != nil {
				t.Fatal(err)
			}
			blocks, err := head.Blocks(int64(len(data)))
			if err != nil {
				t.Fatal(err)
			}
			found := 0
			for _, b := range blocks {
				if !b.LargeObjects {
					continue
				}
				var want []uint32
				r := archive.NewDataReader(head)
				if err := r.Reset(strings.NewReader(string(data[b.Offset:b.Offset+b.Length])), b); err != nil {
					t.Fatal(err)
				}
				for {
					oid, err := r.NextObject()
					if err != nil {
						break
					}
					want = append(want, oid)
				}
				got, err := objectsOf(head, head.ByID()[b.ID])
				if err != nil || !slices.Equal(got, want) {
					t.Errorf("block %d: %v, %v; pg_dump wrote %v", b.ID, got, err, want)
				}
				found += len(got)
			}
			if found == 0 {
				t.Error("no large objects")
			}
		})
	}
}

func TestTableItems(t *testing.T) {
	tables := func(statement string) []block {
		entry := archive.Entry{Desc: "TABLE DATA", OID: "16384", Namespace: "public", Tag: `we"ird`, Copy: statement, HadDumper: true}
		blocks, err := blocksOf(&archive.Head{Entries: []archive.Entry{entry}})
		if err != nil {
			t.Fatal(err)
		}
		return blocks
	}
	const two = "COPY public.parent (id, \"a b\") FROM stdin;\n"
	for _, test := range []struct {
		name   string
		copy   string
		table  pgtools.TableExtent
		ranges bool
		want   []string
	}{
		{"a small table", two, pgtools.TableExtent{Heap: true, Pages: rangePages}, true, []string{`COPY "public"."we""ird" (id, "a b") TO STDOUT`}},
		{"no columns", "COPY public.t  FROM stdin;\n", pgtools.TableExtent{Heap: true, Pages: 5000}, true, []string{`COPY "public"."we""ird" TO STDOUT`}},
		{"a condition", two, pgtools.TableExtent{Heap: true, Pages: 5000, Condition: "WHERE id > 5"}, true, []string{`COPY (SELECT id, "a b" FROM "public"."we""ird" WHERE id > 5) TO STDOUT`}},
		{"one session", two, pgtools.TableExtent{Heap: true, Pages: 5000}, false, []string{`COPY "public"."we""ird" (id, "a b") TO STDOUT`}},
		{"another access method", two, pgtools.TableExtent{Pages: 5000}, true, []string{`COPY "public"."we""ird" (id, "a b") TO STDOUT`}},
		{"a large table", two, pgtools.TableExtent{Heap: true, Pages: 2*rangePages + 1}, true, []string{
			`SET LOCAL enable_seqscan = off; COPY (SELECT id, "a b" FROM ONLY "public"."we""ird" WHERE ctid >= '(0,0)' AND ctid < '(1024,0)') TO STDOUT`,
			`SET LOCAL enable_seqscan = off; COPY (SELECT id, "a b" FROM ONLY "public"."we""ird" WHERE ctid >= '(1024,0)' AND ctid < '(2048,0)') TO STDOUT`,
			`SET LOCAL enable_seqscan = off; COPY (SELECT id, "a b" FROM ONLY "public"."we""ird" WHERE ctid >= '(2048,0)') TO STDOUT`,
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			for _, it := range tableItems(tables(test.copy)[0], test.table, test.ranges) {
				got = append(got, it.sql)
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("got %q", got)
			}
		})
	}
}

// Only pg_dump can write rows as INSERT statements.
func TestBlocksOfInserts(t *testing.T) {
	if _, err := blocksOf(fixture(t, "17-inserts")); err == nil || !strings.Contains(err.Error(), "only pg_dump can write TABLE DATA") {
		t.Errorf("got %v", err)
	}
}
