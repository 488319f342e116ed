package fault

import (
	"strings"
	"testing"
)

func TestRedact(t *testing.T) {
	for _, text := range []string{
		`postgres://me:hush@host/db`, `bucket "postgresql://me:hush@host/db" (from --bucket)`,
		`POSTGRES://me:hu/sh@host`, `postgres://:hush@/db`, `postgres://me:x@hush@host`, `--postgres://me:hush@h`,
		`https://me:hush@host/x`, `https://hush@host/x`, `mysql://me:hush@host`, `redis://:hush@host`,
		`host=db password=hush`, `host=db PASSWORD = hush`, `password='it\'s hush' host=db`, `password='it''s hush'`,
		`password="a hush"`, `postgres://h/db?user=me&password=hush&sslmode=require`, `sslpassword=hush`,
		`PGPASSWORD=hush`, `DIAPER_DB_PASSWORD=hush`, `--password=hush`, `AWS_SECRET_ACCESS_KEY=hush`,
		`postgresql:me:hush@host/db`, `postgres:/me:hush@host/db`, `postgres:hush@host`, `get postgresql:me:hu/sh@host`,
		"two\npostgres://me:hush@host\nlines",
	} {
		if got := Redact(text); strings.Contains(got, "hush") || !strings.Contains(got, "***") {
			t.Errorf("%s: %s", text, got)
		}
	}
	for _, text := range []string{
		"", "postgres://me@host:5432/db", "s3://bucket/a:b@c", "http://127.0.0.1:9000/bucket/a@b", "get s3://b/k: mail a@b: denied",
		`column "password" of users`, "password authentication failed for user me", "2026-01-02T03:04:05Z a@b",
		`set PG_PASSWORD, or ~/.pgpass`,
	} {
		if got := Redact(text); got != text {
			t.Errorf("%s: %s", text, got)
		}
	}
	for text, want := range map[string]string{
		"hush": "***", "hooks.example.com/hush": "***", "slack+https://HUSHToken/x": "slack+https://***/***", "https://hush@host/x": "https://***@host/***",
		"https://me:hush@h.example.com:1?hush": "https://***@h.example.com:1/***", "https://me:12/hush@host": "https://***/***", "https://[::1]:80/hush": "https://[::1]:80/***",
	} {
		if got := RedactURL(text); got != want {
			t.Errorf("%s: got %s, want %s", text, got, want)
		}
	}
	for text, want := range map[string]string{
		"hush": "***", "https://store.example.com:9000/a": "https://store.example.com:9000/a", "http://store?k=hush": "http://store?***",
		"https://me:hush@store/a#hush": "https://***@store/a?***", "https://store/a@hush": "https://***",
	} {
		if got := RedactEndpoint(text); got != want {
			t.Errorf("%s: got %s, want %s", text, got, want)
		}
	}
	if got, want := RedactURL("failure+https://hooks.example.com/services/hush?x=hush"), "failure+https://hooks.example.com/***"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestHasPassword(t *testing.T) {
	for word, want := range map[string]bool{
		"postgres://me:hush@host/db": true, "postgres://me:a b/c@host": true, "host=db password=hush": true, "https://me:hush@host": true, "s3://me:hush@bucket/key": true,
		"me:hush@host": true, "me:hush@host/db": true, ":hush@host": true, "postgresql:me:hush@host/db": true, "me:hu/sh@host": true, "me:a b@host": true, "postgres:/me:hush@h": true,
		"backups/a:b@c.dump": false, "me@host:1/db": false,
		"postgres://me@host/db": false, "s3://bucket/a:b@c": false, "production-20261123083000.rds.dump": false, "backups/password-reset.dump": false, "http://127.0.0.1:9000": false,
	} {
		if got := HasPassword(word); got != want {
			t.Errorf("%s: %v", word, got)
		}
	}
}
