package s3store_test

import (
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/s3store"
	"github.com/rubyforgood/hectl/test/s3test"
)

// hectl explains answers of other stores, and rare answers of S3.
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
			"get new temporary credentials: those in AWS_SESSION_TOKEN or the profile have expired",
		},
		{
			"list", s3test.Answer(403, "RequestTimeTooSkewed"), fault.Denied,
			"list s3://dumps/backups/: this machine's clock is off by more than 15 minutes", "set the clock, for example with NTP",
		},
		{
			"list", s3test.Answer(301, "PermanentRedirect"), fault.Usage,
			"list s3://dumps/backups/: the bucket is in another region", "name its region with --region",
		},
		{
			"upload", s3test.AnswerMessage(403, "AccessDenied", "User: arn:aws:iam::1:user/he is not\nauthorized to perform: s3:PutObject"), fault.Denied,
			"upload s3://dumps/backups/y: access denied: User: arn:aws:iam::1:user/he is not authorized to perform: s3:PutObject",
			"grant the credentials s3:PutObject on arn:aws:s3:::dumps/*",
		},
		{
			"upload", s3test.AnswerMessage(400, "KMS.DisabledException", "the key is disabled"), fault.Denied,
			"upload s3://dumps/backups/y: the store answered KMS.DisabledException: the key is disabled",
			"check the KMS key and the permission to use it (kms:GenerateDataKey to write, kms:Decrypt to read)",
		},
		{
			"upload", s3test.AnswerMessage(403, "AccessDenied", "User: arn:aws:iam::1:user/he is not authorized to perform: kms:GenerateDataKey on this resource"), fault.Denied,
			"upload s3://dumps/backups/y: access denied: User: arn:aws:iam::1:user/he is not authorized to perform: kms:GenerateDataKey on this resource",
			"grant kms:GenerateDataKey on the KMS key, in the policy of the credentials and in the policy of the key",
		},
		{
			"upload", s3test.AnswerMessage(400, "AccessControlListNotSupported", "The bucket does not allow ACLs"), fault.Failed,
			"upload s3://dumps/backups/y: the bucket does not accept access control lists: The bucket does not allow ACLs", `find the proxy that adds an x-amz-acl header, which hectl does not send, or allow it with "aws s3api put-bucket-ownership-controls --bucket BUCKET --ownership-controls 'Rules=[{ObjectOwnership=BucketOwnerPreferred}]'"`,
		},
		{
			"upload", s3test.AnswerMessage(501, "NotImplemented", "A header you provided implies functionality that is not implemented"), fault.Failed,
			"upload s3://dumps/backups/y: the store does not support this kind of request: A header you provided implies functionality that is not implemented",
			"use a store that supports If-None-Match, or update it (docs/other-stores.md): hectl needs it so that it never overwrites a dump",
		},
		{
			"upload", s3test.AnswerMessage(400, "InvalidArgument", "If-None-Match is not supported"), fault.Failed,
			"upload s3://dumps/backups/y: the store answered InvalidArgument: If-None-Match is not supported", "use a store that supports If-None-Match, or update it (docs/other-stores.md): hectl needs it so that it never overwrites a dump",
		},
		{
			"list the uploads of", s3test.Answer(501, "NotImplemented"), fault.Failed,
			"list the uploads of s3://dumps/backups/: the store does not support this kind of request: made up by s3test", "",
		},
		{
			"upload", s3test.Answer(400, "BadDigest"), fault.Integrity,
			"upload s3://dumps/backups/y: the data was changed on the way to the store", "",
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
			"look up s3://dumps/backups/x: the store refuses the request without giving a reason", "check --region and the credentials",
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

// An address that has never answered gets fewer attempts.
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
		{"http://" + closed, "connection refused by " + closed, "check --endpoint-url and that the store is running"},
		{"http://no-such-host.invalid", "the host no-such-host.invalid cannot be found", "check the network and --endpoint-url or --region"},
		{silent.URL, "timed out: no data moved for 100ms", "check the network and try again"},
		{selfSigned.URL, "the store's certificate is not trusted: signed by an unknown authority", "name the certificate of its authority with AWS_CA_BUNDLE=FILE"},
		{strings.Replace(server.URL, "http", "https", 1), "the endpoint does not use TLS", "write --endpoint-url with http://"},
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
