package restore

import (
	"flag"
	"strings"
	"testing"

	"github.com/urfave/cli/v2"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/mask"
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

func TestWantsMasking(t *testing.T) {
	for _, tt := range []struct {
		name          string
		mode          mask.Mode
		on, off       bool
		want, refused bool
	}{
		{name: "off", mode: mask.Off},
		{name: "off, --mask", mode: mask.Off, on: true, want: true},
		{name: "required", mode: mask.Required, want: true},
		{name: "required, --no-mask", mode: mask.Required, off: true, refused: true},
		{name: "both flags", on: true, off: true, refused: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := wantsMasking(tt.mode, "hectl.yml", tt.on, tt.off)
			if got != tt.want || (err != nil) != tt.refused {
				t.Errorf("got %t, %v", got, err)
			}
			if err != nil && fault.CodeOf(err) != fault.Usage {
				t.Errorf("code %v", fault.CodeOf(err))
			}
		})
	}
}

// Every flag of a restore has a category, so that the help lists it with its like.
func TestTargetFlagsHaveCategories(t *testing.T) {
	set := flag.NewFlagSet("", flag.ContinueOnError)
	for _, f := range targetFlags() {
		if err := f.Apply(set); err != nil {
			t.Errorf("%v: %v", f.Names(), err)
		}
		if c, ok := f.(cli.CategorizableFlag); !ok || c.GetCategory() == "" {
			t.Errorf("%v has no category", f.Names())
		}
	}
}
