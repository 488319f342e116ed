// Package rdsauth makes the passwords by which Amazon RDS lets an IAM identity
// in: signed requests that are never sent, but read by RDS to see who signed.
//
// Signing needs no network and asks nobody, so a token is no proof that RDS will
// take it: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.html
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

// Login says who wants in where.
type Login struct {
	Host   string // the endpoint's own name: RDS knows no other
	Port   int
	User   string // the role in the database
	Region string // of AWS
}

// lifetime is the only one that RDS allows.
const lifetime = 15 * time.Minute

// emptyPayload is the SHA-256 of a request without a body.
const emptyPayload = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

// Token returns a password that is good for 15 minutes from now on, and only to
// connect: a session goes on. It is a secret.
func Token(ctx context.Context, creds aws.Credentials, l Login, now time.Time) (string, error) {
	// RDS signs, to compare, the name as it writes it itself.
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
		return "", fmt.Errorf("make an RDS token for %s: %w", l.User, err)
	}
	signed, _, err := v4.NewSigner().PresignHTTP(ctx, creds, req, emptyPayload, "rds-db", l.Region, now)
	if err != nil {
		return "", fmt.Errorf("make an RDS token for %s: %w", l.User, err)
	}
	return strings.TrimPrefix(signed, "https://"), nil
}
