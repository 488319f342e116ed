package swap

import (
	"testing"

	"github.com/rubyforgood/hectl/mask/methods"
)

func TestLoginString(t *testing.T) {
	for _, tt := range []struct {
		login Login
		want  string
	}{
		{Login{Address: "a@example.com", Password: "password", From: "hectl", Table: "users", Column: "encrypted_password"},
			`log in as a@example.com with the password "password" (users.encrypted_password)`},
		{Login{From: "--password", Table: "users", Column: "encrypted_password"},
			"log in as any user with the password of --password (users.encrypted_password)"},
	} {
		if got := tt.login.String(); got != tt.want {
			t.Errorf("got %q, want %q", got, tt.want)
		}
	}
}

// A password that the user or hectl.yml chose is never shown.
func TestKnowsPassword(t *testing.T) {
	hash := func(password string) string {
		t.Helper()
		h, err := methods.HashPassword(password)
		if err != nil {
			t.Fatal(err)
		}
		return h
	}
	for _, tt := range []struct {
		name, hash     string
		options        LoginOptions
		password, from string // both "" if the password is not known
	}{
		{"default", hash(methods.DefaultPassword), LoginOptions{Password: methods.DefaultPassword}, methods.DefaultPassword, "hectl"},
		{"chosen", hash("mine"), LoginOptions{Password: "mine"}, "", "--password"},
		{"from rules", hash("ours"), LoginOptions{Password: "mine", RulePasswords: []string{"ours"}}, "", "hectl.yml"},
		{"unknown", hash("theirs"), LoginOptions{Password: "mine", RulePasswords: []string{"ours"}}, "", ""},
		{"no hash", "", LoginOptions{Password: "mine"}, "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var l Login
			known := tt.options.knows(tt.hash, &l)
			if known != (tt.from != "") || l.Password != tt.password || l.From != tt.from {
				t.Errorf("known %t, login %+v", known, l)
			}
		})
	}
}

func TestFakeAddress(t *testing.T) {
	for address, want := range map[string]bool{
		"a@example.com": true, "A@mail.EXAMPLE.org": true, "a@example.net": true,
		"a@notexample.com": false, "a@example.com.evil.com": false, "a@human-essentials.app": false,
	} {
		if got := fakeAddress.MatchString(address); got != want {
			t.Errorf("%s: %t, want %t", address, got, want)
		}
	}
}
