package command

import (
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rubyforgood/hectl/internal/config"
	"github.com/rubyforgood/hectl/internal/console"
	"github.com/rubyforgood/hectl/pgtools"
)

func TestPlainHTTP(t *testing.T) {
	for endpoint, want := range map[string]string{
		"": "", "https://store.example.com": "", "http://127.0.0.1:9000": "", "http://localhost:9000": "", "http://[::1]:9000": "",
		"http://store.localhost": "", "http://127.1.2.3": "", "http://[::ffff:127.0.0.1]:1": "",
		"http://store.example.com": "store.example.com", "http://10.0.0.5:9000": "10.0.0.5:9000", "HTTP://minio:9000/x": "minio:9000",
		"http://localhost.example.com": "localhost.example.com", "http://me:hush@store:9000": "store:9000", "http://[fd00::1]": "[fd00::1]",
	} {
		if host, plain := plainHTTP(endpoint); host != want || plain != (want != "") {
			t.Errorf("%s: %q, %v", endpoint, host, plain)
		}
	}
}

func TestPlainHTTPIsSaidOnce(t *testing.T) {
	for name, value := range map[string]string{
		"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_CONFIG_FILE": "/nonexistent", "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent", "AWS_PROFILE": "",
	} {
		t.Setenv(name, value)
	}
	for endpoint, want := range map[string]int{"http://me:hush@store.invalid": 1, "https://store.invalid": 0, "http://127.0.0.1:9": 0} {
		var stderr strings.Builder
		env := &Env{Console: console.New(console.Options{Stdout: io.Discard, Stderr: &stderr, Now: time.Now})}
		for range 2 {
			store, err := env.Open(t.Context(), config.Bucket{Name: "bucket", Region: "us-east-1", EndpointURL: endpoint})
			if err != nil {
				t.Fatal(err)
			}
			store.Close()
		}
		if got := strings.Count(stderr.String(), "is not encrypted"); got != want || strings.Contains(stderr.String(), "hush") {
			t.Errorf("%s: %q", endpoint, stderr.String())
		}
	}
}

func TestClaimsAddNoLines(t *testing.T) {
	got := ClaimsText([]config.Claim{{Key: "pg_bin", Text: "/usr/bin\n  bucket: s3://fine\r\u202e"}, {Key: "bucket", Text: "s3://b"}})
	if lines := strings.Split(got, "\n"); len(lines) != 2 || strings.ContainsAny(got, "\r\u202e") {
		t.Errorf("%q", got)
	}
}

// Whether a database is on this machine is decided by the parser of the connection.
func TestDatabasesThatNeedApproval(t *testing.T) {
	for text, want := range map[string]bool{
		"app_dev": false, "postgres:///app": false, "postgresql://me@localhost:5433/app": false, "postgres://me:pw@[::1]/app": false,
		"host=localhost dbname=app port=5433": false, "dbname='my app' host='127.0.0.1'": false, "postgres://localhost/app?user=me": false,
		"postgres://db.example.com/app": true, "postgres://localhost,db.example.com/app": true, "postgres://localhost/app?host=db.example.com": true,
		"postgres://%2Ftmp/app": true, "service=app": true, "host=localhost hostaddr=192.0.2.1": true, "host='db.example.com'": true,
		"dbname=x passfile=/etc/passwd": true, "postgres://localhost/app?sslrootcert=x": true,
		"postgres://app@localhost/app#?host=192.0.2.1": true, "postgres://localhost#@192.0.2.1/db": true, "postgres://localhost/#@192.0.2.1/db": true,
		"POSTGRES://localhost/app": true, "postgres://localhost%2C192.0.2.1/app": true, "postgres://localhost%00.example.com/app": true,
		`postgres://localhost\@192.0.2.1/app`: true, `host=local\host`: false, `host=192.0.2.1\ `: true, "postgres://localhost/app?h%6Fst=192.0.2.1": true,
		"postgres://a:b/@localhost/app": true, "postgres://[::1]@192.0.2.1/app": true, "host=localhost host=192.0.2.1": true,
		"host\n=192.0.2.1": true, "postgres://192.0.2.1?host=localhost": false, "user=a host = 192.0.2.1": true,
	} {
		dir := t.TempDir()
		yml, err := json.Marshal(map[string]string{"target": text})
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, config.FileName), yml, 0o600); err != nil {
			t.Fatal(err)
		}
		env := &Env{Dir: dir, Environ: []string{"XDG_CONFIG_HOME=" + t.TempDir()}}
		settings, err := env.Settings()
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		target, err := settings.Target(nil)
		if err != nil {
			t.Fatal(err)
		}
		conn, err := Resolve(target, settings)
		if got := len(settings.Claims()) > 0; got != want || got == settings.IsApproved() || want != (err != nil) {
			t.Errorf("%s: %v, %v, %v", text, got, conn, err)
		}
	}
}

// A variable of libpq's that a .env file may have is one that a connection reads.
func TestEveryVariableOfLibpqIsTakenFromDotenv(t *testing.T) {
	dir := t.TempDir()
	variables := pgtools.EnvironmentVariables()
	var text strings.Builder
	for _, name := range variables {
		text.WriteString(name + "=x\n")
	}
	if err := os.WriteFile(filepath.Join(dir, ".env"), []byte(text.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	settings, err := (&Env{Dir: dir}).Settings()
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(variables)
	if files := settings.Dotenv(); len(files) != 1 || !slices.Equal(files[0].Names, variables) {
		t.Errorf("taken: %v\nread: %q", files, variables)
	}
}
