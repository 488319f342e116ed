package load

import (
	"io"
	"os"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/rubyforgood/hectl/pgtools/archive"
)

func TestSpool(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	var s spool
	s.close() // without a block, there is no file
	for _, b := range []struct {
		offset int64
		data   string
	}{{70, "second"}, {10, "first"}} {
		if err := s.keep(archive.Block{Offset: b.offset}, strings.NewReader(b.data)); err != nil {
			t.Fatal(err)
		}
	}
	defer s.close()
	for i, want := range []string{"second", "first"} {
		b := s.blocks[i]
		got, err := io.ReadAll(s.part(t.Context(), b.Offset, b.Length))
		if err != nil || string(got) != want {
			t.Errorf("at %d: %q, %v", b.Offset, got, err)
		}
	}
	if left, err := os.ReadDir(os.TempDir()); err != nil || len(left) > 0 {
		t.Errorf("others can open %v, %v", left, err)
	}
	if err := s.keep(archive.Block{}, iotest.ErrReader(io.ErrNoProgress)); err != io.ErrNoProgress { //nolint:errorlint // as it is
		t.Errorf("got %v", err)
	}
}
