// Package program contains the common parts of the programs in test/: main, the path of
// the hectl under test, and a build of it for their tests.
package program

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"testing"
)

// ErrUsage is the error of a program that has already printed its usage.
var ErrUsage = errors.New("usage")

// Main runs a program with the arguments of the command line, prints its error, and
// returns its exit code. A signal cancels the context; the program then removes
// everything that it started.
func Main(name string, run func(ctx context.Context, args []string) error) (code int) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	err := run(ctx, os.Args[1:])
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
		return 0
	case ctx.Err() != nil:
		fmt.Fprintf(os.Stderr, "\n%s: interrupted; everything it started is removed\n", name)
		return 130
	case errors.Is(err, ErrUsage):
		return 2
	}
	fmt.Fprintf(os.Stderr, "%s: %v\n", name, err)
	return 1
}

// Find returns the absolute path of hectl. If it does not exist, the error names the make
// target that builds it.
func Find(hectl, target string) (string, error) {
	path, err := filepath.Abs(hectl)
	if err == nil {
		_, err = os.Stat(path)
	}
	if err != nil {
		return "", fmt.Errorf("%w (run \"make %s\")", err, target)
	}
	return path, nil
}

// Build builds the packages, or hectl if there are none, and returns their folder.
// It does not use the race detector, which makes each process wait a second before
// it exits.
func Build(t *testing.T, packages ...string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	args := append([]string{"build", "-o", dir + "/", "github.com/rubyforgood/hectl"}, packages...)
	if out, err := exec.CommandContext(t.Context(), "go", args...).CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	return dir
}
