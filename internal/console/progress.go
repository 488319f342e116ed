package console

import (
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/schollz/progressbar/v3"
)

// Unit is the unit in which a Progress counts.
type Unit int

// Units.
const (
	Bytes Unit = iota
	Steps
)

const (
	redrawEvery = 200 * time.Millisecond // interval on a terminal; the elapsed time shows that work continues
	lineEvery   = 30 * time.Second       // if standard error is not a terminal

	labelWidth  = 22 // columns; the other columns of barColumns are for bar, amount, rate and time
	barColumns  = 80 // a narrower terminal gets the status in place of a bar
	wideColumns = 92 // on a wider terminal, the label grows and the bar stays at 24 columns
	minColumns  = 30 // a narrower terminal gets a line from time to time
)

// Progress shows the progress of a task: a bar on a terminal, a shorter line on a narrow
// one, elsewhere a line from time to time. Its methods are safe for concurrent use. Call
// Done at the end.
type Progress struct {
	c     *Console
	unit  Unit
	total int64 // -1 if not known
	start time.Time
	n     atomic.Int64

	label string

	mu   sync.Mutex
	jobs []string // oldest first

	bar   *progressbar.ProgressBar // nil unless it is redrawn in place; guarded by c.mu
	stop  chan struct{}
	done  sync.WaitGroup
	close sync.Once
}

// Progress starts to show a task of total units, -1 if the total is not known. At most
// one Progress is shown at a time.
func (c *Console) Progress(label string, unit Unit, total int64) *Progress {
	p := &Progress{c: c, unit: unit, total: total, start: c.Now(), label: label, stop: make(chan struct{})}
	if c.quiet {
		return p
	}
	every := lineEvery
	if c.terminal && c.log == nil && c.columns() >= minColumns {
		every = redrawEvery
		c.mu.Lock()
		p.bar = p.newBar()
		c.bar = p
		p.draw()
		c.mu.Unlock()
	}
	p.done.Go(func() { p.run(every) })
	return p
}

// Add counts n more units.
func (p *Progress) Add(n int64) { p.n.Add(n) }

// Job shows the name of a parallel job until done is called. The names of running jobs
// replace the label.
func (p *Progress) Job(name string) (done func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.jobs = append(p.jobs, name)
	return func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		i := slices.Index(p.jobs, name)
		p.jobs = slices.Delete(p.jobs, i, i+1)
	}
}

// task returns the names of the running jobs, or the label.
func (p *Progress) task() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.jobs) > 0 {
		return strings.Join(p.jobs, ", ")
	}
	return p.label
}

// elapsed returns the time since the task started.
func (p *Progress) elapsed() time.Duration { return p.c.Now().Sub(p.start) }

// Step is a task whose Progress ended.
type Step struct {
	Label string
	Start time.Time
	Took  time.Duration
}

// Steps returns the tasks that ended so far, in the order in which they ended.
func (c *Console) Steps() []Step {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.steps)
}

// Done removes the bar from the screen. It can be called more than once.
func (p *Progress) Done() {
	p.close.Do(func() {
		close(p.stop)
		p.done.Wait()
		p.c.mu.Lock()
		defer p.c.mu.Unlock()
		p.c.steps = append(p.c.steps, Step{p.label, p.start, p.elapsed()})
		if p.c.bar == p {
			p.clear()
			p.c.bar = nil
		}
	})
}

func (p *Progress) run(every time.Duration) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-p.stop:
			return
		case <-tick.C:
		}
		if p.bar == nil {
			p.c.talk(slog.LevelInfo, p.status(), p.record())
			continue
		}
		p.c.mu.Lock()
		if p.c.bar == p {
			p.draw()
		}
		p.c.mu.Unlock()
	}
}

func (p *Progress) newBar() *progressbar.ProgressBar {
	options := []progressbar.Option{
		progressbar.OptionSetWriter(p.c.opt.Stderr),
		progressbar.OptionUseANSICodes(true),
		progressbar.OptionSetWidth(max(12, min(24, p.c.columns()-68))),
		progressbar.OptionSetPredictTime(p.total > 0),
		progressbar.OptionSetElapsedTime(true),
		progressbar.OptionSpinnerType(14),
		progressbar.OptionSetSpinnerChangeInterval(0), // run draws, so no goroutine is needed
		progressbar.OptionThrottle(0),
		progressbar.OptionSetTheme(progressbar.Theme{Saucer: "=", SaucerHead: ">", SaucerPadding: " ", BarStart: "[", BarEnd: "]"}),
	}
	if p.unit == Bytes {
		options = append(options, progressbar.OptionShowBytes(true), progressbar.OptionShowTotalBytes(true))
	}
	if p.unit == Bytes || p.total >= 0 {
		options = append(options, progressbar.OptionShowCount())
	}
	return progressbar.NewOptions64(p.total, options...)
}

