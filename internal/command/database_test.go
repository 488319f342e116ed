package command

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/rubyforgood/hectl/internal/config"
)

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
