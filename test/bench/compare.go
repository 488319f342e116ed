package main

import (
	"context"
	_ "embed" // for the SQL of the two days
	"errors"
	"fmt"
	"time"
)

var (
	//go:embed day.sql
	daySQL string
	//go:embed badday.sql
	badDaySQL string
)

// comparing returns the scenario of comparing two dumps of one database, made a day apart.
func (w *world) comparing(name string, s *subject) scenario {
	nothing := func(context.Context) error { return nil }
	return scenario{
		name: name, subject: s, baselines: []string{"get"},
		contenders: []contender{
			{"get", "the second dump to nowhere", w.getToNowhere},
			{"hectl", "hectl diff: the rows that differ, from both dumps", w.hectlDiff},
		},
		prepare: nothing, clean: nothing,
	}
}

// refreshing returns the scenario of refreshing a fetched database to the next day's dump.
func (w *world) refreshing(name string, s *subject) scenario {
	sc := w.fetch(name, s, []contender{
		{"hectl", "hectl fetch-latest-db --fresh: the whole dump", w.hectlFetch("--fresh")},
		{"hectl-snapshot", "the same, and keep a snapshot", w.hectlFetch("--fresh", "--snapshot")},
		{"refresh", "hectl fetch-latest-db, with a snapshot of the dump before", w.hectlFetch()},
		{"refresh-snapshot", "the same, and keep a new snapshot", w.hectlFetch("--snapshot")},
	})
	sc.baselines = []string{"hectl", "hectl-snapshot"}
	before := func(ctx context.Context, r *run, s *subject) error {
		return w.hectlFetch("--snapshot", "--at", s.dayBegan.UTC().Format(time.RFC3339))(ctx, r, s)
	}
	sc.before = map[string]func(context.Context, *run, *subject) error{"refresh": before, "refresh-snapshot": before}
	sc.check = func(ctx context.Context, s *subject) error {
		found, err := w.contents(ctx, targetDB)
		return errors.Join(err, mustBe(found, s.contents))
	}
	return sc
}

func (w *world) getToNowhere(ctx context.Context, r *run, s *subject) error {
	return r.pipe(ctx, r.s3Client("get", dumpsBucket, s.dump))
}

func (w *world) hectlDiff(ctx context.Context, r *run, s *subject) error {
	if err := r.pipe(ctx, r.hectl(dumpsBucket, s, "diff")); err != nil {
		return fmt.Errorf("compare the dumps: %w", err)
	}
	return nil
}
