package rdsauth

import (
	"net/url"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/google/go-cmp/cmp"
)

// The expected signature is the one in botocore's own test.
func TestTokenIsThatOfTheAWSCLI(t *testing.T) {
	t.Parallel()
	now := time.Date(2016, 11, 7, 18, 39, 33, 0, time.FixedZone("CET", 3600))
	for _, host := range []string{"prod-instance.us-east-1.rds.amazonaws.com", "Prod-Instance.us-east-1.RDS.amazonaws.com."} {
		login := Login{Host: host, Port: 3306, User: "someusername", Region: "us-east-1"}
		got, err := Token(t.Context(), aws.Credentials{AccessKeyID: "akid", SecretAccessKey: "skid"}, login, now)
		if err != nil {
			t.Fatal(err)
		}
		const want = "prod-instance.us-east-1.rds.amazonaws.com:3306/?Action=connect&DBUser=someusername" +
			"&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=akid%2F20161107%2Fus-east-1%2Frds-db%2Faws4_request" +
			"&X-Amz-Date=20161107T173933Z&X-Amz-Expires=900&X-Amz-SignedHeaders=host" +
			"&X-Amz-Signature=d1138cdbc0ca63eec012ec0fc6c2267e03642168f5884a7795320d4c18374c61"
		if got != want {
			t.Errorf("%s:\n%s", host, cmp.Diff(want, got))
		}
	}
}

func TestTokenOfASession(t *testing.T) {
	t.Parallel()
	creds := aws.Credentials{AccessKeyID: "akid", SecretAccessKey: "skid", SessionToken: "a+session/token="}
	login := Login{Host: "db.abc.rds.cn-north-1.amazonaws.com.cn", Port: 5432, User: "a&b=c d", Region: "cn-north-1"}
	got, err := Token(t.Context(), creds, login, time.Date(2026, 11, 23, 8, 30, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse("https://" + got)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	for name, want := range map[string]string{
		"DBUser": "a&b=c d", "X-Amz-Security-Token": "a+session/token=", "X-Amz-Expires": "900",
		"X-Amz-Date": "20261123T083000Z", "X-Amz-Credential": "akid/20261123/cn-north-1/rds-db/aws4_request",
	} {
		if q.Get(name) != want {
			t.Errorf("%s is %q, want %q", name, q.Get(name), want)
		}
	}
	if u.Host != "db.abc.rds.cn-north-1.amazonaws.com.cn:5432" {
		t.Errorf("host %s", u.Host)
	}
}
