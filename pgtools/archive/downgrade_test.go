package archive_test

import (
	"bytes"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/rubyforgood/hectl/pgtools/archive"
	"github.com/rubyforgood/hectl/test/pgtest"
)

// downgraded returns an archive for an older pg_restore.
func downgraded(tb testing.TB, data []byte) []byte {
	tb.Helper()
	h := readHead(tb, data)
	raw := bytes.Clone(data[:h.Length])
	head, err := archive.Downgrade(raw, h)
	if err != nil {
		tb.Fatal(err)
	}
	if !bytes.Equal(raw, data[:h.Length]) {
		tb.Fatal("the original head was changed")
	}
	return repacked(tb, data, head, 0, 32<<10)
}

// Every archive can be downgraded so that any pg_restore reads it. Its contents are the
// same, except for entries that create several large objects.
func TestDowngrade(t *testing.T) {
	bin, err := pgtest.Bin()
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range fixtures(t) {
		t.Run(name, func(t *testing.T) {
			old := downgraded(t, data)
			was, is := readHead(t, data), readHead(t, old)
			if v := is.Version.String(); v != "1.14-0" {
				t.Errorf("layout %s", v)
			}
			want := was.Entries
			for i := range want {
				if e := &want[i]; e.Desc == "BLOB METADATA" {
					e.Desc = "BLOB"
					e.Definition = "SELECT pg_catalog.lo_create('" + strings.ReplaceAll(strings.TrimSpace(e.Definition), "\n", "');\nSELECT pg_catalog.lo_create('") + "');\n"
				}
			}
			ignored := cmpopts.IgnoreFields(archive.Entry{}, "RelKind", "OffsetAt", "OffsetState", "Offset")
			if diff := cmp.Diff(want, is.Entries, ignored, cmpopts.IgnoreUnexported(archive.Entry{}), cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("entries (-before +after):\n%s", diff)
			}
			data := golden(t, "data")
			switch {
			case strings.HasSuffix(name, "-inserts"):
				return
			case strings.HasSuffix(name, "-noblobs"):
				data, _, _ = strings.Cut(data, "large object")
			}
			cmd := exec.CommandContext(t.Context(), filepath.Join(bin, "pg_restore"), "--section=data", "-f", "-")
			cmd.Stdin = bytes.NewReader(old)
			script, err := cmd.Output()
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(data, scriptContents(t, script)); diff != "" {
				t.Errorf("data (-before +after):\n%s", diff)
			}
			for _, oid := range []string{"1001", "1002"} {
				if want := fmt.Sprintf("SELECT pg_catalog.lo_create('%s');\n", oid); !strings.HasPrefix(name, "15") && !strings.HasSuffix(name, "-noblobs") && !bytes.Contains(script, []byte(want)) {
					t.Errorf("large object %s is not created", oid)
				}
			}
		})
	}
}

// A partitioned table with an access method would lose it, and an invalid list of oids
// could contain any SQL.
func TestDowngradeRefuses(t *testing.T) {
	data := fixture(t, "17-gzip-pipe")
	change := func(f func(*archive.Head)) error {
		h := readHead(t, data)
		f(h)
		_, err := archive.Downgrade(data[:h.Length], h)
		return err
	}
	if err := change(func(*archive.Head) {}); err != nil {
		t.Error(err)
	}
	err := change(func(h *archive.Head) { h.Entries[10].RelKind, h.Entries[10].AccessMethod = 'p', "columnar" })
	if !errors.Is(err, archive.ErrDowngrade) {
		t.Error(err)
	}
	err = change(func(h *archive.Head) { h.Entries[10].Desc, h.Entries[10].Definition = "BLOB METADATA", "1'); DROP" })
	if err == nil || !strings.Contains(err.Error(), "read the oid of a large object") {
		t.Error(err)
	}
}
