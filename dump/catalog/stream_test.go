package catalog

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

// If pg_dump fails before it has written a head, the error does not blame the archive.
func TestStreamFailsAsItsWriter(t *testing.T) {
	t.Parallel()
	failed := errors.New("pg_dump: exit status 1")
	for _, written := range []string{"", "PGDMP", "PGDMP\x01\x0e\x00"} {
		_, err := io.ReadAll(NewStream(io.MultiReader(strings.NewReader(written), iotest.ErrReader(failed)), "pg_dump"))
		if !errors.Is(err, failed) || err.Error() != failed.Error() {
			t.Errorf("after %q: %v", written, err)
		}
	}
}
