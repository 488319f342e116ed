package snapshot

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/rubyforgood/hectl/internal/command"
	"github.com/rubyforgood/hectl/internal/console"
	"github.com/rubyforgood/hectl/internal/fault"
)

// A mistake in the names is found before any server is contacted.
func TestNamesOnTheCommandLine(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		args []string
		want string
	}{
		{[]string{"save"}, "snapshot save takes 1 argument, but was given 0"},
		{[]string{"save", "a", "b"}, "but was given 2"},
		{[]string{"list", "a"}, "snapshot list takes 0 arguments, but was given 1"},
		{[]string{"rename", "a"}, "snapshot rename takes 2 arguments, but was given 1"},
		{[]string{"delete"}, "but was given 0"},
		{[]string{"save", "a b"}, "cannot be the name of a snapshot"},
		{[]string{"save", ".hidden"}, "cannot be the name of a snapshot"},
		{[]string{"save", strings.Repeat("x", 61)}, "cannot be the name of a snapshot"},
		{[]string{"delete", "a", "b;"}, "b; cannot be the name of a snapshot"},
		{[]string{"rename", "a", ""}, "cannot be the name of a snapshot"},
	} {
		env := &command.Env{Console: console.New(console.Options{Stdout: t.Output(), Stderr: t.Output(), Now: time.Now}), Dir: t.TempDir()}
		app := &cli.App{Name: "hectl", Commands: []*cli.Command{Command(env)}, Writer: t.Output(), ErrWriter: t.Output(), ExitErrHandler: func(*cli.Context, error) {}}
		err := app.RunContext(context.WithoutCancel(t.Context()), append([]string{"hectl", "snapshot"}, tt.args...))
		if fault.CodeOf(err) != fault.Usage || !strings.Contains(strings.ReplaceAll(err.Error(), `"`, ""), tt.want) {
			t.Errorf("%q: %v", tt.args, err)
		}
	}
}
