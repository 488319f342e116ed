package pgtools_test

import (
	"io"
	"strconv"
	"strings"
	"testing"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/pgtools"
	"github.com/rubyforgood/hectl/test/pgtest"
)

// pgx and pg_dump agree on what each sslmode accepts.
func TestTLS(t *testing.T) {
	t.Parallel()
	c := pgtest.New(t, pgtest.Options{TLS: true})
	other := pgtest.New(t, pgtest.Options{TLS: true})
	dump, _ := tools(t)
	for _, tt := range []struct {
		name       string
		p          pgtools.Params
		want, hint string // text in the error; "" means success
		tls        string // TLS version; "" means none
	}{
		{"default", pgtools.Params{"host": "localhost"}, "", "", "TLSv1.3"},
		{"disable", pgtools.Params{"host": "localhost", "sslmode": "disable"}, "", "", ""},
		{"require", pgtools.Params{"host": "127.0.0.1", "sslmode": "require"}, "", "", "TLSv1.3"},
		{"oldest version", pgtools.Params{"host": "localhost", "sslmode": "require", "ssl_max_protocol_version": "TLSv1.2"}, "", "", "TLSv1.2"},
		{"verify-ca", pgtools.Params{"host": "127.0.0.1", "sslmode": "verify-ca", "sslrootcert": c.CAFile()}, "", "", "TLSv1.3"},
		{"verify-full", pgtools.Params{"host": "localhost", "sslmode": "verify-full", "sslrootcert": c.CAFile()}, "", "", "TLSv1.3"},
		{"other name", pgtools.Params{"host": "127.0.0.1", "sslmode": "verify-full", "sslrootcert": c.CAFile()}, "the server's certificate is for another name", "verify-ca", ""},
		{"other authority", pgtools.Params{"host": "localhost", "sslmode": "verify-full", "sslrootcert": other.CAFile()}, "the server's certificate cannot be verified", "sslrootcert", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tt.p["user"], tt.p["dbname"], tt.p["port"] = "postgres", "postgres", strconv.Itoa(c.Port())
			conn := resolve(t, tt.p)
			p, err := pgtools.Dump(t.Context(), dump, conn, pgtools.DumpOptions{})
			if err != nil {
				t.Fatal(err)
			}
			_, dumpErr := io.Copy(io.Discard, p)

			db, err := pgtools.Connect(t.Context(), conn, "test")
			if (err == nil) != (dumpErr == nil) {
				t.Errorf("pgx says %v, pg_dump says %v", err, dumpErr)
			}
			if tt.want != "" {
				if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(strings.Join(fault.Hints(err), ""), tt.hint) {
					t.Error(err, fault.Hints(err))
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close(t.Context())
			var version string
			if err := db.QueryRow(t.Context(), "SELECT coalesce(version, '') FROM pg_stat_ssl WHERE pid = pg_backend_pid()").Scan(&version); err != nil || version != tt.tls {
				t.Errorf("TLS version %q, %v; want %q", version, err, tt.tls)
			}
		})
	}
}