// draw draws the bar. The caller holds c.mu. The terminal may have been resized since the
// last call: a line wider than the terminal would stay on the screen at each redraw. An
// error of the terminal does not fail the task.
func (p *Progress) draw() {
	if width := p.c.columns(); width < barColumns {
		_, _ = io.WriteString(p.c.opt.Stderr, "\r"+p.narrow(width-1)+"\x1b[0K")
		return
	}
	n := p.n.Load()
	if p.total >= 0 {
		n = min(n, p.total)
	}
	p.bar.Describe(fit(p.task(), labelWidth+max(0, p.c.columns()-wideColumns)))
	_ = p.bar.Set64(n)
}

// clear removes the bar. The caller holds c.mu.
func (p *Progress) clear() { _, _ = io.WriteString(p.c.opt.Stderr, "\x1b[2K\r") }

// status returns the progress line that replaces a bar.
func (p *Progress) status() string {
	return p.task() + ": " + strings.Join(p.amounts(), "")
}

// record returns the attributes of a progress record.
func (p *Progress) record() slog.Attr {
	attrs := []slog.Attr{slog.String("of", p.task()), slog.Float64("seconds", p.elapsed().Seconds())}
	count, total := "bytes", "bytes_total"
	if p.unit == Steps {
		count, total = "steps", "steps_total"
	}
	attrs = append(attrs, slog.Int64(count, p.n.Load()))
	if p.total >= 0 {
		attrs = append(attrs, slog.Int64(total, p.total))
	}
	return slog.GroupAttrs("progress", attrs...)
}

// narrow returns status in at most width columns. If even a short label leaves too little
// room, narrow omits the rate, then the time.
func (p *Progress) narrow(width int) string {
	const shortLabel = 10
	label, parts := Clean(p.task()), p.amounts()
	for {
		rest := ": " + strings.Join(parts, "")
		room := width - columnsOf(rest)
		if room >= min(shortLabel, columnsOf(label)) || len(parts) == 1 {
			return cut(cut(label, max(room, shortLabel))+rest, width)
		}
		parts = parts[:len(parts)-1]
	}
}

// amounts returns the amount, the elapsed time and, for bytes, the rate, most important
// first.
func (p *Progress) amounts() []string {
	n, elapsed := p.n.Load(), p.elapsed().Round(time.Second)
	after := fmt.Sprintf(" after %s", elapsed)
	if p.unit == Steps {
		if p.total < 0 {
			return []string{fmt.Sprint(n), after}
		}
		return []string{fmt.Sprintf("%d of %d", n, p.total), after}
	}
	amount := humanize.Bytes(uint64(n))
	if p.total >= 0 {
		amount += " of " + humanize.Bytes(uint64(p.total))
	}
	parts := []string{amount, after}
	if s := elapsed.Seconds(); s > 0 {
		parts = append(parts, fmt.Sprintf(", %s/s", humanize.Bytes(uint64(float64(n)/s))))
	}
	return parts
}

// fit cuts or pads s to exactly width columns.
func fit(s string, width int) string {
	s = cut(Clean(s), width)
	return s + strings.Repeat(" ", width-columnsOf(s))
}

// cut shortens s to at most width columns.
func cut(s string, width int) string {
	if columnsOf(s) <= width {
		return s
	}
	r := []rune(s)
	for len(r) > 0 && columnsOf(string(r)) > width-1 {
		r = r[:len(r)-1]
	}
	return string(r) + "…"
}

// columnsOf returns the largest number of columns that s can take. East Asian letters and
// emoji take two columns.
func columnsOf(s string) int {
	n := 0
	for _, r := range s {
		n++
		if (r >= 0x1100 && r < 0x1160) || (r >= 0x2e80 && r != '\uFFFD') {
			n++
		}
	}
	return n
}
