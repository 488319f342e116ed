//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/rubyforgood/hectl/test/s3test"
)

// The commands under test.
const (
	backup = "backup"
	fetch  = "fetch-latest-db"
)

// leftovers are the things that a fault may leave for the next run to clean up.
type leftovers int

const (
	tempDatabase leftovers = 1 << iota // named in the message; the next fetch drops and reports it
	openUpload                         // named in the message; prune --uploads aborts it after a day
	tempFiles                          // the next fetch removes and reports them
)

// row is a line of the table: a command, a fault, and the allowed results.
type row struct {
	command string
	fault   string
	points  int    // number of points of the run at which the fault strikes; 0 for once
	codes   []int  // allowed exit codes, the usual one first
	said    string // text that the message must contain with the first code
	outcome string // outcome for the table, in addition to the results that all rows share
	leaves  leftovers

	quick  bool // selected by "make test"
	own    bool // has its own servers
	disk   bool // also has a small disk for the local server
	aside  bool // mostly waits, so it runs in parallel with the others
	spoils bool // the fault changes the bucket
	whole  bool // the whole dump is restored, despite the snapshot
	dumps  int  // number of dumps after exit 0; 0 means 1

	args []string // more arguments for hectl
	// before prepares the fault. The start of every try undoes it.
	before func(ctx context.Context, t *try) error
	// strike makes the fault happen at the point of the run.
	strike func(ctx context.Context, t *try, r *running) error
	// atStep makes the fault happen at the step that the point selects. backend is the
	// process ID of the session that sent the statement, 0 at a download.
	atStep func(ctx context.Context, t *try, r *running, backend int) error
	steps  []step
	// instead replaces everything above, for rows with more than one run.
	instead func(ctx context.Context, t *try) (outcome, error)
	// mend repairs the servers.
	mend func(ctx context.Context, t *try) error
}

// try is one run of a row.
type try struct {
	*place
	row     row
	n       int    // number of the point, from 0
	label   string // label of the dumps that a backup makes
	started []*running
	begun   chan *running // receives the first run
	rules   []*s3test.Rule
	struck  *atomic.Bool  // the fault of a step has begun
	over    chan struct{} // closed when that fault is over
	failed  error         // error of that fault
}

// at returns when the fault strikes. Points are spread evenly over the run, away from
// its ends.
func (t *try) at() time.Duration {
	return time.Duration(t.share() * float64(t.takes[t.row.command]))
}

// share returns the time of at as a share of the run, 0 to 1.
func (t *try) share() float64 { return (float64(t.n) + 0.5) / float64(max(t.row.points, 1)) }

// do runs hectl and makes the fault happen.
func (t *try) do(ctx context.Context) (outcome, error) {
	if t.row.before != nil {
		if err := t.row.before(ctx, t); err != nil {
			return outcome{}, err
		}
	}
	if t.row.steps != nil {
		t.arm(ctx)
	}
	if t.row.instead != nil {
		return t.row.instead(ctx, t)
	}
	start := time.Now()
	r, err := t.hectlStart(t.row.args...)
	if err != nil {
		return outcome{}, err
	}
	if t.row.strike != nil {
		if t.row.points > 0 {
			select {
			case <-time.After(t.at()):
			case <-r.done:
			}
		}
		if err := t.row.strike(ctx, t, r); err != nil {
			r.signal(9)
			<-r.done
			return outcome{}, err
		}
	}
	o, err := r.wait(ctx, start)
	t.target.strikeAt(nil)
	if t.struck.Load() {
		<-t.over
	}
	return o, err
}

// hectlStart starts the row's command.
func (t *try) hectlStart(more ...string) (*running, error) {
	args := t.arguments(t.row.command)
	if t.row.command == backup {
		args = append(args, "--env", t.label)
	}
	r, err := t.start(t.hectl, append(args, more...)...)
	if err != nil {
		return nil, err
	}
	t.started = append(t.started, r)
	select {
	case t.begun <- r:
	default:
	}
	return r, nil
}

