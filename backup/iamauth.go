package backup

import (
	"context"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/rubyforgood/hectl/internal/command"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/rdsauth"
	"github.com/rubyforgood/hectl/internal/s3store"
	"github.com/rubyforgood/hectl/pgtools"
)

func iamAuthFlag() cli.Flag {
	return &cli.BoolFlag{Category: command.Database, Name: "iam-auth", Usage: "sign in to RDS with the AWS credentials instead of a password"}
}

// checkIAMAuth refuses a source that a token does not fit, or that would get it
// without TLS: for 15 minutes it is as good as a password.
func checkIAMAuth(source pgtools.Conn) error {
	if source.RDSRegion() == "" {
		return fault.New(fault.Usage, "name the RDS endpoint itself, such as db.abc123.us-east-2.rds.amazonaws.com: RDS refuses tokens for an alias or a tunnel",
			"--iam-auth: %s is not an endpoint of RDS", source.Host())
	}
	if !source.NeedsTLS() {
		return fault.New(fault.Usage, "add sslmode=verify-full and sslrootcert=FILE with RDS's certificates: https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem",
			"--iam-auth: the connection need not be encrypted")
	}
	return nil
}

// withIAMAuth returns source with tokens for passwords, which the bucket's
// credentials sign.
func withIAMAuth(source pgtools.Conn, store *s3store.Store, now func() time.Time) pgtools.Conn {
	login := rdsauth.Login{Host: source.Host(), Port: source.Port(), User: source.User(), Region: source.RDSRegion()}
	return source.WithToken(func(ctx context.Context) (string, error) {
		creds, err := store.Credentials(ctx)
		if err != nil {
			return "", err
		}
		return rdsauth.Token(ctx, creds, login, now())
	})
}
