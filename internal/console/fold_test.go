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

func TestFoldResult(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, in, want string }{
		{"fits", "would restore   s3://b/x.dump", "would restore   s3://b/x.dump"},
		{"a sentence", "dev now holds s3://b/x.rds.dump (8.5 MB), after 4s", "dev now holds s3://b/x.rds.dump\n  (8.5 MB), after 4s"},
		{"below its label", "  public.users  email, name, phone, address, city", "  public.users  email, name,\n                phone, address,\n                city"},
		{"a word too long", "into s3://bucket/backups/production-20261123083000.rds.dump", "into\n  s3://bucket/backups/production-20261123083000.rds.dump"},
		{"a long word in a table", "made by  /usr/lib/postgresql/15/bin/pg_restore (15.18)", "made by  /usr/lib/postgresql/15/bin/pg_restore\n         (15.18)"},
		{"to paste", "     > psql -h localhost -c 'ALTER ROLE x CREATEDB'", "     > psql -h localhost -c 'ALTER ROLE x CREATEDB'"},
		{"a command of its own", "  hectl rollback --target postgres://me@localhost/dev", "  hectl rollback --target postgres://me@localhost/dev"},
		{"ends with a command", "97 MB beside dev; to remove it: hectl purge --yes", "97 MB beside dev; to remove it: hectl purge --yes"},
		{"no room for what the label says", "a label of twenty column  and a text that is long", "a label of twenty column  and a text that is long"},
		{"one word", "12345678901234567890123456789012345", "12345678901234567890123456789012345"},
		{"other lines", "one\n\ntwo", "one\n\ntwo"},
	} {
		if got := foldResult(tt.in, 31); got != tt.want {
			t.Errorf("%s:\ngot  %q\nwant %q", tt.name, got, tt.want)
		}
	}
}

func TestColumnsOf(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]int{"": 0, "abc": 3, "äöü": 3, "日本": 4, "🎉": 2, "\uFFFD": 1} {
		if got := columnsOf(s); got != want {
			t.Errorf("%q: %d columns, want %d", s, got, want)
		}
	}
}
