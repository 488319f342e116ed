package main

import (
	"context"
	_ "embed" // for the two days
	"fmt"
)

var (
	//go:embed day.sql
	daySQL string
	//go:embed badday.sql
	badDaySQL string
)

// comparing is the scenario from two dumps of one database, a day apart, to their
// difference.
func (w *world) comparing(name, day string) scenario {
	nothing := func(context.Context) error { return nil }
	return scenario{
		name: name, subject: &subject{database: name, fill: w.production(), day: day}, baselines: []string{"get"},
		contenders: []contender{
			{"get", "the second dump to nowhere", w.getToNowhere},
			{"hectl", "hectl diff: the rows that differ, from both dumps", w.hectlDiff},
		},
		prepare: nothing, clean: nothing,
	}
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
