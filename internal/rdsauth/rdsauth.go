// Package rdsauth signs the tokens that Amazon RDS accepts as passwords of IAM
// identities. A token is a signed HTTP request that is never sent.
//
// Signing uses no network, so a token does not prove that RDS will accept it.
//
// https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.html
package rdsauth

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// Login is a role of a database on a server.
type Login struct {
	Host   string // name of the RDS endpoint; RDS rejects an alias
	Port   int
	User   string // database role
	Region string // AWS region
}

// lifetime of a token: RDS allows no other.
const lifetime = 15 * time.Minute

// emptyPayload is the SHA-256 of a request without a body.
const emptyPayload = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

// Token returns a password, which is a secret. It can be used to connect for 15 minutes
// from now; a session that is open by then continues.
func Token(ctx context.Context, creds aws.Credentials, l Login, now time.Time) (string, error) {
	// RDS compares with a signature of the name in lower case, without a final dot.
	host := strings.TrimSuffix(strings.ToLower(l.Host), ".")
	wanted := url.URL{
		Scheme: "https",
		Host:   net.JoinHostPort(host, strconv.Itoa(l.Port)),
		Path:   "/",
		RawQuery: url.Values{
			"Action":        {"connect"},
			"DBUser":        {l.User},
			"X-Amz-Expires": {strconv.Itoa(int(lifetime.Seconds()))},
		}.Encode(),
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, wanted.String(), http.NoBody)
	if err != nil {
		return "", fmt.Errorf("sign an RDS token for %s: %w", l.User, err)
	}
	signed, _, err := v4.NewSigner().PresignHTTP(ctx, creds, req, emptyPayload, "rds-db", l.Region, now)
	if err != nil {
		return "", fmt.Errorf("sign an RDS token for %s: %w", l.User, err)
	}
	return strings.TrimPrefix(signed, "https://"), nil
}
