package archive_test

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/rubyforgood/hectl/pgtools"
	"github.com/rubyforgood/hectl/pgtools/archive"
	"github.com/rubyforgood/hectl/test/demodata"
	"github.com/rubyforgood/hectl/test/pgtest"
)

// A database is the source of archives from one snapshot, exported by a transaction that
// stays open during the test.
type database struct {
	cluster  *pgtest.Cluster
	major    int
	name     string
	snapshot string
}

// newDatabase creates a database on a new server whose programs are in the directory bin;
// "" selects the installed ones.
func newDatabase(tb testing.TB, bin, sql string) database {
	tb.Helper()
	c := pgtest.New(tb, pgtest.Options{Bin: bin})
	d := database{cluster: c, name: "zoo"}
	if err := c.CreateDatabase(tb.Context(), d.name); err != nil {
		tb.Fatal(err)
	}
	if err := c.Exec(tb.Context(), d.name, sql); err != nil {
		tb.Fatal(err)
	}
	db, err := pgtools.Connect(tb.Context(), c.SocketConn(d.name), "test")
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { db.Close(tb.Context()) })
	d.major = db.ServerVersion().Major
	if _, err := db.Exec(tb.Context(), "BEGIN ISOLATION LEVEL REPEATABLE READ"); err != nil {
		tb.Fatal(err)
	}
	snapshots, err := pgtools.Rows[string](tb.Context(), db, "SELECT pg_export_snapshot()")
	if err != nil {
		tb.Fatal(err)
	}
	d.snapshot = snapshots[0]
	return d
}

// run runs a program of the server's version.
func (d database) run(tb testing.TB, stdin []byte, program string, args ...string) []byte {
	tb.Helper()
	return d.cluster.Run(tb, stdin, program, args...)
}

// toPipe and toFile return an archive as pg_dump writes it to a pipe and to a file.
func (d database) toPipe(tb testing.TB, args ...string) []byte {
	tb.Helper()
	return d.run(tb, nil, "pg_dump", d.dumpArgs(args)...)
}

func (d database) toFile(tb testing.TB, args ...string) []byte {
	tb.Helper()
	file := filepath.Join(tb.TempDir(), "file")
	d.run(tb, nil, "pg_dump", append(d.dumpArgs(args), "-f", file)...)
	data, err := os.ReadFile(file)
	if err != nil {
		tb.Fatal(err)
	}
	return data
}

func (d database) dumpArgs(args []string) []string {
	return append([]string{"-Fc", "--snapshot=" + d.snapshot, "-d", d.cluster.SocketURI(d.name)}, args...)
}

// script returns the SQL that pg_restore would run, without the random key.
func (d database) script(tb testing.TB, data []byte, args ...string) []byte {
	tb.Helper()
	return []byte(pgtest.WithoutKeys(d.run(tb, data, "pg_restore", append(args, "-f", "-")...)))
}

// compressions returns the compressions of pg_dump -Z in a major version.
func (d database) compressions() map[archive.Compression]string {
	if d.major < 16 {
		return map[archive.Compression]string{archive.None: "0", archive.Gzip: "6"}
	}
	return map[archive.Compression]string{archive.None: "none", archive.Gzip: "gzip", archive.LZ4: "lz4", archive.Zstd: "zstd"}
}

func TestRealArchives(t *testing.T) {
	checkRealArchives(t, newDatabase(t, "", demodata.Zoo()))
}

// checkRealArchives compares this package's results with pg_restore's, for everything that
// the major version can write.
func checkRealArchives(t *testing.T, d database) {
	t.Helper()
	variants := map[string][]string{
		"all":        nil,
		"no objects": {"--no-blobs"},
		"inserts":    {"--inserts"},
		"no data":    {"--schema-only"},
		"pre-data":   {"--section=pre-data"},
		"no schema":  {"--data-only"},
	}
	if d.major >= 18 {
		variants["statistics"] = []string{"--statistics"}
	}
	for compression, z := range d.compressions() {
		for name, args := range variants {
			t.Run(compression.String()+", "+name, func(t *testing.T) {
				checkArchive(t, d, compression, append([]string{"-Z", z}, args...))
			})
		}
	}
	if d.major >= 16 { // the largest window
		t.Run("zstd, long", func(t *testing.T) { checkArchive(t, d, archive.Zstd, []string{"-Z", "zstd:level=1,long"}) })
	}
	t.Run("excerpt", func(t *testing.T) { checkExcerpt(t, d) })
}

