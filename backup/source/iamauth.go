package source

import (
	"context"
	"time"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/rdsauth"
	"github.com/rubyforgood/hectl/internal/s3store"
	"github.com/rubyforgood/hectl/pgtools"
)

// CheckIAMAuth refuses a source where IAM authentication cannot work, or where it
// would send the token without TLS: for 15 minutes, a token is as good as a password.
// The error is a fault.Usage.
func CheckIAMAuth(c pgtools.Conn) error {
	if c.RDSRegion() == "" {
		return fault.New(fault.Usage, "name the RDS endpoint itself, such as db.abc123.us-east-2.rds.amazonaws.com: RDS refuses tokens for an alias or a tunnel",
			"--iam-auth: %s is not an RDS endpoint", c.Host())
	}
	if !c.NeedsTLS() {
		return fault.New(fault.Usage, "add sslmode=verify-full and sslrootcert=FILE with RDS's certificates: https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem",
			"--iam-auth: the connection does not require encryption")
	}
	return nil
}

// WithIAMAuth returns c with tokens as passwords. The credentials of the store sign
// them.
func WithIAMAuth(c pgtools.Conn, store *s3store.Store, now func() time.Time) pgtools.Conn {
	login := rdsauth.Login{Host: c.Host(), Port: c.Port(), User: c.User(), Region: c.RDSRegion()}
	return c.WithToken(func(ctx context.Context) (string, error) {
		creds, err := store.Credentials(ctx)
		if err != nil {
			return "", err
		}
		return rdsauth.Token(ctx, creds, login, now())
	})
}
