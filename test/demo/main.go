// Demo shows hectl at work: it starts two throwaway Postgres clusters and an S3
// server, fills "production" with made-up rows, runs the real hectl backup and
// hectl fetch-latest-db, and compares the two databases.
//
// Everything it starts is gone when it ends, also after Ctrl-C. "make demo"
// builds what it needs.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

func main() {
	os.Exit(mainCode())
}

// mainCode is main up to the exit, so that what it defers runs.
func mainCode() int {
	picture := flag.String("still", "", "also write what hectl fetch-latest-db prints to `FILE`, as an SVG")
	scale := flag.Int("scale", 3, "how much `data`: 1 makes 260,000 rows and 89 MB, 14 makes 1 GB")
	flag.Parse()
	if flag.NArg() > 0 || *scale < 1 {
		flag.Usage()
		return 2
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	var record *strings.Builder
	if *picture != "" {
		record = &strings.Builder{}
	}
	err := run(ctx, "bin/hectl", *scale, record)
	if err == nil && record != nil {
		err = writeStill(*picture, fetchCommand, record.String())
	}
	switch {
	case ctx.Err() != nil:
		fmt.Println("\ninterrupted: all that was started is gone")
		return 130
	case err != nil:
		fmt.Fprintln(os.Stderr, "demo:", err)
		return 1
	}
	return 0
}

// fetchCommand is what the still shows.
const fetchCommand = "hectl fetch-latest-db"

// run plays the demo with the program. What the fetch prints goes to record, too,
// unless that is nil.
func run(ctx context.Context, program string, scale int, record *strings.Builder) (err error) {
	hectl, err := filepath.Abs(program)
	if err != nil {
		return err
	}
	if _, err := os.Stat(hectl); err != nil {
		return fmt.Errorf("%w (run \"make demo\")", err)
	}

	title("Two throwaway Postgres clusters and an S3 server, on this machine")
	w, err := newWorld(ctx, scale)
	defer func() { err = errors.Join(err, w.remove()) }()
	if err != nil {
		return err
	}

	title("On the production host, every 4 hours")
	source := "HECTL_SOURCE=" + w.production.URI(productionDB)
	bucket := "HECTL_BUCKET=s3://" + bucketName
	if err := w.hectl(ctx, hectl, []string{source, bucket}, nil, "backup"); err != nil {
		return err
	}

	title("On a laptop, whenever a developer likes")
	target := fmt.Sprintf("HECTL_TARGET=postgres://%s@%s:%d/%s", developer, w.local.Host(), w.local.Port(), localDB)
	if err := w.hectl(ctx, hectl, []string{target, bucket}, record, "fetch-latest-db"); err != nil {
		return err
	}

	title("What is where now")
	return w.compare(ctx)
}

func title(text string) { fmt.Printf("\n── %s\n\n", text) }

// hectl runs the program as a user would, with its settings in the environment
// and nothing of the caller's own settings.
func (w *world) hectl(ctx context.Context, program string, settings []string, record *strings.Builder, args ...string) error {
	for _, s := range settings {
		fmt.Println("$ export", s)
	}
	fmt.Print("$ hectl")
	for _, a := range args {
		fmt.Print(" ", a)
	}
	fmt.Println()

	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir = w.dir
	cmd.Env = append(cleanEnviron(), append(settings, w.s3.Env()...)...)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	if record != nil {
		both := io.MultiWriter(os.Stdout, record) // in the order in which it comes
		cmd.Stdout, cmd.Stderr = both, both
	}
	// hectl tidies up after SIGINT; the terminal may have sent it one already.
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 15 * time.Second
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("hectl %s: %w", args[0], err)
	}
	return nil
}

// cleanEnviron is what a child needs to find programs and the terminal.
func cleanEnviron() []string {
	var kept []string
	for _, name := range []string{"PATH", "HOME", "TERM", "LANG", "LC_ALL", "COLUMNS", "NO_COLOR", "TMPDIR"} {
		if value, ok := os.LookupEnv(name); ok {
			kept = append(kept, name+"="+value)
		}
	}
	return kept
}
