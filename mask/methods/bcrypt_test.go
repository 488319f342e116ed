package methods

import (
	"bytes"
	"strings"
	"testing"

	"golang.org/x/crypto/bcrypt"
)

func TestCheckPassword(t *testing.T) {
	for _, tt := range []struct {
		password string
		want     string // part of the error
	}{
		{"p", ""},
		{strings.Repeat("x", 72), ""},
		{"", "has 0 bytes; bcrypt takes 1 to 72"},
		{strings.Repeat("x", 73), "has 73 bytes; bcrypt takes 1 to 72"},
		{"a\x00b", "has a zero byte"},
	} {
		err := CheckPassword(tt.password)
		if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
			t.Errorf("%q: %v", tt.password, err)
		}
		if _, hashErr := HashPassword(tt.password); (hashErr == nil) != (err == nil) {
			t.Errorf("%q: hashed with %v, checked with %v", tt.password, hashErr, err)
		}
	}
}

func TestHashPassword(t *testing.T) {
	hash, err := HashPassword("s3cret")
	if err != nil {
		t.Fatal(err)
	}
	if cost, err := bcrypt.Cost([]byte(hash)); err != nil || cost != 11 {
		t.Errorf("cost %d (%v), want Devise's", cost, err)
	}
	if !IsPassword(hash, "s3cret") || IsPassword(hash, "secret") || IsPassword("", "") {
		t.Error("the hash is of another password")
	}
	if other, err := HashPassword("s3cret"); err != nil || other == hash {
		t.Errorf("two hashes share a salt (%v)", err)
	}
}

func TestHashWithSalt(t *testing.T) {
	for _, password := range []string{"p", "päss", strings.Repeat("x", 72)} {
		if hash := hashWithSalt([]byte(password), bytes.Repeat([]byte{7}, 16), bcrypt.MinCost); !IsPassword(hash, password) {
			t.Errorf("%q: %s is not its hash", password, hash)
		}
	}
}

func TestBcrypt(t *testing.T) {
	m := newFunc(t, specOf("bcrypt"), "character varying")
	hash := apply(t, m, "$2a$11$secret")
	if !IsPassword(hash, "password") || !strings.HasPrefix(hash, "$2a$04$") || len(hash) != 60 {
		t.Errorf("%s is not a hash of the password", hash)
	}
	if hash != "$2a$04$zfZtiGBiq3ZbU5TyTv/SNuKA/QA8VN70Dv018duplVsSSBpow8ZK6" {
		t.Errorf("%s: another hash of the same password and seed", hash)
	}
	if empty := apply(t, m, ""); empty != hash {
		t.Errorf("%q of nothing", empty)
	}
}
