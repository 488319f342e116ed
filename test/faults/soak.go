//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"syscall"
	"time"
)

// soakOptions are the length and the seed of a soak.
type soakOptions struct {
	backups, fetches int
	seed             uint64
}

// between is the time between two backups, by hectl's clock.
const between = 4 * time.Hour

// soak runs backups with --prune and fetches in a row, and kills a third of them at
// random. At the end, everything must be in order. Each backup advances the clock by
// 4 hours, so that there is something to prune.
func (w *world) soak(ctx context.Context, opt soakOptions, stdout io.Writer) (err error) {
	fmt.Fprintf(stdout, "soak: %d backups, %d fetches, seed %d\n", opt.backups, opt.fetches, opt.seed)
	p, err := w.place(ctx, "soak", w.shared)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.remove()) }()
	if err := p.prepare(ctx, fetch); err != nil {
		return err
	}
	if err := p.fill(ctx, nil); err != nil {
		return err
	}
	s := soaking{place: p, random: rand.New(rand.NewPCG(opt.seed, 0)), endings: map[string]int{}}
	jobs := slices.Concat(slices.Repeat([]string{backup}, opt.backups), slices.Repeat([]string{fetch}, opt.fetches))
	s.random.Shuffle(len(jobs), func(i, j int) { jobs[i], jobs[j] = jobs[j], jobs[i] })
	jobs = slices.Concat([]string{backup}, jobs) // the first fetch needs a dump
	for i, command := range jobs {
		if err := s.step(ctx, command, i > 0); err != nil {
			return fmt.Errorf("run %d, %s: %w", i+1, command, err)
		}
		if i%20 == 19 {
			fmt.Fprintf(stdout, "  %d of %d\n", i+1, len(jobs))
		}
	}
	for _, ending := range sortedKeys(s.endings) {
		fmt.Fprintf(stdout, "  %3d × %s\n", s.endings[ending], ending)
	}
	return s.settle(ctx, stdout)
}

type soaking struct {
	*place
	random  *rand.Rand
	endings map[string]int
	memory  []int64 // peak memory of successful backups, in order
	files   []int64
	last    *running
}

// step makes one run.
func (s *soaking) step(ctx context.Context, command string, mayKill bool) error {
	args := []string{"fetch-latest-db"}
	if command == backup {
		s.clock += between
		args = append(s.arguments(backup), "--prune", "--keep-last", "3", "--keep-daily", "4", "--keep-weekly", "2")
	}
	start := time.Now()
	r, err := s.start(s.clocked, args...)
	if err != nil {
		return err
	}
	s.last = r
	strike := []syscall.Signal{syscall.SIGKILL, syscall.SIGTERM, syscall.SIGINT}[s.random.IntN(3)]
	at, hit := time.Duration(s.random.Float64()*1.1*float64(s.takes[command])), s.random.IntN(3) == 0
	if hit && mayKill {
		timer := time.AfterFunc(at, func() { r.signal(strike) })
		defer timer.Stop()
	}
	o, err := r.wait(ctx, start)
	if err != nil {
		return err
	}
	s.endings[command+": "+codeName(o.code)]++
	right := []int{0}
	if hit && mayKill {
		right = []int{0, 130, killed}
	}
	if !slices.Contains(right, o.code) {
		return fmt.Errorf("exit code %d:\n%s", o.code, o.stderr)
	}
	if command == backup && o.code == 0 {
		s.memory, s.files = append(s.memory, o.memory), append(s.files, o.files)
	}
	if command == fetch && o.code == 0 {
		if now, err := contents(ctx, s.local, targetDB); err != nil || now != s.fetched {
			return fmt.Errorf("the target differs from the dump: %w", err)
		}
	}
	return nil
}

// settle checks the final state.
func (s *soaking) settle(ctx context.Context, stdout io.Writer) error {
	var wrong []string
	complain := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	// Run each command once more without a kill, like the next scheduled run.
	for _, command := range []string{backup, fetch} {
		if err := s.step(ctx, command, false); err != nil {
			return err
		}
	}
	s.clock += 25 * time.Hour
	if o, err := s.runProgram(ctx, s.clocked, "prune", "--uploads"); err != nil || o.code != 0 {
		complain("prune --uploads: exit code %d, %v\n%s", o.code, err, tail(o.stderr))
	}
	if uploads, err := s.s3.Uploads(ctx, s.bucket); err != nil || len(uploads) > 0 {
		complain("%d uploads are open, %v", len(uploads), err)
	}
	objects, err := s.s3.Objects(ctx, s.bucket)
	if err != nil {
		return err
	}
	dumps, manifests := 0, 0
	for _, obj := range objects {
		switch {
		case strings.HasPrefix(obj.Key, "manifests/"+label+"-"):
			manifests++
		case strings.HasPrefix(obj.Key, "backups/"+label+"-"):
			dumps++
			o, err := s.runProgram(ctx, s.clocked, "verify", "--restore", obj.Key)
			if err != nil || o.code != 0 {
				complain("verify --restore %s: exit code %d, %v\n%s", obj.Key, o.code, err, tail(o.stderr))
			}
		default:
			complain("the bucket holds %s", obj.Key)
		}
	}
	if manifests > dumps {
		complain("%d manifests for %d dumps", manifests, dumps)
	}
	if names := s.databases(ctx); !slices.Equal(names, []string{targetDB, targetDB + "_previous"}) {
		complain("the databases are %q", names)
	}
	if files, err := os.ReadDir(s.tmp); err != nil || len(files) > 0 {
		complain("left in TMPDIR: %v %v", files, err)
	}
	t := try{place: s.place, started: []*running{s.last}}
	if rest := t.left(ctx); rest != "" {
		complain("%s", rest)
	}
	flat := func(what string, figures []int64) {
		n := len(figures) / 4
		if n < 5 {
			return // too few to compare
		}
		first, last := slices.Max(figures[:n]), slices.Max(figures[len(figures)-n:])
		fmt.Fprintf(stdout, "  peak %s of a backup: %d in the first quarter, %d in the last\n", what, first, last)
		if float64(last) > 1.3*float64(first) {
			complain("%s: %d in the first quarter, %d in the last", what, first, last)
		}
	}
	flat("memory in bytes", s.memory)
	flat("open descriptors", s.files)
	if len(wrong) > 0 {
		return errors.New(strings.Join(wrong, "\n"))
	}
	fmt.Fprintf(stdout, "  %d dumps, all restored; no open upload, temp database, file, session or process is left\n", dumps)
	return nil
}
