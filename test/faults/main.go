//go:build linux

package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"syscall"
)

func main() {
	os.Exit(mainCode())
}

// mainCode is main up to the exit, so that what it defers runs.
func mainCode() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	opt, err := parse(os.Args[1:], os.Stderr)
	if err == nil {
		err = begin(ctx, opt, os.Stdout)
	}
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
		return 0
	case ctx.Err() != nil:
		fmt.Fprintln(os.Stderr, "faults: interrupted")
		return 130
	case errors.Is(err, errUsage):
		return 2 // it was said
	}
	fmt.Fprintln(os.Stderr, "faults:", err)
	return 1
}

var errUsage = errors.New("usage")

// options are the flags, checked.
type options struct {
	hectl string // absolute path of the program
	only  *regexp.Regexp
	quick bool
	write string // the document to write the table into; "" for none
	soak  soakOptions
}

func parse(args []string, stderr io.Writer) (opt options, err error) {
	flags := flag.NewFlagSet("faults", flag.ContinueOnError)
	flags.SetOutput(stderr)
	hectl := flags.String("hectl", "bin/hectl", "the `PROGRAM` to break")
	only := flags.String("only", "", "the rows that `REGEXP` matches in COMMAND/FAULT, such as backup/SIGKILL")
	flags.BoolVar(&opt.quick, "quick", false, "what \"make test\" runs: some rows at few points, and a short soak")
	flags.StringVar(&opt.write, "write", "", "write the table into `FILE`, when all of it was played and went well")
	flags.IntVar(&opt.soak.backups, "backups", 0, "in place of the table, `N` backups in a row")
	flags.IntVar(&opt.soak.fetches, "fetches", 0, "and `N` fetches among them")
	flags.Uint64Var(&opt.soak.seed, "seed", 1, "what is done when, and killed when, follows from the `NUMBER`")
	if err := flags.Parse(args); err != nil {
		return opt, errors.Join(errUsage, err)
	}
	if opt.only, err = regexp.Compile(*only); err != nil || flags.NArg() > 0 {
		flags.Usage()
		return opt, errUsage
	}
	if opt.hectl, err = filepath.Abs(*hectl); err == nil {
		_, err = os.Stat(opt.hectl)
	}
	if err != nil {
		return opt, fmt.Errorf("%w (run \"make faults\")", err)
	}
	return opt, nil
}

// begin plays the table, or soaks.
func begin(ctx context.Context, opt options, stdout io.Writer) (err error) {
	rehearsals := 3
	if opt.quick {
		rehearsals, opt.soak = 1, soakOptions{backups: 6, fetches: 2, seed: opt.soak.seed}
	}
	w, err := newWorld(ctx, opt.hectl, rehearsals)
	defer func() { err = errors.Join(err, w.remove()) }()
	if err != nil {
		return err
	}
	fmt.Fprintf(stdout, "undisturbed, a backup takes %s and a fetch %s; faults come at shares of that\n\n",
		w.takes[backup].Round(1e6), w.takes[fetch].Round(1e6))
	if opt.soak.backups > 0 && !opt.quick {
		return w.soak(ctx, opt.soak, stdout)
	}
	var chosen []row
	for _, r := range rows() {
		if opt.quick {
			r.points = min(r.points, 3)
		}
		if opt.only.MatchString(r.command+"/"+r.fault) && (r.quick || !opt.quick) {
			chosen = append(chosen, r)
		}
	}
	if len(chosen) == 0 {
		return fmt.Errorf("--only %s: it matches no COMMAND/FAULT", opt.only)
	}
	wrong, err := w.table(ctx, chosen, stdout)
	switch {
	case err != nil:
		return err
	case wrong > 0:
		return fmt.Errorf("%d of %d rows are not as they should be", wrong, len(chosen))
	}
	fmt.Fprintf(stdout, "%d rows, all as they should be\n", len(chosen))
	if opt.quick {
		return w.soak(ctx, opt.soak, stdout)
	}
	if opt.write != "" && len(chosen) == len(rows()) {
		return writeTable(opt.write)
	}
	return nil
}

// table plays rows one after the other, those that mostly wait beside them, and
// returns in how many something was wrong.
func (w *world) table(ctx context.Context, chosen []row, stdout io.Writer) (wrong int, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	type played struct {
		verdict
		err error
	}
	verdicts := make(chan played)
	play := func(aside bool) {
		for i, r := range chosen {
			if r.aside != aside {
				continue
			}
			v, err := w.play(ctx, r, fmt.Sprintf("row%02d", i+1))
			verdicts <- played{v, err}
		}
	}
	go play(true)
	go play(false)
	for range chosen {
		v := <-verdicts
		if v.err != nil {
			if err == nil {
				err = fmt.Errorf("%s, %s: %w", v.row.command, v.row.fault, v.err)
			}
			cancel() // the other rows end, too
			continue
		}
		fmt.Fprintln(stdout, v)
		if len(v.wrong) > 0 {
			wrong++
		}
	}
	return wrong, err
}
