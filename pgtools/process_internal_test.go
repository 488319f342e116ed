package pgtools

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestChildEnviron(t *testing.T) {
	for k, v := range map[string]string{"LC_ALL": "fr_FR.UTF-8", "LANGUAGE": "fr", "LC_MESSAGES": "fr_FR", "PGHOST": "evil", "PGSERVICE": "evil"} {
		t.Setenv(k, v)
	}
	c, err := resolveWith(Params{"password": "hunter2"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, kv := range childEnviron(c) {
		if strings.HasPrefix(kv, "LC_") || strings.HasPrefix(kv, "LANG") || strings.HasPrefix(kv, "PG") {
			got = append(got, kv)
		}
	}
	slices.Sort(got)
	got = slices.DeleteFunc(got, func(kv string) bool { return strings.HasPrefix(kv, "LANG=") })
	if diff := cmp.Diff([]string{"LC_CTYPE=fr_FR.UTF-8", "LC_MESSAGES=C", "PGAPPNAME=hectl", "PGPASSWORD=hunter2"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestChildGetsNoSecrets(t *testing.T) {
	for _, name := range []string{
		"AWS_SECRET_ACCESS_KEY", "AWS_ACCESS_KEY_ID", "AWS_PROFILE", "HECTL_SOURCE", "HECTL_NOTIFY", "HECTL_BUCKET", "DIAPER_DB_PASSWORD", "DIAPER_DB_HOST",
		"PG_PASSWORD", "PGPASSWORD", "RAILS_MASTER_KEY", "SECRET_KEY_BASE", "GITHUB_TOKEN", "GOOGLE_APPLICATION_CREDENTIALS",
		"SLACK_WEBHOOK_URL", "SENTRY_DSN", "stripe_api_key", "MYSQL_PWD",
	} {
		t.Setenv(name, "hush")
	}
	t.Setenv("DATABASE_URL", "postgres://me:hush@db/app")
	t.Setenv("REDIS", "redis://:hush@cache")
	kept := []string{
		"PATH=/usr/bin:/bin", "HOME=/home/me", "TMPDIR=/tmp", "LANG=C.UTF-8", "SSL_CERT_FILE=/ca.pem", "KRB5CCNAME=/tmp/krb5cc_1", "KRB5_CONFIG=/krb5.conf",
		"LD_LIBRARY_PATH=/opt/pg/lib", "DYLD_LIBRARY_PATH=/opt/pg/lib", "TZ=UTC", "PWD=/work", "DOCKER_HOST=unix:///run/docker.sock", "KEYBOARD=de",
	}
	for _, kv := range kept {
		name, value, _ := strings.Cut(kv, "=")
		t.Setenv(name, value)
	}
	env := childEnviron(Conn{})
	for _, kv := range env {
		if strings.Contains(kv, "hush") {
			t.Error(kv)
		}
	}
	for _, kv := range kept {
		if !slices.Contains(env, kv) {
			t.Errorf("%s is missing", kv)
		}
	}
}
