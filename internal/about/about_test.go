package about

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/rubyforgood/hectl/internal/command"
	"github.com/rubyforgood/hectl/internal/console"
	"github.com/rubyforgood/hectl/internal/fault"
)

// run runs a command line of the commands in this package. Tests that call it cannot run in
// parallel, because the library changes its own flags.
func run(t *testing.T, args ...string) (stdout string, err error) {
	t.Helper()
	var out strings.Builder
	env := &command.Env{Console: console.New(console.Options{Stdout: &out, Stderr: t.Output(), Now: time.Now}), Dir: t.TempDir()}
	app := &cli.App{
		Name: "hectl", Commands: Commands(env, command.Build{Version: "1.2", Date: "2026-11-23T08:30:00Z", Go: "go1", Platform: "linux/amd64"}),
		Writer: t.Output(), ErrWriter: t.Output(), ExitErrHandler: func(*cli.Context, error) {},
	}
	err = app.RunContext(context.WithoutCancel(t.Context()), append([]string{"hectl"}, args...))
	return out.String(), err
}

func TestVersion(t *testing.T) {
	for args, want := range map[string]string{
		"version":        "hectl 1.2 go1 linux/amd64\n",
		"version --json": `"version": "1.2"`,
	} {
		if got, err := run(t, strings.Fields(args)...); err != nil || !strings.Contains(got, want) {
			t.Errorf("%s: %q, %v", args, got, err)
		}
	}
}

func TestCompletion(t *testing.T) {
	for shell, want := range map[string]string{"bash": "complete ", "zsh": "compdef", "fish": "complete -c hectl"} {
		if got, err := run(t, "completion", shell); err != nil || !strings.Contains(got, want) {
			t.Errorf("%s: %.200q, %v", shell, got, err)
		}
	}
}

func TestManual(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "man")
	if _, err := run(t, "man", "--output", dir); err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile(filepath.Join(dir, "hectl-version.1"))
	if err != nil || !strings.Contains(string(page), "2026-11-23") || strings.Contains(string(page), "08:30") {
		t.Errorf("%.300s, %v", page, err)
	}
	if _, err := os.Stat(filepath.Join(dir, "hectl-man.1")); !os.IsNotExist(err) {
		t.Errorf("a hidden command has a page: %v", err)
	}
}

func TestMistakes(t *testing.T) {
	for args, want := range map[string]string{
		"version x":         "takes no arguments",
		"completion bash x": "takes no arguments",
		"man":               "--output is missing",
		"man x":             "takes no arguments",
	} {
		if _, err := run(t, strings.Fields(args)...); fault.CodeOf(err) != fault.Usage || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", args, err)
		}
	}
}
