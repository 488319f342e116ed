package mask_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/rubyforgood/hectl/mask"
	"github.com/rubyforgood/hectl/mask/rows"
	"github.com/rubyforgood/hectl/pgtools/archive"
)

// archives returns archives from pg_dump 15, 17 and 18 in each compression, by name.
func archives(tb testing.TB) map[string][]byte {
	tb.Helper()
	paths, err := filepath.Glob("../pgtools/archive/testdata/*.archive")
	if err != nil || len(paths) < 20 {
		tb.Fatal(len(paths), err)
	}
	all := map[string][]byte{}
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			tb.Fatal(err)
		}
		all[strings.TrimSuffix(filepath.Base(path), ".archive")] = data
	}
	return all
}

// open returns an archive's head and blocks.
func open(tb testing.TB, data []byte) (*archive.Head, []archive.Block) {
	tb.Helper()
	h, err := archive.ReadHead(bytes.NewReader(data))
	if err != nil {
		tb.Fatal(err)
	}
	blocks, err := archive.Scan(bytes.NewReader(data[h.Length:]), h, archive.IndexOptions{})
	if err != nil {
		tb.Fatal(err)
	}
	return h, blocks
}

// contents returns the data of the blocks: the rows of each table, and one line for each
// large object.
func contents(tb testing.TB, data []byte) string {
	tb.Helper()
	h, blocks := open(tb, data)
	entries := h.ByID()
	var b strings.Builder
	r := archive.NewDataReader(h)
	for _, block := range blocks {
		if err := r.Reset(bytes.NewReader(data[block.Offset:]), block); err != nil {
			tb.Fatal(err)
		}
		fmt.Fprintln(&b, entries[block.ID])
		for {
			if block.LargeObjects {
				oid, err := r.NextObject()
				if errors.Is(err, io.EOF) {
					break
				}
				if err != nil {
					tb.Fatal(err)
				}
				fmt.Fprintf(&b, "%d: ", oid)
			}
			if _, err := io.Copy(&b, r); err != nil {
				tb.Fatal(err)
			}
			if !block.LargeObjects {
				break
			}
			b.WriteByte('\n')
		}
	}
	return b.String()
}

// masked returns an archive masked by the result of plan for its head.
func masked(tb testing.TB, data []byte, plan func(*archive.Head) *mask.Plan) []byte {
	tb.Helper()
	var out bytes.Buffer
	_, err := mask.Archive(&out, bytes.NewReader(data), func(h *archive.Head) (*mask.Plan, error) { return plan(h), nil }, 0)
	if err != nil {
		tb.Fatal(err)
	}
	return out.Bytes()
}

// everyTable returns a plan with an entry for every table that has rows: the one in named,
// or one that keeps all columns.
func everyTable(h *archive.Head, named map[string]*rows.Table) *mask.Plan {
	tables := map[int]*rows.Table{}
	for i := range h.Entries {
		e := &h.Entries[i]
		if e.Desc != "TABLE DATA" || e.Copy == "" {
			continue
		}
		if t := named[e.Tag]; t != nil {
			tables[e.ID] = t
			continue
		}
		list := e.Copy[strings.LastIndexByte(e.Copy, '('):]
		tables[e.ID] = &rows.Table{Name: e.Tag, Columns: make([]rows.Column, 1+strings.Count(list, ", "))}
	}
	return mask.NewPlan(tables, "")
}

