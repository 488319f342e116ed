package pgtools_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"testing"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/pgtools"
	"github.com/rubyforgood/hectl/test/pgtest"
)

// hectl and pg_dump send a token as the password, even one as long as RDS's. Each
// connection requests its own token.
func TestTokenIsThePassword(t *testing.T) {
	t.Parallel()
	c := pgtest.New(t, pgtest.Options{TLS: true, Password: "of postgres"})
	dump, _ := tools(t)
	if err := c.Exec(t.Context(), "postgres", "CREATE ROLE iam LOGIN"); err != nil {
		t.Fatal(err)
	}
	made := 0
	token := func(ctx context.Context) (string, error) {
		made++
		text := fmt.Sprintf("db.example.com:5432/?Action=connect&n=%d&X-Amz-Security-Token=%s", made, strings.Repeat("x", 1500))
		return text, c.Exec(ctx, "postgres", "ALTER ROLE iam PASSWORD "+pgtools.QuoteLiteral(text))
	}
	conn := resolve(t, pgtools.Params{
		"host": "localhost", "port": strconv.Itoa(c.Port()), "user": "iam", "dbname": "postgres", "password": "an old one",
		"sslmode": "verify-full", "sslrootcert": c.CAFile(),
	}).WithToken(token)
	for range 2 {
		db, err := pgtools.Connect(t.Context(), conn, "test")
		if err != nil {
			t.Fatal(err)
		}
		db.Close(t.Context())
	}
	p, err := pgtools.Dump(t.Context(), dump, conn.WithDatabase("template1"), pgtools.DumpOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if n, err := io.Copy(io.Discard, p); err != nil || n == 0 {
		t.Errorf("pg_dump wrote %d bytes: %v", n, err)
	}
	if made != 3 {
		t.Errorf("%d tokens for 3 connections", made)
	}
	if args := fmt.Sprintf("%+v %q %q", conn, conn.Args(), conn.Conninfo()); strings.Contains(args, "Action") || strings.Contains(args, "old one") {
		t.Errorf("a password shows in %s", args)
	}
}

func TestTokenFails(t *testing.T) {
	t.Parallel()
	c := pgtest.New(t, pgtest.Options{TLS: true, Password: "of postgres"})
	dump, _ := tools(t)
	conn := resolve(t, pgtools.Params{"host": "localhost", "port": strconv.Itoa(c.Port()), "user": "postgres", "dbname": "postgres"})

	wrong := conn.WithToken(func(context.Context) (string, error) { return "not it", nil })
	_, err := pgtools.Connect(t.Context(), wrong, "test")
	if hints := strings.Join(fault.Hints(err), ""); fault.CodeOf(err) != fault.Denied || !strings.Contains(hints, "rds_iam") || strings.Contains(fmt.Sprint(err, hints), "not it") {
		t.Errorf("%v, hints %q", err, hints)
	}

	none := errors.New("no credentials")
	broken := conn.WithToken(func(context.Context) (string, error) { return "", none })
	if _, err := pgtools.Connect(t.Context(), broken, "test"); !errors.Is(err, none) {
		t.Errorf("Connect: %v", err)
	}
	if _, err := pgtools.Dump(t.Context(), dump, broken, pgtools.DumpOptions{}); !errors.Is(err, none) {
		t.Errorf("Dump: %v", err)
	}
}
