package config

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func TestWhatNeedsApproval(t *testing.T) {
	for _, tt := range []struct{ text, keys string }{
		{"", ""},
		{"region: eu-west-1\nprofile: x\npath_style: true\nenv: staging\njobs: 2\nkeep: {last: 1}\nmax_age: 2h\nmax_shrink: 10\nattachments_bucket: s3://files\nsnapshot: true\nmask: {mode: on}", ""},
		{"bucket: s3://b\nmasked_bucket: s3://m", "bucket masked_bucket"},
		{"endpoint_url: https://store", "endpoint_url"},
		{"pg_bin: bin", "pg_bin"},
		{"notify: [https://a, https://b]", "notify notify"},
		{"after: a.sql", "after"},
		{"after: [a.sql, b.sql]\nafter_restore:\n- [bin/rails, db:migrate]\n- [sleep, 5]\nafter_restore_timeout: 1h", "after after after_restore after_restore"},
		{"target: app_dev", ""},
		{"target: app dev", ""},
		{"source: postgres://db.example.com/app\ntarget: service=app", "source target"},
	} {
		dir, environ := clone(t, map[string]string{FileName: tt.text})
		s := reload(t, dir, environ)
		var keys []string
		for _, c := range s.Claims() {
			keys = append(keys, c.Key)
		}
		if got := strings.Join(keys, " "); got != tt.keys || s.IsApproved() != (tt.keys == "") {
			t.Errorf("%s: %q, approved %v", tt.text, got, s.IsApproved())
		}
	}
}

// Every key needs a decision: does it run code or send data elsewhere? docs/approval.md
// lists the answers.
func TestEveryKeyIsJudged(t *testing.T) {
	page, err := os.ReadFile("../../docs/approval.md")
	if err != nil {
		t.Fatal(err)
	}
	for field := range reflect.TypeFor[file]().Fields() {
		if key := field.Tag.Get("yaml"); !strings.Contains(string(page), "`"+key+"`") && key != "mask" {
			t.Errorf("%s is not on the page", key)
		}
	}
}

func TestClaimsHoldNoSecret(t *testing.T) {
	dir, environ := clone(t, map[string]string{FileName: "source: postgres://me:hush@db/x\nnotify: slack+https://hooks.example.com/hush\nendpoint_url: https://me:hush@store\n"})
	claims := reload(t, dir, environ).Claims()
	if len(claims) != 3 {
		t.Fatalf("%v", claims)
	}
	for _, c := range claims {
		if strings.Contains(c.Text, "hush") {
			t.Errorf("%s: %s", c.Key, c.Text)
		}
	}
	for _, text := range []string{
		"notify: hush", "notify: https://HUSHtoken/x", "endpoint_url: hush", "endpoint_url: https://store/?k=hush", "target: me:hush@db", "source: postgresql:me:hush@db/x",
	} {
		dir, environ := clone(t, map[string]string{FileName: text + "\n"})
		for _, c := range reload(t, dir, environ).Claims() {
			if strings.Contains(strings.ToLower(c.Text), "hush") {
				t.Errorf("%s: %s", text, c.Text)
			}
		}
		for _, v := range reload(t, dir, environ).List(nil) {
			if strings.Contains(v.Text, "hush") {
				t.Errorf("%s: %s", text, v.Text)
			}
		}
	}
}

// A file that every run reads must not be too large.
func TestLargeFilesAreNotApproved(t *testing.T) {
	for _, text := range []string{"after: big", "after_restore: [[cat, big]]"} {
		dir, environ := clone(t, map[string]string{FileName: text, "big": ""})
		if err := os.Truncate(filepath.Join(dir, "big"), 1<<40); err != nil {
			t.Fatal(err)
		}
		if _, err := reload(t, dir, environ).Allow(); err == nil || !strings.Contains(err.Error(), "is larger than 256 MB") {
			t.Errorf("%s: %v", text, err)
		}
	}
}
