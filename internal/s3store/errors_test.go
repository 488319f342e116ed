package s3store_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/s3store"
	"github.com/rubyforgood/hectl/test/s3test"
)

// operations are the requests that a user can cause, by verb.
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

// open opens the bucket with what the test has changed.
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
		"look up":             {"x", ": access denied", `s3:GetObject on arn:aws:s3:::dumps/*, and s3:ListBucket on arn:aws:s3:::dumps, without which a missing object is "denied" too`},
		"read":                {"x", said, `s3:GetObject on arn:aws:s3:::dumps/*, and s3:ListBucket on arn:aws:s3:::dumps, without which a missing object is "denied" too`},
		"upload":              {"y", said, "s3:PutObject on arn:aws:s3:::dumps/*"},
		"delete":              {"x", said, "s3:DeleteObject on arn:aws:s3:::dumps/*"},
		"abort the upload of": {"x", said, "s3:AbortMultipartUpload on arn:aws:s3:::dumps/*"},
	} {
		t.Run(verb, func(t *testing.T) {
			err := operations[verb](t.Context(), s)
			wantFault(t, err, fault.Denied, verb+" s3://dumps/backups/"+tt.target+tt.said, "the credentials need "+tt.hint)
			noSecret(t, err)
		})
	}
}

// Keys that are not from where the SDK looks go before those that are, and an error
// says where they are from.
func TestKeysFromElsewhere(t *testing.T) {
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
	wantFault(t, err, fault.Denied, "list s3://dumps/backups/: the signature is wrong", "check which credentials are meant: these are from AWS_ACCESS_KEY_ID in .env")
	noSecret(t, err)
}

