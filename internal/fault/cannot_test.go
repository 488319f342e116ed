package fault_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/rubyforgood/hectl/internal/fault"
)

func TestCannot(t *testing.T) {
	err := fault.Cannot([]error{
		fault.New(fault.Denied, "grant it", "the role lacks a right"),
		errors.New("the server is a standby"),
		fault.New(fault.Failed, "install it", "an extension is missing"),
	}, "restore %s", "x.dump")
	if want := "cannot restore x.dump: the role lacks a right; the server is a standby; an extension is missing"; err.Error() != want {
		t.Errorf("got %q, want %q", err, want)
	}
	if code := fault.CodeOf(err); code != fault.Failed {
		t.Errorf("code %d", code)
	}
	if got, want := fault.Hints(err), []string{"grant it", "install it"}; !slices.Equal(got, want) {
		t.Errorf("hints %q, want %q", got, want)
	}
}
