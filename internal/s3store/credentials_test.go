package s3store_test

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/s3store"
)

func TestCredentials(t *testing.T) {
	dir := t.TempDir()
	leaky := filepath.Join(dir, "leaky")
	write(t, leaky, "#!/bin/sh\necho '{\"SecretAccessKey\": \""+secret+"\", nonsense'\n")
	if err := os.Chmod(leaky, 0o700); err != nil {
		t.Fatal(err)
	}
	const sso = "sso_session = rfg\nsso_account_id = 1\nsso_role_name = dev\nregion = us-east-2\n"
	write(t, filepath.Join(dir, "config"), `
[default]
region = us-east-2
[profile keys]
aws_access_key_id = AKIA
aws_secret_access_key = `+secret+`
[profile sso]
`+sso+`
[profile oldsso]
sso_start_url = https://rfg.awsapps.com/start
sso_region = us-east-2
sso_account_id = 1
sso_role_name = dev
[profile role]
role_arn = arn:aws:iam::1:role/dev
source_profile = sso
[profile login]
login_session = arn:aws:iam::1:user/he
[profile process]
credential_process = /bin/false
[profile leaky]
credential_process = `+leaky+`
[sso-session rfg]
sso_start_url = https://rfg.awsapps.com/start
sso_region = us-east-2
`)
	write(t, filepath.Join(dir, "credentials"), "")
	const what = "find AWS credentials: "
	for _, tt := range []struct {
		profile, text, hint string // text is empty if there are credentials
	}{
		{"keys", "", ""},
		{"", what + `no credentials found in the environment, in profile "default", or on this machine`, `name a profile with --profile or AWS_PROFILE, or create one: "aws configure sso", or "aws configure" for keys`},
		{"sso", what + `the session of profile "sso" has expired or does not exist`, `run "aws sso login --profile sso"`},
		{"oldsso", what + `the session of profile "oldsso" has expired or does not exist`, `run "aws sso login --profile oldsso"`},
		{"role", what + `the session of profile "sso" has expired or does not exist`, `run "aws sso login --profile sso"`},
		{"login", what + `the session of profile "login" has expired or does not exist`, `run "aws login --profile login"`},
		{"process", what + `the credential_process of profile "process" failed: exit status 1`, "run the credential_process of ~/.aws/config yourself and check its output"},
		{"leaky", what + `the credential_process of profile "leaky" failed`, "run the credential_process of ~/.aws/config yourself and check its output"},
	} {
		t.Run("profile "+tt.profile, func(t *testing.T) {
			cleanEnv(t, dir)
			s := open(t, s3store.Config{Profile: tt.profile})
			err := s.CheckCredentials(t.Context())
			if tt.text == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			wantFault(t, err, fault.Denied, tt.text, tt.hint)
			noSecret(t, err)
			// Without an earlier check, the error is the same.
			err = operations["list"](t.Context(), s)
			wantFault(t, err, fault.Denied, "list s3://dumps/backups/: "+strings.TrimPrefix(tt.text, what), tt.hint)
			noSecret(t, err)
		})
	}
	t.Run("canceled", func(t *testing.T) {
		cleanEnv(t, dir)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := open(t, s3store.Config{}).CheckCredentials(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("err = %v", err)
		}
	})
	t.Run("a deadline before the metadata service answers", func(t *testing.T) {
		cleanEnv(t, dir)
		hold, asked := make(chan struct{}), make(chan struct{})
		service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			<-hold
			w.WriteHeader(http.StatusNotFound)
			if r.Method == http.MethodGet { // the last request
				close(asked)
			}
		}))
		defer service.Close()
		t.Setenv("AWS_EC2_METADATA_DISABLED", "false")
		t.Setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", service.URL)
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		err := open(t, s3store.Config{}).CheckCredentials(ctx)
		wantFault(t, err, fault.Denied, what+`no credentials found in the environment, in profile "default", or on this machine`,
			`name a profile with --profile or AWS_PROFILE, or create one: "aws configure sso", or "aws configure" for keys`)
		close(hold)
		<-asked
	})
	t.Run("found by the environment's endpoint", func(t *testing.T) {
		b := newBench(t) // sets AWS_ENDPOINT_URL_S3
		s := open(t, s3store.Config{})
		if err := s.CheckCredentials(t.Context()); err != nil {
			t.Error(err)
		}
		if _, err := s.Upload(t.Context(), "x", bytes.NewReader(nil), s3store.UploadOptions{}); err != nil {
			t.Error(err)
		}
		b.wantContent(t, "x", nil)
	})
}

// cleanEnv replaces the user's AWS settings with those in dir.
func cleanEnv(t *testing.T, dir string) {
	t.Helper()
	for _, name := range []string{
		"AWS_ACCESS_KEY_ID", "AWS_ACCESS_KEY", "AWS_SECRET_ACCESS_KEY", "AWS_SECRET_KEY", "AWS_SESSION_TOKEN",
		"AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3",
		"AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI",
	} {
		t.Setenv(name, "")
	}
	t.Setenv("HOME", dir)
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	t.Setenv("AWS_CONFIG_FILE", filepath.Join(dir, "config"))
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", filepath.Join(dir, "credentials"))
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// Config.Keys take precedence over the credentials that the SDK finds, and an error names
// their origin.
func TestKeysOfTheConfig(t *testing.T) {
	b := newBench(t)
	good := s3store.Keys{AccessKeyID: os.Getenv("AWS_ACCESS_KEY_ID"), SecretAccessKey: os.Getenv("AWS_SECRET_ACCESS_KEY"), Origin: "AWS_ACCESS_KEY_ID in .env"}
	t.Setenv("AWS_ACCESS_KEY_ID", "nobody")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "")
	s := open(t, s3store.Config{EndpointURL: b.URL, Keys: good})
	if err := operations["list"](t.Context(), s); err != nil {
		t.Error(err)
	}
	id, err := s.Identity(t.Context())
	if err != nil || id.Origin != good.Origin || id.Profile != "" {
		t.Errorf("%+v, %v", id, err)
	}
	wrong := good
	wrong.SecretAccessKey = "not" + secret
	err = operations["list"](t.Context(), open(t, s3store.Config{EndpointURL: b.URL, Keys: wrong}))
	wantFault(t, err, fault.Denied, "list s3://dumps/backups/: the signature is wrong", "check which credentials to use: these are from AWS_ACCESS_KEY_ID in .env")
	noSecret(t, err)
}