// What the store itself refuses.
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
			"check the secret access key (AWS_SECRET_ACCESS_KEY, or the profile's), and this machine's clock",
		},
		{
			"unknown key", s3store.Config{}, [2]string{"AWS_ACCESS_KEY_ID", "AKIAUNKNOWN"}, "list", fault.Denied,
			"list s3://dumps/backups/: the store does not know the access key",
			"check which credentials are in use: the key was deleted, or belongs to another store (--endpoint-url)",
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

// What other stores, or S3 in other moods, answer.
func TestAnswers(t *testing.T) {
	b := newBench(t)
	for _, tt := range []struct {
		operation  string
		answer     s3test.Fault
		code       fault.Code
		text, hint string
	}{
		{
			"list", s3test.Answer(400, "ExpiredToken"), fault.Denied,
			"list s3://dumps/backups/: the session has expired",
			"get new temporary credentials: AWS_SESSION_TOKEN or the profile has old ones",
		},
		{
			"list", s3test.Answer(403, "RequestTimeTooSkewed"), fault.Denied,
			"list s3://dumps/backups/: this machine's clock is off by more than 15 minutes", "set the clock, for instance with NTP",
		},
		{
			"list", s3test.Answer(301, "PermanentRedirect"), fault.Usage,
			"list s3://dumps/backups/: the bucket is in another region", "give its region with --region",
		},
		{
			"upload", s3test.AnswerMessage(403, "AccessDenied", "User: arn:aws:iam::1:user/he is not\nauthorized to perform: s3:PutObject"), fault.Denied,
			"upload s3://dumps/backups/y: access denied: User: arn:aws:iam::1:user/he is not authorized to perform: s3:PutObject",
			"the credentials need s3:PutObject on arn:aws:s3:::dumps/*",
		},
		{
			"upload", s3test.AnswerMessage(400, "KMS.DisabledException", "the key is disabled"), fault.Denied,
			"upload s3://dumps/backups/y: the store answered KMS.DisabledException: the key is disabled",
			"check the KMS key and the permission to use it (kms:GenerateDataKey to write, kms:Decrypt to read)",
		},
		{
			"upload", s3test.AnswerMessage(403, "AccessDenied", "User: arn:aws:iam::1:user/he is not authorized to perform: kms:GenerateDataKey on this resource"), fault.Denied,
			"upload s3://dumps/backups/y: access denied: User: arn:aws:iam::1:user/he is not authorized to perform: kms:GenerateDataKey on this resource",
			"the credentials need kms:GenerateDataKey on the KMS key, in their own policy and in that of the key",
		},
		{
			"upload", s3test.AnswerMessage(400, "AccessControlListNotSupported", "The bucket does not allow ACLs"), fault.Failed,
			"upload s3://dumps/backups/y: the bucket takes no access control lists: The bucket does not allow ACLs", `hectl sends none: something on the way adds an x-amz-acl header. Its owner can allow them with "aws s3api put-bucket-ownership-controls --bucket BUCKET --ownership-controls 'Rules=[{ObjectOwnership=BucketOwnerPreferred}]'"`,
		},
		{
			"upload", s3test.AnswerMessage(501, "NotImplemented", "A header you provided implies functionality that is not implemented"), fault.Failed,
			"upload s3://dumps/backups/y: the store does not know this kind of request: A header you provided implies functionality that is not implemented",
			"hectl writes with If-None-Match, so that it never overwrites a dump, and the store seems not to know it: use one that does, or update it (docs/other-stores.md)",
		},
		{
			"upload", s3test.AnswerMessage(400, "InvalidArgument", "If-None-Match is not supported"), fault.Failed,
			"upload s3://dumps/backups/y: the store answered InvalidArgument: If-None-Match is not supported", "hectl writes with If-None-Match, so that it never overwrites a dump, and the store seems not to know it: use one that does, or update it (docs/other-stores.md)",
		},
		{
			"list the uploads of", s3test.Answer(501, "NotImplemented"), fault.Failed,
			"list the uploads of s3://dumps/backups/: the store does not know this kind of request: made up by s3test", "",
		},
		{
			"upload", s3test.Answer(400, "BadDigest"), fault.Integrity,
			"upload s3://dumps/backups/y: the data was changed on its way to the store", "",
		},
		{
			"upload", s3test.AnswerMessage(400, "InvalidStorageClass", "no such class"), fault.Failed,
			"upload s3://dumps/backups/y: the store answered InvalidStorageClass: no such class", "",
		},
		{
			"read", s3test.Answer(403, "InvalidObjectState"), fault.Failed,
			"read s3://dumps/backups/x: the object is archived in Glacier", "restore it first: aws s3api restore-object",
		},
		{
			"look up", s3test.Answer(400, ""), fault.Failed,
			"look up s3://dumps/backups/x: the store refuses the request and does not say why", "check --region and the credentials",
		},
		{
			"look up", s3test.Answer(403, ""), fault.Denied, "look up s3://dumps/backups/x: access denied", "",
		},
		{
			"list", s3test.Answer(418, "Teapot"), fault.Failed,
			"list s3://dumps/backups/: the store answered Teapot: made up by s3test", "",
		},
	} {
		t.Run(tt.text, func(t *testing.T) {
			defer b.proxy.Reset()
			b.proxy.On(func(*http.Request) bool { return true }, tt.answer)
			wantFault(t, operations[tt.operation](t.Context(), b.store), tt.code, tt.text, tt.hint)
		})
	}
}

// The store may be away for a minute.
func TestGivesUpAfterAMinute(t *testing.T) {
	b := newBench(t)
	b.proxy.On(s3test.Is("ListObjectsV2"), s3test.Answer(503, "SlowDown"))
	s3store.NoBackoff(b.store)
	wantFault(t, operations["list"](t.Context(), b.store), fault.Failed,
		"list s3://dumps/backups/: the store is overloaded and asks to slow down", "try again later")
	if n := b.proxy.Requests(nil); n != 13 {
		t.Errorf("%d attempts", n)
	}
}

// What a store does not implement is not asked for again.
func TestNotImplementedIsNotRepeated(t *testing.T) {
	b := newBench(t)
	b.proxy.On(s3test.Is("ListMultipartUploads"), s3test.Answer(501, "NotImplemented"))
	err := operations["list the uploads of"](t.Context(), b.store)
	if hints := strings.Join(fault.Hints(err), "\n"); err == nil || strings.Contains(hints, "again") {
		t.Errorf("%v, hint %q", err, hints)
	}
	if n := b.proxy.Requests(nil); n != 1 {
		t.Errorf("%d attempts", n)
	}
}

// An address that has never answered is not asked that often.
func TestUnreachable(t *testing.T) {
	server := s3test.New(t)
	server.SetEnv(t)
	silent := s3test.NewProxy(server.URL)
	defer silent.Close()
	silent.On(func(*http.Request) bool { return true }, s3test.Stall())
	selfSigned := httptest.NewUnstartedServer(http.NotFoundHandler())
	selfSigned.Config.ErrorLog = log.New(io.Discard, "", 0)
	selfSigned.StartTLS()
	defer selfSigned.Close()

	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := l.Addr().String()
	_ = l.Close()

	for _, tt := range []struct {
		endpoint, cause, hint string
	}{
		{"http://" + closed, "connection refused by " + closed, "check that the store runs, and --endpoint-url"},
		{"http://no-such-host.invalid", "the host no-such-host.invalid cannot be found", "check the network, and --endpoint-url or --region"},
		{silent.URL, "timed out: no byte moved for 100ms", "check the network and try again"},
		{selfSigned.URL, "the store's certificate is not trusted: signed by an unknown authority", "name its authority with AWS_CA_BUNDLE=FILE"},
		{strings.Replace(server.URL, "http", "https", 1), "the endpoint does not speak TLS", "give --endpoint-url as http://"},
	} {
		t.Run(tt.cause, func(t *testing.T) {
			ctx := t.Context()
			if tt.endpoint == silent.URL {
				ctx = s3store.WithStall(ctx, 100*time.Millisecond)
			}
			err := operations["list"](ctx, open(t, s3store.Config{EndpointURL: tt.endpoint}))
			wantFault(t, err, fault.Failed, "list s3://dumps/backups/: "+tt.cause, tt.hint)
		})
	}
	if n := silent.Requests(nil); n != 3 {
		t.Errorf("%d attempts at a store that never answers, want 3", n)
	}
}

func TestWrongRegionIsFound(t *testing.T) {
	b := newBench(t)
	b.put(t, "backups/x", []byte("data"))
	for _, tt := range []struct {
		name string
		rule func()
	}{
		{"AuthorizationHeaderMalformed", func() {}}, // versitygw says it itself
		{"301", func() {
			b.proxy.On(s3test.Is("ListObjectsV2", "PutObject"), s3test.Answer(301, "PermanentRedirect", "X-Amz-Bucket-Region", "us-east-1")).Times(1)
		}},
		{"400 to a HEAD", func() {
			b.proxy.On(s3test.Is("HeadObject"), s3test.Answer(400, "", "X-Amz-Bucket-Region", "us-east-1")).Times(1)
		}},
		{"400 to a HEAD, without a word", func() {}}, // as versitygw does
	} {
		t.Run(tt.name, func(t *testing.T) {
			defer b.proxy.Reset()
			tt.rule()
			verbs := []string{"list", "upload"}
			if strings.HasPrefix(tt.name, "400 to a HEAD") {
				verbs = []string{"look up"}
			}
			for _, verb := range verbs {
				var said []string
				s, err := s3store.Open(t.Context(), s3store.Config{
					Bucket: bucket, EndpointURL: b.proxy.URL, Region: "eu-west-3",
					Log: func(format string, args ...any) { said = append(said, fmt.Sprintf(format, args...)) },
				})
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(s.Close)
				for range 2 {
					if err := operations[verb](t.Context(), s); err != nil {
						t.Error(err)
					}
					if verb == "upload" {
						b.wantContent(t, "backups/y", []byte("data"))
					}
					if err := b.Delete(t.Context(), bucket, "backups/y"); err != nil {
						t.Error(err)
					}
				}
				if len(said) != 1 || said[0] != "bucket dumps is in region us-east-1, not eu-west-3: asking there" {
					t.Errorf("%s: said %q", verb, said)
				}
			}
		})
	}
}

// After a signal the SDK's error need not say so; ours does.
func TestCancelled(t *testing.T) {
	b := newBench(t)
	for verb, do := range operations {
		t.Run(verb, func(t *testing.T) {
			defer b.proxy.Reset()
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			if verb == "upload" { // a last request is not cut off: see TestUpload…
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
			`open bucket: " " is not a bucket name`, "give the bucket as s3://NAME, or s3://NAME/FOLDER",
		},
		{
			"URL for a bucket", s3store.Config{Bucket: "s3://dumps"}, nil, fault.Usage,
			`open bucket: "s3://dumps" is not a bucket name`, "give the bucket as s3://NAME, or s3://NAME/FOLDER",
		},
		{
			"endpoint without scheme", s3store.Config{EndpointURL: "localhost:9000"}, nil, fault.Usage,
			`open s3://dumps: the endpoint is not a URL`, "give the endpoint as https://HOST[:PORT]",
		},
		{
			"no such profile", s3store.Config{Profile: "hee"}, nil, fault.Usage,
			`read the AWS configuration: there is no profile "hee"`, "the profiles are: default, he, old",
		},
		{
			"no such AWS_PROFILE", s3store.Config{}, map[string]string{"AWS_PROFILE": "hee"}, fault.Usage,
			`read the AWS configuration: there is no profile "hee"`, "the profiles are: default, he, old",
		},
		{
			"no profiles at all", s3store.Config{Profile: "hee"}, map[string]string{"AWS_CONFIG_FILE": os.DevNull, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull}, fault.Usage,
			`read the AWS configuration: there is no profile "hee"`, `there is no ~/.aws/config yet: run "aws configure"`,
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
		profile, text, hint string // text is empty when there are credentials
	}{
		{"keys", "", ""},
		{"", what + `no credentials found in the environment, in profile "default", or on this machine`, `name a profile with --profile or AWS_PROFILE, or make one: "aws configure sso", or "aws configure" for keys`},
		{"sso", what + `the session of profile "sso" has expired or was never opened`, `run "aws sso login --profile sso"`},
		{"oldsso", what + `the session of profile "oldsso" has expired or was never opened`, `run "aws sso login --profile oldsso"`},
		{"role", what + `the session of profile "sso" has expired or was never opened`, `run "aws sso login --profile sso"`},
		{"login", what + `the session of profile "login" has expired or was never opened`, `run "aws login --profile login"`},
		{"process", what + `the credential_process of profile "process" failed: exit status 1`, "run the credential_process of ~/.aws/config by hand and see what it says"},
		{"leaky", what + `the credential_process of profile "leaky" failed`, "run the credential_process of ~/.aws/config by hand and see what it says"},
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
			// The same, when nobody has checked before.
			err = operations["list"](t.Context(), s)
			wantFault(t, err, fault.Denied, "list s3://dumps/backups/: "+strings.TrimPrefix(tt.text, what), tt.hint)
			noSecret(t, err)
		})
	}
	t.Run("cancelled", func(t *testing.T) {
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
			`name a profile with --profile or AWS_PROFILE, or make one: "aws configure sso", or "aws configure" for keys`)
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

// cleanEnv leaves nothing of the user's own AWS settings, and those in dir.
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