// verdict is the result of a row.
type verdict struct {
	row     row
	endings map[string]int // number of runs by result
	wrong   []string
	took    time.Duration
}

// play runs all tries of a row.
func (w *world) play(ctx context.Context, r row, name string) (v verdict, err error) {
	start := time.Now()
	v = verdict{row: r, endings: map[string]int{}}
	defer func() { v.took = time.Since(start) }()
	c := w.shared
	if r.own {
		disk := ""
		if r.disk {
			if disk, err = os.MkdirTemp("/tmp", diskPrefix); err != nil {
				return v, err
			}
			if err := mount(disk, serverDisk); err != nil {
				return v, errors.Join(err, os.Remove(disk))
			}
			defer func() { err = errors.Join(err, unmount(disk), os.Remove(disk)) }()
		}
		if c, err = newClusters(ctx, disk); err != nil {
			return v, err
		}
		defer func() { err = errors.Join(err, c.stop()) }()
	}
	p, err := w.place(ctx, name, c)
	if err != nil {
		return v, err
	}
	defer func() { err = errors.Join(err, p.remove()) }()
	var t *try
	for n := range max(r.points, 1) {
		t = &try{place: p, row: r, n: n, label: fmt.Sprintf("p%02d", n+1), begun: make(chan *running, 1), struck: &atomic.Bool{}, over: make(chan struct{})}
		if n == 0 || r.command != backup {
			if err := p.prepare(ctx, r.command); err != nil {
				return v, err
			}
		}
		p.source.mend()
		p.target.mend()
		o, err := t.do(ctx)
		if ctx.Err() != nil {
			return v, ctx.Err()
		}
		p.proxy.Reset()
		p.source.mend()
		p.target.mend()
		if r.mend != nil {
			err = errors.Join(err, r.mend(ctx, t))
		}
		if err != nil {
			v.wrong = append(v.wrong, fmt.Sprintf("%s: %v", t, err))
			continue
		}
		ending, wrong := t.judge(ctx, o)
		// The next run cleans up leftovers at once. Without leftovers, once per row is
		// enough.
		if r.command == refresh || strings.Contains(ending, "temp") || n == max(r.points, 1)-1 || r.leaves&tempFiles != 0 {
			wrong = append(wrong, t.next(ctx)...)
		}
		v.endings[codeName(o.code)+": "+ending]++
		for _, text := range wrong {
			v.wrong = append(v.wrong, fmt.Sprintf("%s: %s\n      %s", t, text, tail(o.stderr)))
		}
	}
	if r.command == backup {
		v.wrong = append(v.wrong, t.finish(ctx)...)
	}
	return v, nil
}

// String names the try.
func (t *try) String() string {
	switch {
	case t.row.points == 0:
		return "once"
	case t.row.steps != nil:
		return t.step().name
	}
	return fmt.Sprintf("point %d, at %d %% of the run", t.n+1, int(100*t.share()))
}

func codeName(code int) string {
	if code == killed {
		return "killed"
	}
	return fmt.Sprint(code)
}

// String renders a line of progress, with everything that is wrong below it.
func (v verdict) String() string {
	var b strings.Builder
	mark := "ok   "
	if len(v.wrong) > 0 {
		mark = "WRONG"
	}
	fmt.Fprintf(&b, "%s %-26s %s (%.0f s)\n", mark, v.row.command, v.row.fault, v.took.Seconds())
	for _, ending := range sortedKeys(v.endings) {
		fmt.Fprintf(&b, "      %2d × %s\n", v.endings[ending], ending)
	}
	for _, text := range v.wrong {
		fmt.Fprintf(&b, "    - %s\n", text)
	}
	return b.String()
}

func sortedKeys(m map[string]int) []string { return slices.Sorted(maps.Keys(m)) }
