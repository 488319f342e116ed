package archive_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rubyforgood/hectl/pgtools/archive"
)

// paths returns the files in testdata that match a pattern.
func paths(tb testing.TB, pattern string) []string {
	tb.Helper()
	found, err := filepath.Glob(filepath.Join("testdata", pattern))
	if err != nil {
		tb.Fatal(err)
	}
	return found
}

// fixtures returns the archives in testdata by name, such as "17-zstd-file". All are dumps
// of the database in testdata/schema.sql.
func fixtures(tb testing.TB) map[string][]byte {
	tb.Helper()
	all := map[string][]byte{}
	for _, path := range paths(tb, "*.archive") {
		data, err := os.ReadFile(path)
		if err != nil {
			tb.Fatal(err)
		}
		all[strings.TrimSuffix(filepath.Base(path), ".archive")] = data
	}
	return all
}

func fixture(tb testing.TB, name string) []byte {
	tb.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name+".archive"))
	if err != nil {
		tb.Fatal(err)
	}
	return data
}

func golden(tb testing.TB, name string) string {
	tb.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name+".golden"))
	if err != nil {
		tb.Fatal(err)
	}
	return string(data)
}

// The archives match the recorded output of pg_restore: "pg_restore -l" for the entries and
// "pg_restore -f -" for the data.
func TestFixtures(t *testing.T) {
	all := fixtures(t)
	if len(all) < 25 {
		t.Fatalf("only %d archives", len(all))
	}
	versions := map[string]string{"15": "1.14-0", "17": "1.16-0", "18": "1.16-0", "layout": "1.15-0"}
	for name, data := range all {
		t.Run(name, func(t *testing.T) {
			major, rest, _ := strings.Cut(name, "-")
			h := readHead(t, data)
			if h.Version.String() != versions[major] || h.Database != "zoo" || h.Encoding() != "UTF8" {
				t.Errorf("layout %s, database %q, encoding %q", h.Version, h.Database, h.Encoding())
			}
			compression, place, _ := strings.Cut(rest, "-")
			if (place == "file" || place == "pipe") && major != "layout" && h.Compression.String() != compression {
				t.Errorf("compression %s", h.Compression)
			}
			blocks := scan(t, data, h)
			got, want := contents(t, data, h, blocks), golden(t, "data")
			switch rest {
			case "inserts":
				if !strings.Contains(got, "INSERT INTO public.people VALUES (3, 'Ōta 🐘', 'two\nlines');\n") {
					t.Errorf("data: %s", got)
				}
				return
			case "noblobs":
				want, _, _ = strings.Cut(want, "large object")
			default:
				if major == "layout" {
					major = "17"
				}
				if diff := cmp.Diff(golden(t, major+"-list"), listing(h)); diff != "" {
					t.Errorf("entries (-pg_restore +hectl):\n%s", diff)
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("data (-pg_restore +hectl):\n%s", diff)
			}
		})
	}
}

// After Patch, an archive that pg_dump wrote to a pipe equals one written to a file. These
// archives were made one after the other, so their creation times differ.
func TestPatchMakesAFileOfAPipe(t *testing.T) {
	all := fixtures(t)
	pairs := 0
	for name, piped := range all {
		filed, ok := all[strings.TrimSuffix(name, "-pipe")+"-file"]
		if !ok || !strings.HasSuffix(name, "-pipe") {
			continue
		}
		pairs++
		h := readHead(t, piped)
		blocks := scan(t, piped, h)
		if _, err := h.Blocks(int64(len(piped))); !errors.Is(err, archive.ErrNoOffsets) {
			t.Errorf("%s: %v instead of ErrNoOffsets", name, err)
		}
		whole := patched(t, piped, h, blocks)
		if !bytes.Equal(withoutTime(whole, h), withoutTime(filed, h)) {
			t.Errorf("%s differs from what was written to a file", name)
		}
		fromOffsets, err := readHead(t, whole).Blocks(int64(len(whole)))
		if err != nil {
			t.Fatal(err)
		}
		for i := range blocks {
			blocks[i].SHA256 = [32]byte{}
		}
		if diff := cmp.Diff(blocks, fromOffsets); diff != "" {
			t.Errorf("%s: blocks (-scan +offsets):\n%s", name, diff)
		}
		none, err := archive.Excerpt(whole[:h.Length], h, nil)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(none, piped[:h.Length]) {
			t.Errorf("%s: a head without blocks is not as pg_dump wrote it to the pipe", name)
		}
	}
	if pairs != 10 {
		t.Errorf("%d pairs", pairs)
	}
}

// PostgreSQL 17 moved the large objects from the schema to the data section.
func TestInSection(t *testing.T) {
	for name, want := range map[string]bool{"15-gzip-file": false, "17-gzip-file": true, "18-gzip-file": true} {
		h := readHead(t, fixture(t, name))
		total, found := 0, false
		for _, section := range []archive.Section{archive.SectionPreData, archive.SectionData, archive.SectionPostData} {
			entries := h.InSection(section)
			total += len(entries)
			for _, e := range entries {
				found = found || section == archive.SectionData && e.Desc == "COMMENT" && e.Tag == "LARGE OBJECT 1002"
			}
		}
		if found != want || total != len(h.Entries) {
			t.Errorf("%s: a comment among the data is %t, %d of %d entries", name, found, total, len(h.Entries))
		}
	}
}

// An archive rewritten without its large objects lacks only their entries and blocks.
// Rewrite without edits changes nothing.
func TestRewrite(t *testing.T) {
	for name, data := range fixtures(t) {
		h := readHead(t, data)
		same, err := archive.Rewrite(data[:h.Length], h, func(*archive.Entry) archive.Edit { return archive.Edit{} })
		if err != nil {
			t.Fatal(err)
		}
		if want, err := archive.Excerpt(data[:h.Length], h, nil); err != nil || !bytes.Equal(same, want) {
			t.Errorf("%s: without nothing it differs, %v", name, err)
		}
		isObject := func(e *archive.Entry) bool { return strings.HasPrefix(e.Desc, "BLOB") }
		small, err := archive.Rewrite(data[:h.Length], h, func(e *archive.Entry) archive.Edit { return archive.Edit{Drop: isObject(e)} })
		if err != nil {
			t.Fatal(err)
		}
		left := readHead(t, small)
		if want := slices.DeleteFunc(slices.Clone(h.Entries), func(e archive.Entry) bool { return isObject(&e) }); len(left.Entries) != len(want) {
			t.Errorf("%s: %d entries instead of %d", name, len(left.Entries), len(want))
		}
		for _, b := range scan(t, data, h) {
			if !b.LargeObjects {
				small = append(small, data[b.Offset:][:b.Length]...)
			}
		}
		want, _, _ := strings.Cut(contents(t, data, h, scan(t, data, h)), "large object")
		if got := contents(t, small, left, scan(t, small, left)); got != want {
			t.Errorf("%s: data:\n%s", name, cmp.Diff(want, got))
		}
	}
}

// Replaced statements, longer or shorter, are the only difference.
func TestRewriteStatements(t *testing.T) {
	for name, data := range fixtures(t) {
		h := readHead(t, data)
		for _, text := range []string{"x", strings.Repeat("SELECT 1;\n", 500)} {
			raw, err := archive.Rewrite(data[:h.Length], h, func(e *archive.Entry) archive.Edit {
				switch e.Desc {
				case "TABLE":
					return archive.Edit{Definition: text}
				case "TABLE DATA":
					return archive.Edit{Copy: text}
				}
				return archive.Edit{}
			})
			if err != nil {
				t.Fatal(err)
			}
			got, changed := readHead(t, raw), 0
			for i := range got.Entries {
				want, g := h.Entries[i], got.Entries[i]
				switch g.Desc {
				case "TABLE":
					want.Definition = text
				case "TABLE DATA":
					want.Copy = text
				}
				if want.Definition != h.Entries[i].Definition || want.Copy != h.Entries[i].Copy {
					changed++
				}
				if g.ID != want.ID || g.Tag != want.Tag || g.Definition != want.Definition || g.Drop != want.Drop || g.Copy != want.Copy ||
					g.Owner != want.Owner || !slices.Equal(g.Dependencies, want.Dependencies) {
					t.Errorf("%s: entry %d is %+v instead of %+v", name, i, g, want)
				}
			}
			if len(got.Entries) != len(h.Entries) || changed == 0 {
				t.Errorf("%s: %d entries, %d of them changed", name, len(got.Entries), changed)
			}
		}
	}
}
