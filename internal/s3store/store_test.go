package s3store_test

import (
	"bytes"
	"context"
	"encoding/pem"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
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

// bench is a server, a proxy in front of it, and a store that uses the proxy.
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

// By default, the SDK sends aws-chunked bodies with a trailer over TLS, which several stores
// refuse, and signs Accept-Encoding, which Google refuses.
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

// put uploads an object without the proxy and returns it as listed.
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

// wantFault fails the test unless err has the code, the text and a hint that contains the
// given words. An empty hint matches any hint.
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

// content returns n bytes that neither compress nor repeat.
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

func TestOpenSettings(t *testing.T) {
	dir := t.TempDir()
	config := filepath.Join(dir, "config")
	write(t, config, "[default]\nregion = us-east-2\n[profile he]\nregion = us-east-2\n[sso-session rubyforgood]\n")
	write(t, filepath.Join(dir, "credentials"), "[default]\n[old]\n")
	for _, tt := range []struct {
		name       string
		config     s3store.Config
		env        map[string]string
		code       fault.Code
		text, hint string
	}{
		{
			"no bucket", s3store.Config{Bucket: " "}, nil, fault.Usage,
			`open bucket: " " is not a bucket name`, "write the bucket as s3://NAME or s3://NAME/FOLDER",
		},
		{
			"URL for a bucket", s3store.Config{Bucket: "s3://dumps"}, nil, fault.Usage,
			`open bucket: "s3://dumps" is not a bucket name`, "write the bucket as s3://NAME or s3://NAME/FOLDER",
		},
		{
			"endpoint without scheme", s3store.Config{EndpointURL: "localhost:9000"}, nil, fault.Usage,
			`open s3://dumps: the endpoint is not a URL`, "write the endpoint as https://HOST[:PORT]",
		},
		{
			"no such profile", s3store.Config{Profile: "hee"}, nil, fault.Usage,
			`read the AWS configuration: there is no profile "hee"`, "use one of the profiles: default, he, old",
		},
		{
			"no such AWS_PROFILE", s3store.Config{}, map[string]string{"AWS_PROFILE": "hee"}, fault.Usage,
			`read the AWS configuration: there is no profile "hee"`, "use one of the profiles: default, he, old",
		},
		{
			"no profiles at all", s3store.Config{Profile: "hee"}, map[string]string{"AWS_CONFIG_FILE": os.DevNull, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull}, fault.Usage,
			`read the AWS configuration: there is no profile "hee"`, `create ~/.aws/config: run "aws configure"`,
		},
		{
			"key without secret", s3store.Config{}, map[string]string{"AWS_ACCESS_KEY_ID": "AKIA"}, fault.Denied,
			"find AWS credentials: AWS_ACCESS_KEY_ID is set in the environment, AWS_SECRET_ACCESS_KEY is not", "set both, or neither",
		},
		{
			"secret without key", s3store.Config{}, map[string]string{"AWS_SECRET_ACCESS_KEY": secret}, fault.Denied,
			"find AWS credentials: AWS_SECRET_ACCESS_KEY is set in the environment, AWS_ACCESS_KEY_ID is not", "set both, or neither",
		},
		{"half a pair, but another profile", s3store.Config{Profile: "he"}, map[string]string{"AWS_ACCESS_KEY_ID": "AKIA"}, fault.Done, "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cleanEnv(t, dir)
			for name, value := range tt.env {
				t.Setenv(name, value)
			}
			if tt.config.Bucket == "" {
				tt.config.Bucket = bucket
			}
			_, err := s3store.Open(t.Context(), tt.config)
			if tt.code == fault.Done {
				if err != nil {
					t.Error(err)
				}
				return
			}
			wantFault(t, err, tt.code, tt.text, tt.hint)
			noSecret(t, err)
		})
	}
}

// open opens the bucket with a changed configuration.
func open(t *testing.T, c s3store.Config) *s3store.Store {
	t.Helper()
	if c.Bucket == "" {
		c.Bucket = bucket
	}
	c.Log = t.Logf
	s, err := s3store.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

func noSecret(t *testing.T, err error) {
	t.Helper()
	if all := fmt.Sprintf("%+v %q", err, fault.Hints(err)); strings.Contains(all, secret) {
		t.Errorf("the secret is in: %s", all)
	}
}
