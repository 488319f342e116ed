package methods

import (
	"strings"
	"testing"
)

func TestDomainOf(t *testing.T) {
	for address, want := range map[string]string{
		"maria@diaperbank.org": "@diaperbank.org", "a@b@c.org": "@c.org", "maria": "", "maria@": "", "maria@x y": "", "<maria@x.org>": "", "a@" + strings.Repeat("x", 254): "",
	} {
		if got := domainOf([]byte(address)); string(got) != want {
			t.Errorf("%s: %s, want %s", address, got, want)
		}
	}
}

// A short column loses the names first, and then a part of the code.
func TestEmailDropsTheNameFirst(t *testing.T) {
	for length, want := range map[string]int{"text": 2, "character varying(60)": 2, "character varying(25)": 0, "character varying(14)": 0} {
		got := apply(t, newFunc(t, specOf("email"), length), "maria@diaperbank.org")
		local, domain, _ := strings.Cut(got, "@")
		if strings.Count(local, ".") != want || domain != "example.com" {
			t.Errorf("%s: %s", length, got)
		}
	}
}

func TestInAddress(t *testing.T) {
	if got := strings.Join(inAddress([]string{"O'Keefe", "Van Dyke", "Ada"}), " "); got != "okeefe vandyke ada" {
		t.Error(got)
	}
}