// With nothing to mask, the output equals pg_dump's output to a pipe.
func TestArchiveWithoutRules(t *testing.T) {
	for name, data := range archives(t) {
		h, blocks := open(t, data)
		want, err := archive.Excerpt(data[:h.Length], h, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range blocks {
			want = append(want, data[b.Offset:][:b.Length]...)
		}
		for _, plan := range []*mask.Plan{nil, mask.NewPlan(nil, "")} {
			if got := masked(t, data, func(*archive.Head) *mask.Plan { return plan }); !bytes.Equal(got, want) {
				t.Errorf("%s: %d bytes, which are not the %d that were expected", name, len(got), len(want))
			}
		}
	}
}

// An archive whose blocks are rewritten without changing values has the same contents, in
// every compression.
func TestArchiveRewritten(t *testing.T) {
	for name, data := range archives(t) {
		t.Run(name, func(t *testing.T) {
			got := masked(t, data, func(h *archive.Head) *mask.Plan { return everyTable(h, nil) })
			if contents(t, got) != contents(t, data) {
				t.Error("the data differs")
			}
			before, _ := open(t, data)
			after, _ := open(t, got)
			if len(before.Entries) != len(after.Entries) {
				t.Errorf("%d entries instead of %d", len(after.Entries), len(before.Entries))
			}
			if !strings.HasSuffix(name, "inserts") && bytes.Contains(got, data[before.Length:]) && before.Compression != archive.None {
				t.Error("the blocks are the very same: nothing was rewritten")
			}
		})
	}
}

func TestArchiveMasks(t *testing.T) {
	upper := func(dst, value, _ []byte) ([]byte, bool, error) {
		return append(dst, bytes.ToUpper(value)...), false, nil
	}
	for name, data := range archives(t) {
		if strings.HasSuffix(name, "inserts") {
			continue
		}
		t.Run(name, func(t *testing.T) {
			got := contents(t, masked(t, data, func(h *archive.Head) *mask.Plan {
				plan := everyTable(h, map[string]*rows.Table{
					"people":      {Name: "public.people", Columns: []rows.Column{{}, {Name: "name", Method: upper}, {}}},
					"parted_2026": {Name: "public.parted_2026", None: true},
				})
				plan.EmptyLargeObjects()
				return plan
			}))
			for _, want := range []string{"1\tANN\t\\N\n", "3\tŌTA 🐘\ttwo\\nlines\n", "4\t\\\\.\tNULL\n", "TABLE DATA public.parted_2026\n\\.\n\n\n"} {
				if !strings.Contains(got, want) {
					t.Errorf("there is no %q", want)
				}
			}
			if !strings.HasSuffix(name, "noblobs") && !strings.HasSuffix(got, "1001: \n1002: \n4000000000: \n") {
				t.Errorf("large objects: %q", got[len(got)-60:])
			}
			for _, old := range []string{"Ann", "2026-11-23", "a large object"} {
				if strings.Contains(got, old) {
					t.Errorf("it still holds %q", old)
				}
			}
		})
	}
}

// Every failure is reported, and an incomplete archive never appears complete.
func TestArchiveFails(t *testing.T) {
	all := archives(t)
	refused := errors.New("the answer is no")
	noRoom := errors.New("no room")
	broken := errors.New("broken line")
	refuses := func(_, _, _ []byte) ([]byte, bool, error) { return nil, false, refused }
	everything := func(h *archive.Head) (*mask.Plan, error) { return everyTable(h, nil), nil }
	for _, name := range []string{"15-gzip-pipe", "17-none-file", "17-lz4-pipe", "18-zstd-file"} {
		data := all[name]
		var out bytes.Buffer
		_, err := mask.Archive(&out, bytes.NewReader(data), func(*archive.Head) (*mask.Plan, error) { return nil, refused }, 0)
		if !errors.Is(err, refused) || out.Len() > 0 {
			t.Errorf("%s: judged: %v, %d bytes written", name, err, out.Len())
		}
		_, err = mask.Archive(io.Discard, bytes.NewReader(data), func(h *archive.Head) (*mask.Plan, error) {
			return everyTable(h, map[string]*rows.Table{"people": {Name: "public.people", Columns: []rows.Column{{}, {Name: "name", Method: refuses}, {}}}}), nil
		}, 0)
		if !errors.Is(err, refused) || !strings.Contains(err.Error(), "public.people: row 1: column name: ") {
			t.Errorf("%s: a method: %v", name, err)
		}
		_, err = mask.Archive(&fullWriter{room: len(data) / 2, err: noRoom}, bytes.NewReader(data), everything, 0)
		if !errors.Is(err, noRoom) {
			t.Errorf("%s: the writer: %v", name, err)
		}
		h, _ := open(t, data)
		for _, cut := range []int64{1, h.Length, h.Length + 11, int64(len(data)) - 100, int64(len(data)) - 1} {
			_, err = mask.Archive(io.Discard, bytes.NewReader(data[:cut]), everything, 0)
			if _, ok := errors.AsType[*archive.FormatError](err); !ok {
				t.Errorf("%s, cut at %d: %v", name, cut, err)
			}
			_, err = mask.Archive(io.Discard, io.MultiReader(bytes.NewReader(data[:cut]), iotest.ErrReader(broken)), everything, 0)
			if !errors.Is(err, broken) {
				t.Errorf("%s, broken at %d: %v", name, cut, err)
			}
		}
	}
	_, err := mask.Archive(io.Discard, bytes.NewReader(all["17-inserts"]), func(h *archive.Head) (*mask.Plan, error) {
		for i := range h.Entries {
			if h.Entries[i].Tag == "people" && h.Entries[i].Desc == "TABLE DATA" {
				return mask.NewPlan(map[int]*rows.Table{h.Entries[i].ID: {Name: "public.people"}}, ""), nil
			}
		}
		return nil, nil
	}, 0)
	if err == nil || !strings.Contains(err.Error(), "TABLE DATA public.people: its rows are INSERT statements") {
		t.Errorf("--inserts: %v", err)
	}
}

// fullWriter returns an error when it is full.
type fullWriter struct {
	room int
	err  error
}

func (f *fullWriter) Write(p []byte) (int, error) {
	if f.room -= len(p); f.room < 0 {
		return 0, f.err
	}
	return len(p), nil
}
