package restore

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/rubyforgood/hectl/internal/files"
	"github.com/rubyforgood/hectl/internal/s3store"
)

// A purge finds exactly the files that unfinished downloads leave.
func TestPartialDownloads(t *testing.T) {
	dir := t.TempDir()
	write := func(path, content string) {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var mine []string
	for _, etag := range []string{"9b2cf535f27731c974343645a3985328", "9b2cf535f27731c974343645a3985328-12", `odd "etag"`} {
		path := partialPath(filepath.Join(dir, "production-20261123083000.rds.dump"), s3store.Object{ETag: etag})
		write(path, "PGDMP and more")
		mine = append(mine, path)
	}
	write(filepath.Join(dir, "short.9b2cf535f27731c974343645a3985328.partial"), "PG")
	mine = append(mine, filepath.Join(dir, "short.9b2cf535f27731c974343645a3985328.partial"))
	const tag = ".9b2cf535f27731c974343645a3985328"
	theirs := map[string]string{
		"video.mp4.partial": "PGDMP", "x" + tag + ".partial": "PGPASS", "y" + tag + ".partial": "", "z" + tag: "PGDMP",
		tag[1:] + ".partial": "PGDMP", "w" + tag + ".partial.bak": "PGDMP",
	}
	for name, content := range theirs {
		write(filepath.Join(dir, name), content)
	}
	if err := os.Mkdir(filepath.Join(dir, "folder"+tag+".partial"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(mine[0], filepath.Join(dir, "link"+tag+".partial")); err != nil {
		t.Fatal(err)
	}
	found, err := partialDownloads(dir)
	if err != nil || len(found) != len(mine) {
		t.Fatal(found, err)
	}
	// A file that a download is writing is kept.
	busy, err := os.Open(mine[0])
	if err != nil {
		t.Fatal(err)
	}
	defer busy.Close()
	if err := files.LockIfSupported(busy); err != nil {
		t.Fatal(err)
	}
	var stay int
	for _, r := range found {
		if err := r.remove(context.Background()); err != nil {
			stay++
		}
	}
	if _, err := os.Stat(mine[0]); stay != 1 || err != nil {
		t.Error(stay, err)
	}
	for name := range theirs {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			t.Error(err)
		}
	}
}
