package schema_test

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/rubyforgood/hectl/pgtools/archive"
	"github.com/rubyforgood/hectl/pgtools/schema"
	"github.com/rubyforgood/hectl/test/pgtest"
)

// genuineWithOptions checks that pg_dump's output is never refused, with any options:
// neither the table of contents, nor rows in statements.
func genuineWithOptions(t *testing.T, c *pgtest.Cluster, database string) {
	t.Helper()
	statistics := ""
	if bytes.Contains(c.Run(t, nil, "pg_dump", "--help"), []byte("--statistics ")) { // PostgreSQL 18 or later
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
		in := bytes.NewReader(c.Run(t, nil, "pg_dump", args...))
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
