package pgtools

import (
	"os"
	"path/filepath"
	"testing"
)

func TestPassfile(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "pgpass")
	content := "# comment\nh:5432:*:u:general\n/tmp:5432:d:u:socket\nlocalhost:5432:*:u:local\n"
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		p    Params
		want string
	}{
		{Params{"host": "h", "dbname": "x"}, "general"},
		{Params{"host": "h", "dbname": "x", "password": "given"}, "given"},
		{Params{"host": "/tmp", "dbname": "d"}, "socket"},
		{Params{"host": "/tmp", "dbname": "other"}, "local"},
		{Params{"host": "elsewhere", "dbname": "d"}, ""},
	} {
		tt.p["user"], tt.p["passfile"] = "u", file
		c, err := resolveWith(tt.p, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.password(); got != tt.want {
			t.Errorf("%v: %q, want %q", tt.p, got, tt.want)
		}
	}
	if err := os.Chmod(file, 0o644); err != nil {
		t.Fatal(err)
	}
	c, err := resolveWith(Params{"host": "h", "user": "u", "passfile": file}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := c.password(); got != "" {
		t.Errorf("a file that others may read gave %q", got)
	}
}
