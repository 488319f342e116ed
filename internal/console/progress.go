package console

import (
	"fmt"
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
	labelWidth  = 22                     // columns; the rest of 80 is for bar, amount, rate and time
)

// Progress shows how far a piece of work is: a bar on a terminal, elsewhere a
// line now and then. Its methods may be called from several goroutines. Done
// must be called.
type Progress struct {
	c     *Console
	unit  Unit
	total int64 // -1: not known
	start time.Time
	n     atomic.Int64
	label atomic.Pointer[string]

	bar   *progressbar.ProgressBar // nil unless on a terminal; guarded by c.mu
	stop  chan struct{}
	done  sync.WaitGroup
	close sync.Once
}

// Progress begins a piece of work of total units, -1 when that is not known.
// At most one Progress is shown at a time.
func (c *Console) Progress(label string, unit Unit, total int64) *Progress {
	p := &Progress{c: c, unit: unit, total: total, start: c.Now(), stop: make(chan struct{})}
	p.label.Store(&label)
	if c.quiet {
		return p
	}
	every := lineEvery
	if c.terminal {
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

// Label changes what the bar says it is doing.
func (p *Progress) Label(label string) { p.label.Store(&label) }

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
			p.c.Say("%s", p.status())
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
		progressbar.OptionSetWidth(max(5, min(24, p.c.columns()-68))),
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
// to is no reason to fail the work.
func (p *Progress) draw() {
	n := p.n.Load()
	if p.total >= 0 {
		n = min(n, p.total)
	}
	p.bar.Describe(fit(*p.label.Load(), labelWidth))
	_ = p.bar.Set64(n)
}

func (p *Progress) clear() { _ = p.bar.Clear() }

// status is the line for where there is no bar.
func (p *Progress) status() string {
	n, elapsed := p.n.Load(), p.Elapsed().Round(time.Second)
	label := *p.label.Load()
	if p.unit == Steps {
		if p.total < 0 {
			return fmt.Sprintf("%s: %d after %s", label, n, elapsed)
		}
		return fmt.Sprintf("%s: %d of %d after %s", label, n, p.total, elapsed)
	}
	rate := ""
	if s := elapsed.Seconds(); s > 0 {
		rate = fmt.Sprintf(", %s/s", humanize.Bytes(uint64(float64(n)/s)))
	}
	if p.total < 0 {
		return fmt.Sprintf("%s: %s after %s%s", label, humanize.Bytes(uint64(n)), elapsed, rate)
	}
	return fmt.Sprintf("%s: %s of %s after %s%s", label, humanize.Bytes(uint64(n)), humanize.Bytes(uint64(p.total)), elapsed, rate)
}

// fit cuts or pads s to exactly width columns.
func fit(s string, width int) string {
	r := []rune(printable(s))
	if len(r) > width {
		return string(r[:width-1]) + "…"
	}
	return fmt.Sprintf("%-*s", width, string(r))
}
