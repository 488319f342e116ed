package source

import (
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/rdsauth"
	"github.com/rubyforgood/hectl/internal/s3store"
	"github.com/rubyforgood/hectl/pgtools"
	"github.com/rubyforgood/hectl/test/pgtest"
)

func TestCheckIAMAuth(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]string{
		"postgres://backup@db.abc.us-east-2.rds.amazonaws.com/app?sslmode=verify-full":             "",
		"postgres://backup@db.abc.us-east-2.rds.amazonaws.com/app?sslmode=require":                 "",
		"postgres://backup@db.proxy-abc.rds.cn-north-1.amazonaws.com.cn/app?sslmode=verify-ca":     "",
		"postgres://backup@db.abc.us-east-2.rds.amazonaws.com/app":                                 "does not require encryption",
		"postgres://backup@db.abc.us-east-2.rds.amazonaws.com/app?sslmode=prefer":                  "does not require encryption",
		"postgres://backup@db.abc.us-east-2.rds.amazonaws.com/app?sslmode=disable":                 "does not require encryption",
		"postgres://backup@db.example.com/app?sslmode=verify-full":                                 "db.example.com is not an RDS endpoint",
		"postgres://backup@localhost:15432/app?sslmode=require":                                    "localhost is not an RDS endpoint",
		"host=/var/run/postgresql user=backup dbname=app sslmode=require":                          "is not an RDS endpoint",
		"postgres://backup@db.abc.us-east-2.rds.amazonaws.com.example.com/app?sslmode=verify-full": "is not an RDS endpoint",
	} {
		params, err := pgtools.ParseParams(source)
		if err != nil {
			t.Fatal(err)
		}
		conn, err := params.Resolve(func(string) (string, bool) { return "", false })
		if err != nil {
			t.Fatal(err)
		}
		err = CheckIAMAuth(conn)
		if want == "" {
			if err != nil {
				t.Errorf("%s: %v", source, err)
			}
			continue
		}
		if err == nil || !strings.Contains(err.Error(), want) || fault.CodeOf(err) != fault.Usage || len(fault.Hints(err)) == 0 {
			t.Errorf("%s: %v", source, err)
		}
	}
}

// The password that the server receives must contain the store's credentials, the time
// and the name of the source.
func TestIAMAuthSignsIn(t *testing.T) {
	for name, value := range map[string]string{
		"AWS_ACCESS_KEY_ID": "akid", "AWS_SECRET_ACCESS_KEY": "skid", "AWS_SESSION_TOKEN": "a session",
		"AWS_CONFIG_FILE": os.DevNull, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull, "AWS_PROFILE": "",
	} {
		t.Setenv(name, value)
	}
	store, err := s3store.Open(t.Context(), s3store.Config{Bucket: "dumps"})
	if err != nil {
		t.Fatal(err)
	}
	server := pgtest.New(t, pgtest.Options{TLS: true, Password: "of postgres"})
	creds, err := store.Credentials(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	now := func() time.Time { return time.Date(2026, 11, 23, 8, 30, 0, 0, time.UTC) }
	token, err := rdsauth.Token(t.Context(), creds, rdsauth.Login{Host: server.Host(), Port: server.Port(), User: "iam"}, now())
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Exec(t.Context(), "postgres", "CREATE ROLE iam LOGIN PASSWORD "+pgtools.QuoteLiteral(token)); err != nil {
		t.Fatal(err)
	}
	source, err := pgtools.Params{"host": server.Host(), "port": strconv.Itoa(server.Port()), "user": "iam", "dbname": "postgres", "sslmode": "require"}.
		Resolve(func(string) (string, bool) { return "", false })
	if err != nil {
		t.Fatal(err)
	}
	db, err := pgtools.Connect(t.Context(), WithIAMAuth(source, store, now), "test")
	if err != nil {
		t.Fatal(err)
	}
	db.Close(t.Context())
}
