// Gotest runs "go test" with its arguments and prints the same output, but fails if a
// test is skipped. Tests skip themselves if a program is missing; CI and "make test" must
// not skip any. The last line counts the tests: "12 passed, 0 failed, 0 skipped".
package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"
)

func main() {
	os.Exit(mainCode())
}

// mainCode is main without the exit, so that deferred calls run.
func mainCode() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "gotest:", err)
		return 1
	}
	return 0
}

func run(ctx context.Context, args []string) error {
	// An interrupted go test waits for its test binaries, which need time to stop their
	// servers.
	cmd := exec.CommandContext(ctx, "go", append([]string{"test", "-json"}, args...)...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = time.Minute
	cmd.Env = append(os.Environ(), "GORACE="+raceOptions(os.Getenv("GORACE")), dirVariable+"="+clustersDir())
	cmd.Stderr = os.Stderr
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	r := newReport(os.Stdout)
	r.verbose = slices.Contains(args, "-v")
	readErr := r.read(stdout)
	waitErr := cmd.Wait()
	r.finish()
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("interrupted")
	case waitErr != nil:
		return fmt.Errorf("go test: %w", waitErr)
	case readErr != nil:
		return fmt.Errorf("read the output of go test: %w", readErr)
	case r.failed > 0:
		return fmt.Errorf("%d tests failed", r.failed)
	case r.skipped > 0:
		return fmt.Errorf("%d tests were skipped: install the missing programs (script/setup, make bin/versitygw)", r.skipped)
	case r.passed == 0:
		return fmt.Errorf("no test ran")
	}
	return nil
}

// raceOptions returns options of the race detector. By default, every process sleeps
// for a second before it exits, so that other threads can finish their reports.
func raceOptions(given string) string {
	return strings.TrimSpace("atexit_sleep_ms=20 " + given)
}
