package restore

import (
	"strings"
	"testing"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/pgtools/archive"
)

func TestCheckAddress(t *testing.T) {
	for address, ok := range map[string]bool{"": true, "me@example.com": true, "me @example.com": false, "me\n": false, "me\x7f": false} {
		err := checkAddress(address)
		if (err == nil) != ok {
			t.Errorf("%q: %v", address, err)
		}
		if err != nil && fault.CodeOf(err) != fault.Usage {
			t.Errorf("%q: code %v", address, fault.CodeOf(err))
		}
	}
}

// A recipe has the hash of an address, the same for any case.
func TestLoginKey(t *testing.T) {
	one := loginKey("Me@example.com")
	if one == "" || one != loginKey("me@example.com") || one == loginKey("you@example.com") || strings.Contains(one, "@") {
		t.Errorf("the key is %q", one)
	}
	if loginKey("") != "" {
		t.Error("no address has a key")
	}
}

func TestCheckLoginAs(t *testing.T) {
	users := archive.Entry{ID: 1, Section: archive.SectionPreData, Desc: "TABLE", Namespace: "public", Tag: "users",
		Definition: "CREATE TABLE public.users (\n    id bigint NOT NULL,\n    email character varying NOT NULL,\n    encrypted_password character varying NOT NULL\n);\n"}
	rows := archive.Entry{ID: 3, Section: archive.SectionData, Desc: "TABLE DATA", Namespace: "public", Tag: "users", Dependencies: []int{1}}
	items := archive.Entry{ID: 2, Section: archive.SectionPreData, Desc: "TABLE", Namespace: "public", Tag: "items",
		Definition: "CREATE TABLE public.items (\n    id bigint NOT NULL\n);\n"}
	with, without := &archive.Head{Entries: []archive.Entry{users, items, rows}}, &archive.Head{Entries: []archive.Entry{items}}
	for _, tt := range []struct {
		address string
		h       *archive.Head
		ok      bool
	}{
		{"", without, true},
		{"me@example.com", with, true},
		{"me@example.com", without, false},
	} {
		if err := checkLoginAs(tt.address, tt.h); (err == nil) != tt.ok || !tt.ok && fault.CodeOf(err) != fault.Usage {
			t.Errorf("%q, %d entries: %v", tt.address, len(tt.h.Entries), err)
		}
	}
}
