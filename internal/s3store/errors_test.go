package s3store_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/s3store"
	"github.com/rubyforgood/hectl/test/s3test"
)

// operations are the requests of a user, by verb.
var operations = map[string]func(context.Context, *s3store.Store) error{
	"list": func(ctx context.Context, s *s3store.Store) error {
		for _, err := range s.List(ctx, "backups/") {
			return err
		}
		return nil
	},
	"list the uploads of": func(ctx context.Context, s *s3store.Store) error {
		for _, err := range s.PendingUploads(ctx, "backups/") {
			return err
		}
		return nil
	},
	"look up": func(ctx context.Context, s *s3store.Store) error {
		_, err := s.Head(ctx, "backups/x")
		return err
	},
	"read": func(ctx context.Context, s *s3store.Store) error {
		r := s.ReadRange(ctx, s3store.Object{Key: "backups/x", Size: 4}, 0, 4)
		_, err := r.Read(make([]byte, 4))
		return errors.Join(err, r.Close())
	},
	"upload": func(ctx context.Context, s *s3store.Store) error {
		_, err := s.Upload(ctx, "backups/y", strings.NewReader("data"), s3store.UploadOptions{})
		return err
	},
	"delete": func(ctx context.Context, s *s3store.Store) error { return s.Delete(ctx, "backups/x") },
	"abort the upload of": func(ctx context.Context, s *s3store.Store) error {
		return s.AbortUpload(ctx, s3store.PendingUpload{Key: "backups/x", ID: "5d9d2c2e-5f5c-4b5a-9c3e-000000000000"})
	},
}

const secret = "hectltest-secret"

func TestAccessDenied(t *testing.T) {
	b := newBench(t)
	b.put(t, "backups/x", []byte("data"))
	if err := b.AddUser(t.Context(), "nobody", secret, "user"); err != nil {
		t.Fatal(err)
	}
	t.Setenv("AWS_ACCESS_KEY_ID", "nobody")
	s := open(t, s3store.Config{EndpointURL: b.URL})
	const said = ": access denied: Access Denied."
	for verb, tt := range map[string]struct{ target, said, hint string }{
		"list":                {"", said, "s3:ListBucket on arn:aws:s3:::dumps"},
		"list the uploads of": {"", said, "s3:ListBucketMultipartUploads on arn:aws:s3:::dumps"},
		"look up":             {"x", ": access denied", `s3:GetObject on arn:aws:s3:::dumps/*, and s3:ListBucket on arn:aws:s3:::dumps: without it, the store also answers "denied" for a missing object`},
		"read":                {"x", said, `s3:GetObject on arn:aws:s3:::dumps/*, and s3:ListBucket on arn:aws:s3:::dumps: without it, the store also answers "denied" for a missing object`},
		"upload":              {"y", said, "s3:PutObject on arn:aws:s3:::dumps/*"},
		"delete":              {"x", said, "s3:DeleteObject on arn:aws:s3:::dumps/*"},
		"abort the upload of": {"x", said, "s3:AbortMultipartUpload on arn:aws:s3:::dumps/*"},
	} {
		t.Run(verb, func(t *testing.T) {
			err := operations[verb](t.Context(), s)
			wantFault(t, err, fault.Denied, verb+" s3://dumps/backups/"+tt.target+tt.said, "grant the credentials "+tt.hint)
			noSecret(t, err)
		})
	}
}

func TestRefusedByTheStore(t *testing.T) {
	b := newBench(t)
	for _, tt := range []struct {
		name       string
		config     s3store.Config
		env        [2]string
		operation  string
		code       fault.Code
		text, hint string
	}{
		{
			"no such bucket", s3store.Config{Bucket: "elsewhere"}, [2]string{}, "list", fault.NotFound,
			"list s3://elsewhere/backups/: there is no such bucket", "name the bucket with --bucket or HECTL_BUCKET; if it is not on AWS, also check --endpoint-url",
		},
		{
			"no such bucket to upload to", s3store.Config{Bucket: "elsewhere"}, [2]string{}, "upload", fault.NotFound,
			"upload s3://elsewhere/backups/y: there is no such bucket", "name the bucket with --bucket or HECTL_BUCKET; if it is not on AWS, also check --endpoint-url",
		},
		{
			"no such object", s3store.Config{}, [2]string{}, "read", fault.NotFound,
			"read s3://dumps/backups/x: there is no such object", "",
		},
		{
			"no such object to look up", s3store.Config{}, [2]string{}, "look up", fault.NotFound,
			"look up s3://dumps/backups/x: there is no such object", "",
		},
		{
			"wrong secret", s3store.Config{}, [2]string{"AWS_SECRET_ACCESS_KEY", "not" + secret}, "list", fault.Denied,
			"list s3://dumps/backups/: the signature is wrong",
			"check the secret access key (AWS_SECRET_ACCESS_KEY or the profile) and this machine's clock",
		},
		{
			"unknown key", s3store.Config{}, [2]string{"AWS_ACCESS_KEY_ID", "AKIAUNKNOWN"}, "list", fault.Denied,
			"list s3://dumps/backups/: the store does not recognize the access key",
			"check which credentials are in use: the key was deleted or belongs to another store (--endpoint-url)",
		},
		{
			"bucket name", s3store.Config{Bucket: "Not_For_S3"}, [2]string{}, "list", fault.Usage,
			"list s3://Not_For_S3/backups/: the store refuses the bucket's name", "check --bucket",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.env[0] != "" {
				t.Setenv(tt.env[0], tt.env[1])
			}
			tt.config.EndpointURL = b.URL
			err := operations[tt.operation](t.Context(), open(t, tt.config))
			wantFault(t, err, tt.code, tt.text, tt.hint)
			noSecret(t, err)
		})
	}
}

// After a signal, the error wraps the cause of the context, although the SDK's may not.
func TestCancelled(t *testing.T) {
	b := newBench(t)
	for verb, do := range operations {
		t.Run(verb, func(t *testing.T) {
			defer b.proxy.Reset()
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			if verb == "upload" { // the last request is not interrupted, see TestUpload…
				cancel()
			}
			b.proxy.On(func(*http.Request) bool { return true }, func(p *s3test.Proxy, w http.ResponseWriter, r *http.Request) {
				cancel()
				s3test.Stall()(p, w, r)
			})
			err := do(ctx, b.store)
			if !errors.Is(err, context.Canceled) || !strings.HasPrefix(err.Error(), verb+" s3://dumps/backups/") {
				t.Errorf("err = %v", err)
			}
		})
	}
}

func TestDeadline(t *testing.T) {
	b := newBench(t)
	b.proxy.On(func(*http.Request) bool { return true }, s3test.Stall())
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := operations["list"](ctx, b.store); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("err = %v", err)
	}
}
