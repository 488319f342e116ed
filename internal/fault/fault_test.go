package fault

import (
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestCodeOf(t *testing.T) {
	denied := New(Denied, "log in", "list bucket: %w", errors.New("403"))
	for _, tt := range []struct {
		name string
		err  error
		want Code
	}{
		{"nil", nil, Done},
		{"plain", errors.New("x"), Failed},
		{"fault", denied, Denied},
		{"wrapped", fmt.Errorf("backup: %w", denied), Denied},
		{"outermost wins", Wrap(Interrupted, "", denied), Interrupted},
		{"joined", errors.Join(errors.New("a"), denied), Denied},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := CodeOf(tt.err); got != tt.want {
				t.Errorf("CodeOf = %d, want %d", got, tt.want)
			}
		})
	}
}

func TestHintsOutermostFirstAndOnce(t *testing.T) {
	err := errors.Join(
		New(Denied, "log in", "a"),
		New(Usage, "read the help", "b: %w", New(Denied, "log in", "c")),
	)
	if diff := cmp.Diff([]string{"log in", "read the help"}, Hints(err)); diff != "" {
		t.Error(diff)
	}
}

func TestWrapNil(t *testing.T) {
	if Wrap(Failed, "hint", nil) != nil {
		t.Error("Wrap(nil) is not nil")
	}
}

func TestCommand(t *testing.T) {
	for hint, want := range map[string]string{
		`run "aws sso login --profile he"`: "aws sso login --profile he",
		`run "a" or "b"`:                   "",
		`run "a`:                           "",
		`log in with "a"`:                  "",
		"":                                 "",
	} {
		if got := Command(hint); got != want {
			t.Errorf("%q: got %q, want %q", hint, got, want)
		}
	}
}
