package pgtools

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPgxConfigAgrees(t *testing.T) {
	// pgx must not use any settings from the environment.
	for k, v := range map[string]string{
		"PGHOST": "evil", "PGPORT": "1", "PGUSER": "evil", "PGDATABASE": "evil", "PGPASSWORD": "evil",
		"PGSERVICE": "evil", "PGOPTIONS": "-c evil=1", "PGSSLMODE": "verify-full", "PGTARGETSESSIONATTRS": "standby", "PGTZ": "evil",
		"PGSSLCERTMODE": "require", "PGAPPNAME": "evil",
	} {
		t.Setenv(k, v)
	}
	c, err := resolveWith(Params{"host": "h.example", "user": "u", "dbname": "d", "sslmode": "disable", "keepalives": "1", "options": "-c a=b"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	cfg, err := c.pgxConfig("test")
	if err != nil {
		t.Fatal(err)
	}
	if cfg.Host != "h.example" || cfg.Port != 5432 || cfg.User != "u" || cfg.Database != "d" || cfg.Password != "" ||
		cfg.TLSConfig != nil || len(cfg.Fallbacks) != 0 || cfg.ValidateConnect != nil {
		t.Errorf("%s:%d %s %s password %q, %d fallbacks", cfg.Host, cfg.Port, cfg.User, cfg.Database, cfg.Password, len(cfg.Fallbacks))
	}
	want := map[string]string{"client_encoding": "UTF8", "application_name": "test", "options": "-c a=b"}
	if diff := cmp.Diff(want, cfg.RuntimeParams); diff != "" {
		t.Error(diff)
	}
}
