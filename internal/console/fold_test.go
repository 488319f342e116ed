package console

import (
	"testing"
)

func TestFold(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, in, want string }{
		{"short", "hectl: done", "hectl: done"},
		{"words", "hectl: find AWS credentials: no credentials found", "hectl: find AWS credentials:\n  no credentials found"},
		{"as wide as the terminal", "123456789 123456789 1234567890", "123456789 123456789 1234567890"},
		{"a quoted command", `hint: log in with "aws sso login --profile he" first`, "hint: log in with\n  \"aws sso login --profile he\"\n  first"},
		{"a command to the end", "hint: as a superuser: psql -h localhost -c 'ALTER ROLE x CREATEDB'", "hint: as a superuser:\n  psql -h localhost -c 'ALTER ROLE x CREATEDB'"},
		{"a word too long", "in s3://bucket/backups/production-20261123083000.rds.dump", "in\n  s3://bucket/backups/production-20261123083000.rds.dump"},
		{"lines of its own", "one\ntwo  spaces", "one\ntwo  spaces"},
		{"a quote that is not closed", `it says "no more of this today please`, "it says \"no more of this today\n  please"},
		{"wide characters", "ünïcödé ünïcödé ünïcödé ünïcödé", "ünïcödé ünïcödé ünïcödé\n  ünïcödé"},
	} {
		if got := fold(tt.in, 30); got != tt.want {
			t.Errorf("%s:\ngot  %q\nwant %q", tt.name, got, tt.want)
		}
	}
}
