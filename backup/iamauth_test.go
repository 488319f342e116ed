package backup

import (
	"strings"
	"testing"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/pgtools"
)

func TestCheckIAMAuth(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]string{
		"postgres://backup@db.abc.us-east-2.rds.amazonaws.com/app?sslmode=verify-full":             "",
		"postgres://backup@db.abc.us-east-2.rds.amazonaws.com/app?sslmode=require":                 "",
		"postgres://backup@db.proxy-abc.rds.cn-north-1.amazonaws.com.cn/app?sslmode=verify-ca":     "",
		"postgres://backup@db.abc.us-east-2.rds.amazonaws.com/app":                                 "need not be encrypted",
		"postgres://backup@db.abc.us-east-2.rds.amazonaws.com/app?sslmode=prefer":                  "need not be encrypted",
		"postgres://backup@db.abc.us-east-2.rds.amazonaws.com/app?sslmode=disable":                 "need not be encrypted",
		"postgres://backup@db.example.com/app?sslmode=verify-full":                                 "db.example.com is not an endpoint of RDS",
		"postgres://backup@localhost:15432/app?sslmode=require":                                    "localhost is not an endpoint of RDS",
		"host=/var/run/postgresql user=backup dbname=app sslmode=require":                          "is not an endpoint of RDS",
		"postgres://backup@db.abc.us-east-2.rds.amazonaws.com.example.com/app?sslmode=verify-full": "is not an endpoint of RDS",
	} {
		params, err := pgtools.ParseParams(source)
		if err != nil {
			t.Fatal(err)
		}
		conn, err := params.Resolve(func(string) (string, bool) { return "", false })
		if err != nil {
			t.Fatal(err)
		}
		err = checkIAMAuth(conn)
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
