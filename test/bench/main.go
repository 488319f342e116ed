package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"regexp"
	"runtime"
	"strconv"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/rubyforgood/hectl/test/program"
)

func main() {
	os.Exit(program.Main("bench", start))
}

// start runs the bench, or a program that the bench starts as a child.
func start(ctx context.Context, args []string) error {
	if len(args) > 0 {
		switch args[0] {
		case clientArg:
			return client(ctx, args[1:], os.Stdin, os.Stdout)
		case readerArg:
			return readOnly(ctx, args[1:])
		}
	}
	opt, err := parse(args, os.Stderr)
	if err != nil {
		return err
	}
	return bench(ctx, opt, os.Stdout)
}

// options are the parsed flags.
type options struct {
	scale    int // scale of demodata; 0 for no rows at all
	rounds   int
	jobs     int
	tables   int
	only     *regexp.Regexp
	links    []line
	settings map[string]string // settings of Postgres
	json     string
	wait     time.Duration // limit of the wait for a quiet machine before each run
	exclude  bool
	levels   bool
	large    int // hundred thousands of rows of a single table; 0 for none
	keep     bool
	hectl    string // absolute path of the program under test
	self     string // absolute path of the bench, which is also its own child
}

func parse(args []string, stderr io.Writer) (options, error) {
	var opt options
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.SetOutput(stderr)
	size := flags.String("size", "1GB", "size of the database: `BYTES` with a unit, or a scale of demodata; 0 is a schema without rows")
	flags.IntVar(&opt.rounds, "rounds", 3, "runs per contender")
	flags.IntVar(&opt.jobs, "jobs", min(runtime.NumCPU(), 8), "parallel jobs, for every contender that has them")
	flags.IntVar(&opt.tables, "tables", 0, "also fetch a database of `N` small tables")
	only := flags.String("only", "", "run only contenders whose SCENARIO/LINK/CONTENDER matches `REGEXP`, such as fetch/loopback/hectl")
	link := flags.String("link", "both", "link to S3: loopback, shaped (200 Mbit/s and 40 ms), slow (50 Mbit/s and 40 ms), or both of the first two")
	settings := flags.String("settings", "installed", "Postgres settings: installed (the defaults) or throwaway (without fsync, as in tests)")
	flags.DurationVar(&opt.wait, "wait", 10*time.Second, "longest wait before each run for other programs to leave the processors alone")
	flags.StringVar(&opt.json, "json", "", "write all figures to `FILE`")
	flags.BoolVar(&opt.exclude, "exclude", false, "also fetch without the rows of versions and events")
	flags.BoolVar(&opt.levels, "levels", false, "also back up with several levels of compression")
	flags.IntVar(&opt.large, "large", 0, "also read a single table of `N` × 100,000 rows, 30 MB of text each, with 1, 2 and 4 sessions")
	flags.BoolVar(&opt.keep, "keep", false, "keep the servers running at the end, until Ctrl-C")
	hectl := flags.String("hectl", "bin/hectl", "the `PROGRAM` to measure")
	if err := flags.Parse(args); err != nil {
		return opt, errors.Join(program.ErrUsage, err)
	}
	fail := func(format string, args ...any) (options, error) {
		fmt.Fprintf(stderr, "bench: "+format+"\n", args...)
		return opt, program.ErrUsage
	}
	var err error
	if opt.scale, err = parseSize(*size); err != nil {
		return fail("--size %s: %v", *size, err)
	}
	if opt.only, err = regexp.Compile(*only); err != nil {
		return fail("--only: %v", err)
	}
	for _, l := range lines() {
		if l.name == *link || *link == "both" && l.name != "slow" {
			opt.links = append(opt.links, l)
		}
	}
	if opt.links == nil {
		return fail("--link %s: use loopback, shaped, slow or both", *link)
	}
	switch *settings {
	case "installed":
		opt.settings = asInstalled()
	case "throwaway":
	default:
		return fail("--settings %s: use installed or throwaway", *settings)
	}
	if flags.NArg() > 0 || opt.rounds < 1 || opt.jobs < 1 || opt.tables < 0 || opt.large < 0 {
		flags.Usage()
		return opt, program.ErrUsage
	}
	if opt.hectl, err = program.Find(*hectl, "bench"); err != nil {
		return opt, err
	}
	opt.self, err = os.Executable()
	return opt, err
}

// bytesPerScale is the size that one scale of demodata adds to a database.
const bytesPerScale = 72_000_000

// parseSize returns the scale for a size in bytes, or the scale itself.
func parseSize(s string) (scale int, err error) {
	if scale, err = strconv.Atoi(s); err == nil {
		if scale < 0 || scale > 10_000 {
			return 0, errors.New("a number without a unit is a scale: 14 makes about 1 GB")
		}
		return scale, nil
	}
	bytes, err := humanize.ParseBytes(s)
	if err != nil {
		return 0, errors.New("write it like 500MB or 1GB")
	}
	return max(1, int((bytes+bytesPerScale/2)/bytesPerScale)), nil
}

// bench measures the chosen contenders and prints each table once it is complete.
func bench(ctx context.Context, opt options, stdout io.Writer) (err error) {
	w, err := newWorld(ctx, opt)
	defer func() { err = errors.Join(err, w.remove()) }()
	if err != nil {
		return err
	}
	r := report{Machine: w.inspect(ctx), Rounds: opt.rounds, Jobs: opt.jobs}
	r.printHead(stdout)
	for _, sc := range w.scenarios() {
		for _, l := range opt.links {
			rows := sc.chosen(l, opt.only)
			if len(rows) == 0 {
				continue
			}
			result, err := w.measure(ctx, sc, l, rows)
			if err != nil {
				return err
			}
			result.print(stdout)
			r.Results = append(r.Results, result)
		}
	}
	if len(r.Results) == 0 {
		return fmt.Errorf("--only %s: matches no SCENARIO/LINK/CONTENDER", opt.only)
	}
	if opt.json != "" {
		if err := r.write(opt.json); err != nil {
			return err
		}
	}
	if opt.keep {
		fmt.Fprintf(os.Stderr, "running until Ctrl-C: %s and %s (files: %s)\n", w.cluster.URI("postgres"), w.s3.URL, w.dir)
		<-ctx.Done()
	}
	return nil
}
