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

// Unit is what a Progress counts.
type Unit int

// The units.
const (
	Bytes Unit = iota
	Steps
)

const (
	redrawEvery = 200 * time.Millisecond // on a terminal; keeps the elapsed time moving while nothing does
	lineEvery   = 30 * time.Second       // elsewhere

	labelWidth  = 22 // columns; the rest of barColumns is for bar, amount, rate and time
	barColumns  = 80 // a narrower terminal gets the status in place of a bar
	wideColumns = 92 // from here on the label gets what the bar (of 24) does not need
	minColumns  = 30 // a still narrower one gets a line now and then
)

// Progress shows how far a piece of work is: a bar on a terminal, or as much as
// fits in a narrow one, elsewhere a line now and then. Its methods may be called
// from several goroutines. Done must be called.
type Progress struct {
	c     *Console
	unit  Unit
	total int64 // -1: not known
	start time.Time
	n     atomic.Int64

	label string

	mu   sync.Mutex
	jobs []string // in the order in which they began

	bar   *progressbar.ProgressBar // nil unless it is redrawn in place; guarded by c.mu
	stop  chan struct{}
	done  sync.WaitGroup
	close sync.Once
}

// Progress begins a piece of work of total units, -1 when that is not known.
// At most one Progress is shown at a time.
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

// Add counts n units as done.
func (p *Progress) Add(n int64) { p.n.Add(n) }

// N returns the units done so far.
func (p *Progress) N() int64 { return p.n.Load() }

// Job names one of the things that are done at once, until done is called. While
// there are any, they take the label's place.
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

// doing is what the bar says it is doing.
func (p *Progress) doing() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.jobs) > 0 {
		return strings.Join(p.jobs, ", ")
	}
	return p.label
}

// Elapsed returns the time since the work began.
func (p *Progress) Elapsed() time.Duration { return p.c.Now().Sub(p.start) }

// Done takes the bar off the screen. It may be called more than once.
func (p *Progress) Done() {
	p.close.Do(func() {
		close(p.stop)
		p.done.Wait()
		p.c.mu.Lock()
		defer p.c.mu.Unlock()
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
		progressbar.OptionSetSpinnerChangeInterval(0), // no goroutine of its own: run draws
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

// draw and clear are called with c.mu held. A terminal that cannot be written
// to is no reason to fail the work. It may have been resized since the last
// call, and a line longer than it is wide would stay there at each redraw.
func (p *Progress) draw() {
	if width := p.c.columns(); width < barColumns {
		_, _ = io.WriteString(p.c.opt.Stderr, "\r"+p.narrow(width-1)+"\x1b[0K")
		return
	}
	n := p.n.Load()
	if p.total >= 0 {
		n = min(n, p.total)
	}
	p.bar.Describe(fit(p.doing(), labelWidth+max(0, p.c.columns()-wideColumns)))
	_ = p.bar.Set64(n)
}

func (p *Progress) clear() { _, _ = io.WriteString(p.c.opt.Stderr, "\x1b[2K\r") }

// status is the line for where there is no bar.
func (p *Progress) status() string {
	return p.doing() + ": " + strings.Join(p.amounts(), "")
}

// record is status for programs.
func (p *Progress) record() slog.Attr {
	attrs := []slog.Attr{slog.String("of", p.doing()), slog.Float64("seconds", p.Elapsed().Seconds())}
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

// narrow is status in at most width columns: without the rate, then without the
// time, where even a short label leaves no room for them.
func (p *Progress) narrow(width int) string {
	const shortLabel = 10
	label, parts := Clean(p.doing()), p.amounts()
	for {
		rest := ": " + strings.Join(parts, "")
		room := width - columnsOf(rest)
		if room >= min(shortLabel, columnsOf(label)) || len(parts) == 1 {
			return cut(cut(label, max(room, shortLabel))+rest, width)
		}
		parts = parts[:len(parts)-1]
	}
}

// amounts says how much is done, how long that took and, of bytes, how fast it
// was, the most important first.
func (p *Progress) amounts() []string {
	n, elapsed := p.n.Load(), p.Elapsed().Round(time.Second)
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

// columnsOf returns how many columns s takes at most: East Asian letters and
// emoji take two.
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
