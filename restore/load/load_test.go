package load

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestCutOff(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"pg_restore: error: could not read from input file: end of file":                              true,
		"pg_restore: error: could not find block ID 3 in archive -- possibly corrupt archive":         true,
		"pg_restore: error: unexpected end of file":                                                   true,
		"pg_restore: error: could not execute query: ERROR:  relation \"end of file\" does not exist": false,
	} {
		if got := cutOff(errors.New(text)); got != want {
			t.Errorf("%s: %t", text, got)
		}
	}
}

func TestOnItem(t *testing.T) {
	t.Parallel()
	var got []string
	log := onItem(func(name string) { got = append(got, name) })
	for _, line := range []string{
		`pg_restore: connecting to database for restore`,
		`pg_restore: creating TABLE "public.users"`,
		`pg_restore: creating INDEX "shop.users_email"`,
		`pg_restore: processing data for table "public.users"`,
		`pg_restore: error: creating TABLE "public.users"`,
	} {
		log(line)
	}
	if diff := cmp.Diff([]string{"users", "shop.users_email", "users"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestWriteHead(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	path, remove, err := writeHead("hectl-x-", []byte("head"))
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 || info.Size() != 4 {
		t.Errorf("%v, %v", info, err)
	}
	remove()
	if _, err := os.Stat(filepath.Dir(path)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the folder is still there: %v", err)
	}
	t.Setenv("TMPDIR", filepath.Join(path, "missing"))
	if _, _, err := writeHead("hectl-x-", nil); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}
