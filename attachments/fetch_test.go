package attachments

import (
	"bytes"
	"context"
	"crypto/md5"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/s3store"
	"github.com/rubyforgood/hectl/test/s3test"
)

// bench is a bucket and a folder.
type bench struct {
	server *s3test.Server
	proxy  *s3test.Proxy
	store  *s3store.Store
	dir    string
	folder *folder
}

func newBench(t *testing.T) *bench {
	t.Helper()
	server := s3test.New(t)
	proxy := s3test.NewProxy(server.URL)
	t.Cleanup(proxy.Close)
	dir := t.TempDir()
	folder, err := openFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = folder.Close() })
	return &bench{server, proxy, server.Store(t, "blobs", s3test.Via(proxy)), dir, folder}
}

// put uploads an object and returns its blob.
func (b *bench) put(t *testing.T, key string, content []byte) blob {
	t.Helper()
	if err := b.server.Put(t.Context(), "blobs", key, content); err != nil {
		t.Fatal(err)
	}
	sum := md5.Sum(content)
	return blob{Key: key, Size: int64(len(content)), MD5: sum[:]}
}

// fetch fetches the blobs that are not in the folder.
func (b *bench) fetch(t *testing.T, blobs ...blob) (outcome, error) {
	t.Helper()
	plan, err := newPlan(blobs, b.folder.has)
	if err != nil {
		t.Fatal(err)
	}
	f := fetcher{Bucket: b.store, Folder: b.folder, Jobs: 4}
	return f.run(t.Context(), plan.Wanted)
}

// files returns the paths of all files in the folder.
func (b *bench) files(t *testing.T) []string {
	t.Helper()
	files := []string{}
	err := filepath.WalkDir(b.dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			rel, _ := filepath.Rel(b.dir, path)
			files = append(files, rel)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestFetchByWhatTheStoreVouchesFor(t *testing.T) {
	b := newBench(t)
	content := bytes.Repeat([]byte("0123456789"), 1000)
	composed := b.put(t, "composed", content)
	composed.MD5 = nil

	// The object is damaged in the store's own files.
	path := b.server.Path("blobs", "composed")
	damaged := bytes.Clone(content)
	damaged[5000] ^= 1
	if err := os.WriteFile(path, damaged, 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := b.fetch(t, composed)
	if err != nil || len(got.Wrong) != 1 || len(got.Fetched) != 0 {
		t.Errorf("of a damaged one came %+v, %v", got, err)
	}
	if left := b.files(t); len(left) != 0 {
		t.Errorf("there is %q", left)
	}

	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	got, err = b.fetch(t, composed)
	if err != nil || len(got.Fetched) != 1 || len(got.Unvouched) != 0 {
		t.Errorf("got %+v, %v", got, err)
	}
	if diff := cmp.Diff([]string{"co/mp/composed"}, b.files(t)); diff != "" {
		t.Error(diff)
	}
}

func TestFetchWhatNobodyVouchesFor(t *testing.T) {
	b := newBench(t)
	b.proxy.On(s3test.Is("HeadObject"), s3test.WithoutHeader("X-Amz-Checksum-Crc64nvme"))
	b.proxy.On(s3test.Is("HeadObject"), s3test.WithoutHeader("Etag"))
	blob := b.put(t, "unknown", []byte("content"))
	blob.MD5 = nil
	// A partial file from an earlier run may belong to another object.
	if err := b.folder.makeAside(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(b.dir, partialPath(blob)), []byte("cobbl"), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := b.fetch(t, blob)
	if err != nil || len(got.Fetched) != 1 {
		t.Fatalf("got %+v, %v", got, err)
	}
	text, err := os.ReadFile(filepath.Join(b.dir, "un", "kn", "unknown"))
	if err != nil || string(text) != "content" {
		t.Errorf("there is %q, %v", text, err)
	}
}

func TestFetchEndsWithItsContext(t *testing.T) {
	b := newBench(t)
	b.proxy.On(s3test.Is("GetObject"), s3test.Stall())
	b1 := b.put(t, "stalled", []byte("content"))
	todo, err := newPlan([]blob{b1}, b.folder.has)
	if err != nil {
		t.Fatal(err)
	}
	cause := errors.New("enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	go func() {
		for b.proxy.Requests(s3test.Is("GetObject")) == 0 {
			time.Sleep(time.Millisecond)
		}
		cancel(cause)
	}()
	f := fetcher{Bucket: b.store, Folder: b.folder, Jobs: 4}
	got, err := f.run(ctx, todo.Wanted)
	if !errors.Is(err, cause) || !cmp.Equal(got, outcome{}) {
		t.Errorf("got %+v, %v", got, err)
	}
	if left := b.files(t); len(left) != 0 {
		t.Errorf("there is %q", left)
	}
}

func TestFetchWhereNothingMayBeRead(t *testing.T) {
	b := newBench(t)
	b.proxy.On(s3test.Is("GetObject"), s3test.Answer(403, "AccessDenied"))
	var blobs []blob
	for i := range 200 {
		blobs = append(blobs, b.put(t, "denied"+string(rune('a'+i%26))+string(rune('a'+i/26)), []byte("content")))
	}
	plan, err := newPlan(blobs, b.folder.has)
	if err != nil {
		t.Fatal(err)
	}
	f := fetcher{Bucket: b.store, Folder: b.folder, Jobs: 4}
	if _, err := f.run(t.Context(), plan.Wanted); fault.CodeOf(err) != fault.Denied {
		t.Errorf("where the bucket may be listed: %v", err)
	}
	before := b.proxy.Requests(s3test.Is("GetObject"))
	f.Blind = true
	if _, err := f.run(t.Context(), plan.Wanted); fault.CodeOf(err) != fault.Denied {
		t.Errorf("where it may not: %v", err)
	}
	if asked := b.proxy.Requests(s3test.Is("GetObject")) - before; asked > maxDenied+4 {
		t.Errorf("it was asked %d times", asked)
	}
	if left := b.files(t); len(left) != 0 {
		t.Errorf("there is %q", left)
	}
}
