// Demo shows hectl at work: it starts two throwaway Postgres clusters and an S3
// server, fills "production" with fake data, runs the real hectl backup and
// hectl fetch-latest-db, and compares the two databases.
//
// It removes everything it started, even after Ctrl-C. "make demo" builds the programs.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/rubyforgood/hectl/test/program"
)

func main() {
	os.Exit(program.Main("demo", start))
}

func start(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("demo", flag.ContinueOnError)
	picture := flags.String("still", "", "also write what hectl fetch-latest-db prints to `FILE`, as an SVG")
	scale := flags.Int("scale", 3, "how much `data`: 1 makes 260,000 rows and 89 MB, 14 makes 1 GB")
	if err := flags.Parse(args); err != nil {
		return errors.Join(program.ErrUsage, err)
	}
	if flags.NArg() > 0 || *scale < 1 {
		flags.Usage()
		return program.ErrUsage
	}
	hectl, err := program.Find("bin/hectl", "demo")
	if err != nil {
		return err
	}
	if *picture == "" {
		return run(ctx, hectl, *scale, nil)
	}
	var record strings.Builder
	if err := run(ctx, hectl, *scale, &record); err != nil {
		return err
	}
	return writeStill(*picture, fetchCommand, record.String())
}

// fetchCommand is the command in the still.
const fetchCommand = "hectl fetch-latest-db"

// run plays the demo with the program hectl. If record is not nil, it also receives
// the output of the fetch.
func run(ctx context.Context, hectl string, scale int, record *strings.Builder) (err error) {
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

	title("On a laptop, when a developer wants fresh data")
	target := fmt.Sprintf("HECTL_TARGET=postgres://%s@%s:%d/%s", developer, w.local.Host(), w.local.Port(), localDB)
	if err := w.hectl(ctx, hectl, []string{target, bucket}, record, "fetch-latest-db"); err != nil {
		return err
	}

	title("What the two databases hold now")
	return w.compare(ctx)
}

func title(text string) { fmt.Printf("\n── %s\n\n", text) }

// hectl runs the program as a user would, with its settings in the environment and
// without the caller's own settings.
func (w *world) hectl(ctx context.Context, path string, settings []string, record *strings.Builder, args ...string) error {
	for _, s := range settings {
		fmt.Println("$ export", s)
	}
	fmt.Print("$ hectl")
	for _, a := range args {
		fmt.Print(" ", a)
	}
	fmt.Println()

	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Dir = w.dir
	cmd.Env = append(cleanEnviron(), append(settings, w.s3.Env()...)...)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	if record != nil {
		both := io.MultiWriter(os.Stdout, record) // one writer keeps the order of the output
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

// cleanEnviron returns the variables that a child needs to find programs and the
// terminal.
func cleanEnviron() []string {
	var kept []string
	for _, name := range []string{"PATH", "HOME", "TERM", "LANG", "LC_ALL", "COLUMNS", "NO_COLOR", "TMPDIR"} {
		if value, ok := os.LookupEnv(name); ok {
			kept = append(kept, name+"="+value)
		}
	}
	return kept
}
