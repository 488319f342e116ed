package source

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rubyforgood/hectl/pgtools"
)

func TestOldestBackup(t *testing.T) {
	t.Parallel()
	eight := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
	session := func(name string, since time.Time) pgtools.Session {
		return pgtools.Session{Application: name, Since: since}
	}
	own := session("hectl backup 4711@db1", eight)
	for name, tt := range map[string]struct {
		sessions []pgtools.Session
		want     Backup
	}{
		"none":                 {nil, Backup{}},
		"other applications":   {[]pgtools.Session{session("psql", eight), session("hectl backups", eight), session("hectl status", eight)}, Backup{}},
		"hectl and pg_dump":    {[]pgtools.Session{session("hectl backup", eight.Add(time.Second)), own, session("psql", eight.Add(-time.Hour))}, Backup{Running: true, Since: eight, Session: own.String()}},
		"a time out of sight":  {[]pgtools.Session{session("hectl backup", time.Time{})}, Backup{Running: true, Session: session("hectl backup", time.Time{}).String()}},
		"a time before epoch":  {[]pgtools.Session{session("hectl backup", time.Unix(0, 0))}, Backup{Running: true, Session: session("hectl backup", time.Unix(0, 0)).String()}},
		"a time in other zone": {[]pgtools.Session{session("hectl backup", eight.In(time.FixedZone("", 3600)))}, Backup{Running: true, Since: eight, Session: session("hectl backup", eight).String()}},
	} {
		if diff := cmp.Diff(tt.want, oldestBackup(tt.sessions)); diff != "" {
			t.Errorf("%s: -want +got:\n%s", name, diff)
		}
	}
}
