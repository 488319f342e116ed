package schema_test

import (
	"bytes"
	"io"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rubyforgood/hectl/pgtools/archive"
	"github.com/rubyforgood/hectl/pgtools/schema"
	"github.com/rubyforgood/hectl/test/pgtest"
)

// Whatever options pg_dump has, what it writes is never refused: the table of
// contents, and rows that are statements.
func genuineWithOptions(t *testing.T, c *pgtest.Cluster, database string) {
	t.Helper()
	pgDump := filepath.Join(c.Bin(), "pg_dump")
	statistics := ""
	if help, err := exec.CommandContext(t.Context(), pgDump, "--help").Output(); err != nil {
		t.Fatal(err)
	} else if bytes.Contains(help, []byte("--statistics ")) { // from 18 on
		statistics = "--statistics"
	}
	for _, options := range []string{
		statistics,
		"--clean --if-exists --create --load-via-partition-root",
		"--inserts --quote-all-identifiers",
		"--column-inserts --rows-per-insert=3 --on-conflict-do-nothing",
		"--data-only --disable-triggers",
	} {
		args := append([]string{"-Fc", "-Z0", "-d", c.SocketURI(database)}, strings.Fields(options)...)
		data, err := exec.CommandContext(t.Context(), pgDump, args...).Output()
		if err != nil {
			t.Fatalf("%s: %v", options, err)
		}
		in := bytes.NewReader(data)
		head, err := archive.ReadHead(in)
		if err != nil {
			t.Fatal(err)
		}
		genuine(t, database+" "+options, head)
		entries, inserts, blocks := head.ByID(), schema.Inserts(head), archive.NewDataReader(head)
		_, err = archive.Walk(in, head, func(b archive.Block, r io.Reader) error {
			e := entries[b.ID]
			if e.Desc != "TABLE DATA" || e.Copy != "" {
				return nil
			}
			if err := blocks.Reset(r, b); err != nil {
				return err
			}
			if _, err := io.Copy(io.Discard, inserts(e, blocks)); err != nil {
				t.Errorf("%s %s: %s: %v", database, options, e, err)
			}
			return nil
		})
		if err != nil {
			t.Errorf("%s %s: %v", database, options, err)
		}
	}
}
