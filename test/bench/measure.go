package main

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"time"

	"github.com/rubyforgood/hectl/test/s3test"
)

// contender is one way to do a scenario's work.
type contender struct {
	name string
	does string
	run  func(ctx context.Context, r *run, s *subject) error
}

// scenario is a task and its contenders.
type scenario struct {
	name       string
	subject    *subject
	contenders []contender
	baselines  []string // contenders that the others are compared with

	prepare func(ctx context.Context) error                                // runs before each run
	before  map[string]func(ctx context.Context, r *run, s *subject) error // prepares a run of one contender, not measured
	clean   func(ctx context.Context) error                                // runs after all runs
	check   func(ctx context.Context, s *subject) error
}

// line is a kind of link to the S3 server.
type line struct {
	name  string
	about string
	link  s3test.LinkOptions
}

// lines returns loopback, and a good and a slow line from home to a bucket some states away.
func lines() []line {
	const megabit = 1_000_000 / 8 // bytes a second
	return []line{
		{"loopback", "loopback", s3test.LinkOptions{}},
		{"shaped", "200 Mbit/s, 40 ms", s3test.LinkOptions{Bandwidth: 200 * megabit, RoundTrip: 40 * time.Millisecond}},
		{"slow", "50 Mbit/s, 40 ms", s3test.LinkOptions{Bandwidth: 50 * megabit, RoundTrip: 40 * time.Millisecond}},
	}
}

// scenarios returns the scenarios that the options select.
func (w *world) scenarios() []scenario {
	production := &subject{database: "production", fill: w.production()}
	day, badDay := &subject{database: "day", fill: w.production(), day: daySQL}, &subject{database: "bad-day", fill: w.production(), day: badDaySQL}
	all := []scenario{w.fetching("fetch", production), w.masking(production), w.backingUp(production), w.comparing("day", day), w.comparing("bad-day", badDay), w.refreshing("refresh", day), w.refreshing("bad-refresh", badDay)}
	if w.opt.exclude {
		all = append(all, w.excluding(production))
	}
	if w.opt.tables > 0 {
		all = append(all, w.fetching("tables", &subject{database: "tables", fill: w.smallTables()}))
	}
	if w.opt.levels {
		all = append(all, w.compressing(production))
	}
	if w.opt.large > 0 {
		all = append(all, w.readingLarge())
	}
	return all
}

// chosen returns the contenders that --only selects.
func (sc scenario) chosen(l line, only *regexp.Regexp) (rows []row) {
	for _, c := range sc.contenders {
		if only.MatchString(sc.name + "/" + l.name + "/" + c.name) {
			rows = append(rows, row{Contender: c.name, Does: c.does, run: c.run, before: sc.before[c.name]})
		}
	}
	return rows
}

// measure runs every contender once per round.
func (w *world) measure(ctx context.Context, sc scenario, l line, rows []row) (result, error) {
	if err := w.make(ctx, sc.subject); err != nil {
		return result{}, fmt.Errorf("create the database %s: %w", sc.subject.database, err)
	}
	res := result{
		Scenario: sc.name, Link: l.about, Baselines: sc.baselines, Rows: rows,
		Contents: sc.subject.contents, DatabaseBytes: sc.subject.size, DumpBytes: sc.subject.dumpSize,
	}
	for round := range w.opt.rounds {
		for i := range res.Rows {
			c := &res.Rows[i]
			sample, err := w.once(ctx, sc, l, c)
			if err != nil {
				return res, fmt.Errorf("%s, %s, %s: %w", sc.name, l.name, c.Contender, err)
			}
			warning := ""
			if sample.Others > busy {
				warning = fmt.Sprintf("   warning: other programs used %.0f %% of the processors", 100*sample.Others)
			}
			say("%s, %s, round %d of %d: %-16s %6.1f s%s", sc.name, l.name, round+1, w.opt.rounds, c.Contender, sample.Seconds, warning)
			c.Samples = append(c.Samples, sample)
		}
	}
	return res, sc.clean(ctx)
}

// once measures one run.
func (w *world) once(ctx context.Context, sc scenario, l line, c *row) (s sample, err error) {
	if err := errors.Join(sc.prepare(ctx), w.removeFiles()); err != nil {
		return s, err
	}
	if c.before != nil {
		if err := c.before(ctx, &run{world: w, endpoint: w.s3.URL}, sc.subject); err != nil {
			return s, err
		}
	}
	if _, err := w.admin.Exec(ctx, "CHECKPOINT"); err != nil {
		return s, err
	}
	link, err := s3test.NewLink(context.WithoutCancel(ctx), w.s3.URL, l.link)
	if err != nil {
		return s, err
	}
	defer link.Close()
	r := &run{world: w, endpoint: link.URL}
	waitForQuiet(ctx, w.opt.wait)
	// Enough for the old and the new database, and the WAL.
	if err := keepPages(min(4*sc.subject.size, availableMemory()/2)); err != nil {
		return s, err
	}
	then, start := processorsSoFar(), time.Now()
	if err := c.run(ctx, r, sc.subject); err != nil {
		return s, err
	}
	s.Seconds = time.Since(start).Seconds()
	s.Processors, s.Others = then.since()
	s.Memory, s.Largest = r.memory.together, r.memory.largest
	s.Down, s.Up = link.Down(), link.Up()
	if sc.check != nil {
		err = sc.check(ctx, sc.subject)
	}
	return s, err
}

func mustBe(found, want string) error {
	if found != want {
		return fmt.Errorf("found %s, expected %s", found, want)
	}
	return nil
}
