package restore

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/files"
	"github.com/rubyforgood/hectl/internal/s3store"
)

func TestPartialPath(t *testing.T) {
	at := time.Unix(1, 0)
	object := func(etag string, at time.Time) string {
		return partialPath("dir/x", s3store.Object{ETag: etag, LastModified: at})
	}
	if got := object("d41d8cd98f00b204e9800998ecf8427e-7", at); got != "dir/x.d41d8cd98f00b204e9800998ecf8427e-7.partial" {
		t.Error(got)
	}
	// A hash replaces an ETag that is empty or cannot be part of a file name.
	seen := map[string]bool{}
	for _, etag := range []string{"../../etc/passwd", "", "a b", "*"} {
		path := object(etag, at)
		if filepath.Dir(path) != "dir" || seen[path] {
			t.Errorf("%q: %s", etag, path)
		}
		seen[path] = true
	}
	if object("", at) == object("", at.Add(time.Second)) {
		t.Error("without an ETag another object has the same path")
	}
}

// Only one run writes a partial file, and once it is published no partial file is left.
func TestPartialIsLocked(t *testing.T) {
	target := filepath.Join(t.TempDir(), "x.dump")
	object := s3store.Object{ETag: "abc", Size: 5}
	p, err := openPartial(target, object)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := openPartial(target, object); fault.CodeOf(err) != fault.Locked {
		t.Fatal(err)
	}
	if _, err := p.Write([]byte("12345")); err != nil {
		t.Fatal(err)
	}
	if err := p.publish(false); err != nil {
		t.Fatal(err)
	}
	next, err := openPartial(target, object)
	if err != nil || next.have != 0 {
		t.Fatal(next, err)
	}
	if err := next.publish(false); fault.CodeOf(err) != fault.Usage {
		t.Errorf("the target was replaced: %v", err)
	}
	if err := next.remove(); err != nil {
		t.Error(err)
	}
	if data, err := os.ReadFile(target); err != nil || string(data) != "12345" {
		t.Errorf("%q, %v", data, err)
	}
	if entries, err := os.ReadDir(filepath.Dir(target)); err != nil || len(entries) != 1 {
		t.Errorf("%v, %v", entries, err)
	}
	if err := p.f.Close(); err != nil {
		t.Error(err)
	}
}

// hectl never resumes a file that another user created under the name of a partial file,
// and never publishes a file that replaced its own.
func TestPartialOfAnotherUser(t *testing.T) {
	object := s3store.Object{ETag: "abc", Size: 5}
	lay := map[string]func(path, precious string) error{
		"a link":                 func(path, precious string) error { return os.Symlink(precious, path) },
		"another name of a file": func(path, precious string) error { return os.Link(precious, path) },
		"open to all": func(path, _ string) error {
			return errors.Join(os.WriteFile(path, []byte("theirs"), 0o600), os.Chmod(path, 0o666))
		},
	}
	if os.Getuid() == 0 {
		lay["another user's"] = func(path, _ string) error {
			return errors.Join(os.WriteFile(path, []byte("theirs"), 0o600), os.Chown(path, 65534, 65534))
		}
	}
	for name, lay := range lay {
		t.Run(name, func(t *testing.T) {
			target, precious := filepath.Join(t.TempDir(), "x.dump"), filepath.Join(t.TempDir(), "precious")
			if err := errors.Join(os.WriteFile(precious, []byte("precious"), 0o600), lay(partialPath(target, object), precious)); err != nil {
				t.Fatal(err)
			}
			if _, err := openPartial(target, object); !errors.Is(err, files.ErrNotOurs) || len(fault.Hints(err)) == 0 {
				t.Errorf("got %v", err)
			}
			if text, err := os.ReadFile(precious); err != nil || string(text) != "precious" {
				t.Errorf("%q, %v", text, err)
			}
		})
	}
	target := filepath.Join(t.TempDir(), "x.dump")
	p, err := openPartial(target, object)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.Rename(p.path, p.path+".away"), os.WriteFile(p.path, []byte("theirs"), 0o600)); err != nil {
		t.Fatal(err)
	}
	if err := p.publish(true); !errors.Is(err, files.ErrNotOurs) {
		t.Errorf("got %v", err)
	}
	if _, err := os.Lstat(target); err == nil {
		t.Error("theirs was published")
	}
	if err := p.f.Close(); err != nil {
		t.Error(err)
	}
}
