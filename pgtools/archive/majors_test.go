//go:build majors

package archive_test

import (
	"bytes"
	"encoding/binary"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rubyforgood/hectl/test/demodata"
	"github.com/rubyforgood/hectl/test/pgtest"
)

// update makes the tests rewrite testdata: script/majors --update.
var update = os.Getenv("HECTL_UPDATE_TESTDATA") != ""

func TestMajors(t *testing.T) {
	t.Parallel()
	for _, major := range pgtest.Majors() {
		if major < 14 { // the zoo has objects that are new in 14
			continue
		}
		t.Run(strconv.Itoa(major), func(t *testing.T) {
			t.Parallel()
			d := newDatabase(t, pgtest.MajorBin(major), demodata.Zoo())
			if d.major != major {
				t.Fatalf("%s has version %d", pgtest.MajorBin(major), d.major)
			}
			checkRealArchives(t, d)
		})
	}
}

// TestMajorsTestdata creates the archives for the other tests and records pg_restore's
// output for them. All major versions must agree on the data.
func TestMajorsTestdata(t *testing.T) {
	sql, err := os.ReadFile("testdata/schema.sql")
	if err != nil {
		t.Fatal(err)
	}
	for _, major := range []int{15, 17, 18, 19} {
		d := newDatabase(t, pgtest.MajorBin(major), string(sql))
		name := strconv.Itoa(major) + "-"
		for compression, z := range d.compressions() {
			write(t, name+compression.String()+"-file.archive", d.toFile(t, "-Z", z))
			write(t, name+compression.String()+"-pipe.archive", d.toPipe(t, "-Z", z))
		}
		write(t, name+"gzip-redirected.archive", d.toRedirected(t))
		write(t, name+"noblobs.archive", d.toPipe(t, "--no-blobs"))
		write(t, name+"inserts.archive", d.toPipe(t, "--inserts"))

		all := d.toPipe(t)
		write(t, name+"list.golden", []byte(entryLines(d.run(t, all, "pg_restore", "-l"))))
		data := scriptContents(t, d.script(t, all, "--section=data"))
		if major == 15 {
			write(t, "data.golden", []byte(data))
		}
		if diff := cmp.Diff(golden(t, "data"), data); diff != "" {
			t.Errorf("version %d disagrees on the data:\n%s", major, diff)
		}
		if major == 17 {
			old := downgrade(t, all)
			if got, want := d.script(t, old), d.script(t, all); !bytes.Equal(got, want) {
				t.Errorf("layout 1.15 restores otherwise:\n%s", firstDifference(string(want), string(got)))
			}
			write(t, "layout-1.15-gzip-pipe.archive", old)
		}
	}
}

// toRedirected is like toFile, except that the caller opens the file, as a shell does.
func (d database) toRedirected(tb testing.TB, args ...string) []byte {
	tb.Helper()
	file, err := os.Create(filepath.Join(tb.TempDir(), "file"))
	if err != nil {
		tb.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	cmd := exec.CommandContext(tb.Context(), filepath.Join(d.cluster.Bin(), "pg_dump"), d.dumpArgs(args)...)
	cmd.Stdout = file
	if err := cmd.Run(); err != nil {
		tb.Fatal(err)
	}
	data, err := os.ReadFile(file.Name())
	if err != nil {
		tb.Fatal(err)
	}
	return data
}

func write(t *testing.T, name string, data []byte) {
	t.Helper()
	if !update {
		return
	}
	if err := os.WriteFile(filepath.Join("testdata", name), data, 0o644); err != nil {
		t.Fatal(err)
	}
}

// downgrade converts an archive of layout 1.16 to 1.15 by removing the kind of each
// relation. Version 16 writes 1.15, but Debian never packaged it. The archive must have
// been written to a pipe.
func downgrade(t *testing.T, data []byte) []byte {
	t.Helper()
	h := readHead(t, data)
	if h.Version.Minor != 16 {
		t.Fatal(h.Version)
	}
	out, at := []byte{}, 0
	take := func(n int) []byte {
		at += n
		out = append(out, data[at-n:at]...)
		return data[at-n : at]
	}
	integer := func() int {
		b := take(5)
		n := int(binary.LittleEndian.Uint32(b[1:]))
		if b[0] != 0 {
			return -n
		}
		return n
	}
	text := func() bool {
		n := integer()
		take(max(n, 0))
		return n >= 0
	}
	times := func(n int, f func()) {
		for range n {
			f()
		}
	}
	anyText := func() { text() }
	take(12) // up to and including the compression
	times(7, func() { integer() })
	times(3, anyText)
	out[6] = 15
	for range integer() {
		times(2, func() { integer() }) // dump id, had-dumper
		times(4, anyText)              // oids, tag, desc
		integer()                      // section
		times(6, anyText)              // definition, drop, COPY, namespace, tablespace, access method
		at += 5                        // relation kind
		times(2, anyText)              // owner, with oids
		for text() {                   // dependencies
		}
		take(1 + h.OffsetSize)
	}
	if int64(at) != h.Length {
		t.Fatalf("the head ends at %d, not at %d", at, h.Length)
	}
	return append(out, data[at:]...)
}
