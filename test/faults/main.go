//go:build linux

package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"regexp"

	"github.com/rubyforgood/hectl/test/program"
)

func main() {
	os.Exit(program.Main("faults", start))
}

func start(ctx context.Context, args []string) error {
	opt, err := parse(args, os.Stderr)
	if err != nil {
		return err
	}
	return begin(ctx, opt, os.Stdout)
}

// options are the parsed flags.
type options struct {
	hectl string // absolute path of the program under test
	only  *regexp.Regexp
	quick bool
	write string // the document to write the table into; "" for none
	soak  soakOptions
}

func parse(args []string, stderr io.Writer) (opt options, err error) {
	flags := flag.NewFlagSet("faults", flag.ContinueOnError)
	flags.SetOutput(stderr)
	hectl := flags.String("hectl", "bin/hectl", "the `PROGRAM` to break")
	only := flags.String("only", "", "play only rows whose COMMAND/FAULT matches `REGEXP`, such as backup/SIGKILL")
	flags.BoolVar(&opt.quick, "quick", false, "play the selection of \"make test\": some rows at few points, and a short soak")
	flags.StringVar(&opt.write, "write", "", "write the table to `FILE` if every row was played and passed")
	flags.IntVar(&opt.soak.backups, "backups", 0, "instead of the table, make `N` backups in a row")
	flags.IntVar(&opt.soak.fetches, "fetches", 0, "and `N` fetches among them")
	flags.Uint64Var(&opt.soak.seed, "seed", 1, "`NUMBER` that decides the order of runs and when they are killed")
	if err := flags.Parse(args); err != nil {
		return opt, errors.Join(program.ErrUsage, err)
	}
	if opt.only, err = regexp.Compile(*only); err != nil || flags.NArg() > 0 {
		flags.Usage()
		return opt, program.ErrUsage
	}
	opt.hectl, err = program.Find(*hectl, "faults")
	return opt, err
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
	fmt.Fprintf(stdout, "without faults, a backup takes %s and a fetch %s; faults strike at fractions of that\n\n",
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
		return fmt.Errorf("--only %s: matches no COMMAND/FAULT", opt.only)
	}
	wrong, err := w.table(ctx, chosen, stdout)
	switch {
	case err != nil:
		return err
	case wrong > 0:
		return fmt.Errorf("%d of %d rows failed", wrong, len(chosen))
	}
	fmt.Fprintf(stdout, "%d rows passed\n", len(chosen))
	if opt.quick {
		return w.soak(ctx, opt.soak, stdout)
	}
	if opt.write != "" && len(chosen) == len(rows()) {
		return writeTable(opt.write)
	}
	return nil
}

// table plays rows one after the other. Rows that mostly wait run in parallel with them.
// It returns the number of rows that failed.
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
			cancel() // ends the other rows
			continue
		}
		fmt.Fprintln(stdout, v)
		if len(v.wrong) > 0 {
			wrong++
		}
	}
	return wrong, err
}