func checkArchive(t *testing.T, d database, compression archive.Compression, args []string) {
	t.Helper()
	piped, filed := d.toPipe(t, args...), d.toFile(t, args...)
	h := readHead(t, piped)
	if h.Compression != compression || h.Database != d.name || h.Encoding() != "UTF8" {
		t.Errorf("compression %s, database %q, encoding %q", h.Compression, h.Database, h.Encoding())
	}
	if diff := cmp.Diff(entryLines(d.run(t, piped, "pg_restore", "-l")), listing(h)); diff != "" {
		t.Errorf("entries (-pg_restore +hectl):\n%s", diff)
	}

	blocks := scan(t, piped, h)
	if got := patched(t, piped, h, blocks); !bytes.Equal(withoutTime(got, h), withoutTime(filed, h)) {
		t.Error("streamed and patched is not what pg_dump writes to a file")
	}
	fromOffsets, err := readHead(t, filed).Blocks(int64(len(filed)))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(blocks, fromOffsets, cmpopts.IgnoreFields(archive.Block{}, "SHA256"), cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("blocks (-scan +offsets):\n%s", diff)
	}

	script := d.script(t, piped, "--section=data")
	if again := d.script(t, rewritten(t, piped, 0, 32<<10), "--section=data"); !bytes.Equal(again, script) {
		t.Errorf("data (-as pg_dump wrote it +as DataWriter did):\n%s", firstDifference(string(script), string(again)))
	}
	got := contents(t, piped, h, blocks)
	if !strings.Contains(strings.Join(args, " "), "--inserts") {
		if want := scriptContents(t, script); got != want {
			t.Errorf("data (-pg_restore +hectl):\n%s", firstDifference(want, got))
		}
		return
	}
	text := string(script) // a string, because the race detector checks a whole slice in each search
	for statement := range strings.SplitSeq(got, "\n\n\n") {
		if !strings.HasPrefix(statement, "large object") && !strings.Contains(text, statement) {
			t.Errorf("not in pg_restore's script: %.200s", statement)
		}
	}
}

// firstDifference describes the first difference between two long texts; a full diff
// would take too long.
func firstDifference(want, got string) string {
	for i := range min(len(want), len(got)) {
		if want[i] != got[i] {
			return "at byte " + strconv.Itoa(i) + ":\n-" + strconv.Quote(excerpt(want, i)) + "\n+" + strconv.Quote(excerpt(got, i))
		}
	}
	return strconv.Itoa(len(want)) + " bytes and " + strconv.Itoa(len(got))
}

func excerpt(s string, at int) string { return s[max(0, at-40):min(len(s), at+40)] }

// checkExcerpt restores a database as hectl does: the pre-data section from the head alone,
// and large objects and sequences through pg_restore from an excerpt on its standard input.
// For the test, the excerpt also has one table.
func checkExcerpt(t *testing.T, d database) {
	t.Helper()
	data := d.toPipe(t)
	h := readHead(t, data)
	if diff := cmp.Diff(string(d.script(t, data, "--section=pre-data")), string(d.script(t, data[:h.Length], "--section=pre-data"))); diff != "" {
		t.Errorf("before the data (-whole archive +head alone):\n%s", diff)
	}

	var some []archive.Block
	var stream []io.Reader
	for _, b := range scan(t, data, h) {
		if b.LargeObjects || len(some) == 0 { // large objects and the rows of one table
			some = append(some, b)
			stream = append(stream, bytes.NewReader(data[b.Offset:][:b.Length]))
		}
	}
	head, err := archive.Excerpt(data[:h.Length], h, some)
	if err != nil {
		t.Fatal(err)
	}
	small, err := io.ReadAll(io.MultiReader(append([]io.Reader{bytes.NewReader(head)}, stream...)...))
	if err != nil {
		t.Fatal(err)
	}
	var list strings.Builder
	for _, e := range h.InSection(archive.SectionData) {
		if e.Desc != "TABLE DATA" || e.ID == some[0].ID {
			list.WriteString(strconv.Itoa(e.ID) + "\n")
		}
	}
	listFile := filepath.Join(t.TempDir(), "list")
	file := filepath.Join(t.TempDir(), "file")
	for name, content := range map[string]string{listFile: list.String(), file: string(small)} {
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want := string(d.script(t, data, "-L", listFile))
	for name, got := range map[string][]byte{
		"standard input": d.script(t, small, "-L", listFile),
		"file":           d.script(t, nil, "-L", listFile, file),
	} {
		if string(got) != want {
			t.Errorf("excerpt from %s:\n%s", name, firstDifference(want, string(got)))
		}
	}
	if len(want) < 1_000_000 {
		t.Errorf("the script has only %d bytes", len(want))
	}

	if err := d.cluster.CreateDatabase(t.Context(), "copy"); err != nil {
		t.Fatal(err)
	}
	into := []string{"--exit-on-error", "-d", d.cluster.SocketURI("copy")}
	d.run(t, data[:h.Length], "pg_restore", append(into, "--section=pre-data")...)
	d.run(t, small, "pg_restore", append(into, "--section=data", "-L", listFile)...)
	copied := d.run(t, nil, "pg_dump", "-Fc", "-d", d.cluster.SocketURI("copy"))
	if diff := cmp.Diff(objectsAndSequences(t, data), objectsAndSequences(t, copied)); diff != "" {
		t.Errorf("large objects and sequences (-before +after):\n%s", diff)
	}
}

// objectsAndSequences returns all entries of an archive with data, except rows of tables.
func objectsAndSequences(t *testing.T, data []byte) []string {
	t.Helper()
	var all []string
	h := readHead(t, data)
	for _, e := range h.Entries {
		if e.Desc == "SEQUENCE SET" || strings.HasPrefix(e.Desc, "BLOB") || strings.HasPrefix(e.Tag, "LARGE OBJECT") {
			all = append(all, e.String()+": "+e.Definition)
		}
	}
	for line := range strings.Lines(contents(t, data, h, scan(t, data, h))) {
		if strings.HasPrefix(line, "large object") {
			all = append(all, line)
		}
	}
	return all
}
