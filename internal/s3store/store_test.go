package s3store_test

import (
	"bytes"
	"context"
	"encoding/pem"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"testing"

	"go.uber.org/goleak"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/s3store"
	"github.com/rubyforgood/hectl/test/s3test"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	mib    = 1 << 20
	bucket = "dumps"
)

// bench is a server with a proxy before it, and a store that goes through the
// proxy.
type bench struct {
	*s3test.Server
	proxy *s3test.Proxy
	store *s3store.Store
}

func newBench(t *testing.T) *bench {
	t.Helper()
	server := s3test.New(t)
	proxy := s3test.NewProxy(server.URL)
	t.Cleanup(proxy.Close)
	return &bench{Server: server, proxy: proxy, store: server.Store(t, bucket, s3test.Via(proxy))}
}

// Over TLS the SDK would wrap bodies into aws-chunked with a trailer, and it
// signs Accept-Encoding: several stores refuse the one, Google the other.
func TestRequestsSuitOtherStores(t *testing.T) {
	b := newBench(t)
	server := httptest.NewTLSServer(b.proxy)
	defer server.Close()
	ca := filepath.Join(t.TempDir(), "ca.pem")
	write(t, ca, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})))
	t.Setenv("AWS_CA_BUNDLE", ca)
	s := open(t, s3store.Config{EndpointURL: server.URL})
	for key, size := range map[string]int{"small": 1000, "large": 2*part + 1} {
		obj, err := s.Upload(t.Context(), key, bytes.NewReader(content(size)), smallParts)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(readAndClose(t, s.Download(t.Context(), obj, s3store.DownloadOptions{})))
		if err != nil || !bytes.Equal(got, content(size)) {
			t.Errorf("%s: downloaded %d bytes (%v)", key, len(got), err)
		}
	}
	if done, err := s.DeleteMany(t.Context(), []string{"small", "large"}); err != nil || len(done) != 2 || done[0].Err != nil {
		t.Errorf("deleted %v (%v)", done, err)
	}
	b.proxy.Requests(func(r *http.Request) bool {
		op := s3test.Operation(r)
		for _, name := range []string{"Accept-Encoding", "Content-Encoding", "X-Amz-Trailer", "X-Amz-Sdk-Checksum-Algorithm", "X-Amz-Checksum-Crc32"} {
			if v := r.Header.Get(name); v != "" {
				t.Errorf("%s has %s: %s", op, name, v)
			}
		}
		hasSum := r.Header.Get("X-Amz-Checksum-Crc64nvme") != ""
		if want := op == "PutObject" || op == "UploadPart" || op == "CompleteMultipartUpload"; hasSum != want {
			t.Errorf("%s has a checksum: %t", op, hasSum)
		}
		conditional := r.Header.Get("If-None-Match") == "*"
		if want := op == "PutObject" || op == "CompleteMultipartUpload"; conditional != want {
			t.Errorf("%s has If-None-Match: %t", op, conditional)
		}
		return false
	})
}

// put writes an object past the proxy and returns it as listed.
func (b *bench) put(t *testing.T, key string, data []byte) s3store.Object {
	t.Helper()
	if err := b.Put(t.Context(), bucket, key, data); err != nil {
		t.Fatal(err)
	}
	obj, err := b.store.Head(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	return obj
}

// wantContent fails the test unless the object has the content.
func (b *bench) wantContent(t *testing.T, key string, want []byte) {
	t.Helper()
	got, err := b.Get(t.Context(), bucket, key)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Fatalf("%s has %d bytes, which are not the %d that were sent", key, len(got), len(want))
	}
}

// wantNothingLeft fails the test if there is an object or an open upload.
func (b *bench) wantNothingLeft(t *testing.T) {
	t.Helper()
	ctx := context.WithoutCancel(t.Context())
	objects, err := b.Objects(ctx, bucket)
	if err != nil {
		t.Fatal(err)
	}
	b.wantNoUploads(t)
	if len(objects) > 0 {
		t.Errorf("left behind: %v", objects)
	}
}

func (b *bench) wantNoUploads(t *testing.T) {
	t.Helper()
	uploads, err := b.Uploads(context.WithoutCancel(t.Context()), bucket)
	if err != nil {
		t.Fatal(err)
	}
	if len(uploads) > 0 {
		t.Errorf("left open: %v", uploads)
	}
}

// wantFault fails the test unless err has the code, the text and a hint with
// the given words. An empty hint means that it does not matter.
func wantFault(t *testing.T, err error, code fault.Code, text, hint string) {
	t.Helper()
	if err == nil {
		t.Fatal("no error")
	}
	if got := fault.CodeOf(err); got != code {
		t.Errorf("code = %d, want %d", got, code)
	}
	if err.Error() != text {
		t.Errorf("text:\n got %s\nwant %s", err, text)
	}
	if hints := fault.Hints(err); hint != "" && !slices.Contains(hints, hint) {
		t.Errorf("hints:\n got %q\nwant %q", hints, hint)
	}
}

// content returns n bytes that do not compress and do not repeat.
func content(n int) []byte {
	data := make([]byte, n)
	_, _ = rand.NewChaCha8([32]byte{1}).Read(data)
	return data
}

// stream returns a reader of data that fails with err in place of io.EOF.
func stream(data []byte, err error) io.Reader {
	return io.MultiReader(bytes.NewReader(data), failingReader{err})
}

type failingReader struct{ err error }

func (r failingReader) Read([]byte) (int, error) { return 0, r.err }
