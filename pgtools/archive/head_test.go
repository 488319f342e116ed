package archive_test

import (
	"bytes"
	"errors"
	"io"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rubyforgood/hectl/internal/demodata"
	"github.com/rubyforgood/hectl/pgtools/archive"
	"github.com/rubyforgood/hectl/pgtools/pgtest"
)

// dump returns an archive of the zoo, made by the pg_dump at hand.
func dump(tb testing.TB, args ...string) []byte {
	tb.Helper()
	c := pgtest.New(tb)
	if err := c.CreateDatabase(tb.Context(), "zoo"); err != nil {
		tb.Fatal(err)
	}
	if err := c.Exec(tb.Context(), "zoo", demodata.Zoo()); err != nil {
		tb.Fatal(err)
	}
	cmd := exec.CommandContext(tb.Context(), filepath.Join(c.Bin(), "pg_dump"), append(args, "-Fc", "-d", c.URI("zoo"))...)
	out, err := cmd.Output()
	if err != nil {
		tb.Fatal(err)
	}
	return out
}

func TestReadHeadAgreesWithPgRestore(t *testing.T) {
	data := dump(t)
	in := bytes.NewReader(data)
	head, err := archive.ReadHead(in)
	if err != nil {
		t.Fatal(err)
	}
	if read := int64(len(data)) - int64(in.Len()); head.Length != read {
		t.Errorf("the head has %d bytes, but %d were read", head.Length, read)
	}
	if head.Database != "zoo" || head.Encoding() != "UTF8" || head.Compression != archive.Gzip {
		t.Errorf("database %q, encoding %q, compression %v", head.Database, head.Encoding(), head.Compression)
	}
	if diff := cmp.Diff([]string{"citext", "hstore"}, head.Extensions()); diff != "" {
		t.Error(diff)
	}

	// pg_restore -l prints "id; table-oid oid desc schema tag owner".
	cmd := exec.CommandContext(t.Context(), "pg_restore", "-l")
	cmd.Stdin = bytes.NewReader(data)
	listing, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var want, got []string
	for line := range strings.Lines(string(listing)) {
		if !strings.HasPrefix(line, ";") {
			want = append(want, strings.TrimSpace(line))
		}
	}
	for _, e := range head.Entries {
		switch e.Desc {
		case "ENCODING", "STDSTRINGS", "SEARCHPATH", "DATABASE":
			continue // pg_restore -l leaves them out
		}
		namespace := e.Namespace
		if namespace == "" {
			namespace = "-"
		}
		got = append(got, strings.TrimSpace(strconv.Itoa(e.ID)+"; "+e.TableOID+" "+e.OID+" "+e.Desc+" "+namespace+" "+strings.ReplaceAll(e.Tag, "\n", " ")+" "+e.Owner))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestReadHeadOfATruncatedArchive(t *testing.T) {
	data := dump(t)
	head, err := archive.ReadHead(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	for n := int64(0); n < head.Length; n += 1 + n/50 {
		if _, err := archive.ReadHead(bytes.NewReader(data[:n])); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Fatalf("cut at %d of %d: %v", n, head.Length, err)
		}
	}
}

func TestReadHeadOfOtherThings(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"text", "-- PostgreSQL database dump\n", `byte 0: it begins with "-- Po"`},
		{"an old layout", "PGDMP\x01\x0d\x00\x04\x08\x01", "layout 1.13-0"},
		{"a layout to come", "PGDMP\x01\x11\x00\x04\x08\x01", "layout 1.17-0"},
		{"the tar format", "PGDMP\x01\x0e\x00\x04\x08\x03", "format 3"},
		{"wide integers", "PGDMP\x01\x0e\x00\x09\x08\x01", "integers of 9 bytes"},
		{"unknown compression", "PGDMP\x01\x10\x00\x04\x08\x01\x09", "unknown compression 9"},
		{"a string of 2 GB", "PGDMP\x01\x10\x00\x04\x08\x01\x00" + strings.Repeat("\x00\x01\x00\x00\x00", 7) + "\x00\x00\x00\x00\x7f", "byte 52: database: a length of"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := archive.ReadHead(strings.NewReader(tt.in))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

func FuzzReadHead(f *testing.F) {
	f.Add(dump(f))
	f.Add([]byte("PGDMP\x01\x10\x00\x04\x08\x01\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		head, err := archive.ReadHead(bytes.NewReader(data))
		if err == nil && (head.Length > int64(len(data)) || len(head.Entries) > len(data)) {
			t.Errorf("%d entries in a head of %d bytes, out of %d bytes", len(head.Entries), head.Length, len(data))
		}
	})
}
