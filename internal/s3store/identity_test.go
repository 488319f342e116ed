package s3store_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/s3store"
	"github.com/rubyforgood/hectl/test/s3test"
)

func TestWritePermissions(t *testing.T) {
	b := newBench(t)
	const key = "backups/production-20261123083000.rds.dump"
	for _, tt := range []struct {
		name    string
		actions []string
		want    []bool // put, abort, list parts
	}{
		{"writer", []string{"s3:PutObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"}, []bool{true, true, true}},
		{"cannot-abort", []string{"s3:PutObject"}, []bool{true, false, false}},
		{"reader", []string{"s3:GetObject", "s3:ListBucket"}, []bool{false, false, false}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if err := b.AddUser(t.Context(), tt.name, "secret-of-"+tt.name, "user"); err != nil {
				t.Fatal(err)
			}
			if err := b.Allow(t.Context(), bucket, tt.name, tt.actions...); err != nil {
				t.Fatal(err)
			}
			t.Setenv("AWS_ACCESS_KEY_ID", tt.name)
			t.Setenv("AWS_SECRET_ACCESS_KEY", "secret-of-"+tt.name)
			var got []bool
			for _, p := range open(t, s3store.Config{EndpointURL: b.URL}).WritePermissions(t.Context(), key) {
				if p.Err != nil {
					t.Error(p.Err)
				}
				got = append(got, p.Granted)
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("granted %v, want %v", got, tt.want)
			}
		})
	}
	if objects, err := b.Objects(t.Context(), bucket); err != nil || len(objects) > 0 {
		t.Errorf("%v were made (%v)", objects, err)
	}
	if uploads, err := b.Uploads(t.Context(), bucket); err != nil || len(uploads) > 0 {
		t.Errorf("%v were begun (%v)", uploads, err)
	}
}

func TestUnknownPermission(t *testing.T) {
	b := newBench(t)
	b.proxy.On(func(*http.Request) bool { return true }, s3test.Answer(405, "MethodNotAllowed"))
	for _, p := range b.store.WritePermissions(t.Context(), "a") {
		if p.Err == nil || p.Granted {
			t.Errorf("%+v", p)
		}
	}
}

func TestIdentity(t *testing.T) {
	answer, status := "", http.StatusOK
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		fmt.Fprint(w, answer)
	}))
	defer server.Close()
	t.Setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")

	other := open(t, s3store.Config{EndpointURL: "http://127.0.0.1:1"})
	if id, err := other.Identity(t.Context()); err != nil || id.ARN != "" || id.AccessKeyID != "AKIDEXAMPLE" || !id.Expires.IsZero() {
		t.Errorf("%+v, %v", id, err)
	}

	t.Setenv("AWS_ENDPOINT_URL_STS", server.URL)
	answer = `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
		<Arn>arn:aws:iam::123456789012:user/dev</Arn><UserId>AIDA</UserId><Account>123456789012</Account>
		</GetCallerIdentityResult></GetCallerIdentityResponse>`
	if id, err := open(t, s3store.Config{}).Identity(t.Context()); err != nil || id.ARN != "arn:aws:iam::123456789012:user/dev" {
		t.Errorf("%+v, %v", id, err)
	}

	status = http.StatusForbidden
	answer = `<ErrorResponse><Error><Code>ExpiredToken</Code><Message>expired</Message></Error></ErrorResponse>`
	_, err := open(t, s3store.Config{}).Identity(t.Context())
	if fault.CodeOf(err) != fault.Denied || len(fault.Hints(err)) == 0 {
		t.Errorf("%v %q", err, fault.Hints(err))
	}
}

func TestIdentityThatExpires(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `{"AccessKeyId":"ASIAEXAMPLE","SecretAccessKey":"s","Token":"t","Expiration":"2099-01-02T03:04:05Z"}`)
	}))
	defer server.Close()
	for _, name := range []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"} {
		t.Setenv(name, "")
	}
	t.Setenv("AWS_CONFIG_FILE", "/dev/null")
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
	t.Setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", server.URL)
	id, err := open(t, s3store.Config{EndpointURL: "http://127.0.0.1:1"}).Identity(t.Context())
	early := time.Date(2099, 1, 2, 3, 4, 5, 0, time.UTC).Sub(id.Expires) // the SDK renews credentials some minutes earlier
	if err != nil || id.AccessKeyID != "ASIAEXAMPLE" || id.Profile != "" || early < 0 || early > 10*time.Minute {
		t.Errorf("%+v, %v", id, err)
	}
}
