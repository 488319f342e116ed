package main

import (
	"context"
	"errors"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

// fetching returns a scenario of fetching a dump from S3 into a database.
func (w *world) fetching(name string, s *subject) scenario {
	contenders := []contender{
		{"ruby", "get to a file, drop, create, pg_restore --clean with one job", w.fetchLikeRuby},
		{"get-then-restore", "get to a file, drop, create, pg_restore -j", w.getThenRestore},
		{"streamed", "drop, create, get | pg_restore", w.getIntoRestore},
		{"floor", "drop, create, pg_restore -j from a local file", w.restoreFloor},
		{"floor+analyze", "the same, and vacuumdb --analyze-only -j", w.restoreFloorAnalyze},
		{"hectl", "hectl fetch-latest-db: scrub, ANALYZE and swap included", w.hectlFetch()},
		{"snapshot-at-hand", "hectl fetch-latest-db of a dump that an earlier one kept as a snapshot", w.hectlFetch()},
	}
	if _, err := exec.LookPath("pgcopydb"); err == nil {
		contenders = append(contenders, contender{"pgcopydb", "pgcopydb clone from the source, without a dump, with the same number of jobs", w.cloneDatabase})
	}
	sc := w.fetch(name, s, contenders)
	sc.before = map[string]func(context.Context, *run, *subject) error{"snapshot-at-hand": w.hectlFetch("--snapshot")}
	sc.baselines = []string{"floor", "floor+analyze", "hectl"}
	sc.check = func(ctx context.Context, s *subject) error {
		found, err := w.contents(ctx, targetDB)
		return errors.Join(err, mustBe(found, s.contents))
	}
	return sc
}

// masking measures a fetch with masking. The built-in rules also leave rows out, so a
// fetch without the same rows shows the cost of masking alone.
func (w *world) masking(s *subject) scenario {
	sc := w.fetch("mask", s, []contender{
		{"hectl", "hectl fetch-latest-db: credentials alone are masked", w.hectlFetch()},
		{"hectl-same-rows", "the same, without the rows that the built-in rules leave out", w.hectlFetch("--exclude-table-data", "versions", "--exclude-table-data", "solid_cache_entries", "--exclude-table-data", "deprecated_*")},
		{"hectl-masked", "hectl fetch-latest-db --mask, with the built-in rules", w.hectlFetch("--mask")},
	})
	sc.baselines = []string{"hectl", "hectl-same-rows"}
	sc.check = func(ctx context.Context, s *subject) error {
		found, err := w.contents(ctx, targetDB)
		return errors.Join(err, mustBe(objects(found), objects(s.contents)))
	}
	return sc
}

// objects returns the result of contents without the rows.
func objects(contents string) string { return contents[:strings.LastIndex(contents, ", ")] }

// excluding returns the scenario of a fetch without rows that developers seldom need.
func (w *world) excluding(s *subject) scenario {
	sc := w.fetch("exclude", s, []contender{
		{"hectl", "hectl fetch-latest-db", w.hectlFetch()},
		{"hectl-excluding", "the same, without the rows of versions and events", w.hectlFetch("--exclude-table-data", "versions", "--exclude-table-data", "events")},
	})
	sc.baselines = []string{"hectl"}
	return sc
}

func (w *world) fetch(name string, s *subject, contenders []contender) scenario {
	return scenario{
		name: name, subject: s, contenders: contenders,
		prepare: func(ctx context.Context) error { return errors.Join(w.dropTargets(ctx), w.replaceTarget(ctx)) },
		clean:   w.dropTargets,
	}
}

func (w *world) cloneDatabase(ctx context.Context, r *run, s *subject) error {
	path, err := exec.LookPath("pgcopydb")
	if err != nil {
		return err
	}
	jobs := strconv.Itoa(w.opt.jobs)
	cmd := r.command(path, "clone", "--dir", r.file("pgcopydb"), "--source", w.cluster.URI(s.database), "--target", w.cluster.URI(targetDB),
		"--table-jobs", jobs, "--index-jobs", jobs, "--no-owner", "--no-acl")
	cmd.Env = append(cmd.Env, "PG_CONFIG="+filepath.Join(w.cluster.Bin(), "pg_config"))
	return r.pipe(ctx, cmd)
}

func (w *world) fetchLikeRuby(ctx context.Context, r *run, s *subject) error {
	file := r.file("dump")
	if err := r.pipeTo(ctx, file, r.s3Client("get-plain", dumpsBucket, s.dump)); err != nil {
		return err
	}
	if err := w.replaceTarget(ctx); err != nil {
		return err
	}
	err := r.pipe(ctx, r.tool("pg_restore", "--clean", "--no-acl", "--no-owner", "--dbname", w.cluster.URI(targetDB), file))
	if exit, ok := errors.AsType[*exec.ExitError](err); ok && exit.ExitCode() == 1 {
		return nil // --clean reports errors in an empty database
	}
	return err
}

func (w *world) getThenRestore(ctx context.Context, r *run, s *subject) error {
	file := r.file("dump")
	if err := r.pipeTo(ctx, file, r.s3Client("get", dumpsBucket, s.dump)); err != nil {
		return err
	}
	return w.restoreFile(ctx, r, file)
}

func (w *world) getIntoRestore(ctx context.Context, r *run, s *subject) error {
	if err := w.replaceTarget(ctx); err != nil {
		return err
	}
	return r.pipe(ctx, r.s3Client("get", dumpsBucket, s.dump), r.restore())
}

func (w *world) restoreFloor(ctx context.Context, r *run, s *subject) error {
	return w.restoreFile(ctx, r, s.dumpFile)
}

func (w *world) restoreFloorAnalyze(ctx context.Context, r *run, s *subject) error {
	if err := w.restoreFile(ctx, r, s.dumpFile); err != nil {
		return err
	}
	return r.pipe(ctx, r.tool("vacuumdb", "--analyze-only", "--quiet", "--jobs", strconv.Itoa(w.opt.jobs), "--dbname", w.cluster.URI(targetDB)))
}

func (w *world) restoreFile(ctx context.Context, r *run, file string) error {
	if err := w.replaceTarget(ctx); err != nil {
		return err
	}
	return r.pipe(ctx, r.restore("--jobs", strconv.Itoa(w.opt.jobs), file))
}

// restore runs pg_restore as hectl does: it stops at the first error.
func (r *run) restore(args ...string) *exec.Cmd {
	return r.tool("pg_restore", append([]string{"--no-acl", "--no-owner", "--exit-on-error", "--dbname", r.cluster.URI(targetDB)}, args...)...)
}

func (w *world) hectlFetch(args ...string) func(context.Context, *run, *subject) error {
	return func(ctx context.Context, r *run, s *subject) error {
		return r.pipe(ctx, r.hectl(dumpsBucket, s, append([]string{"fetch-latest-db"}, args...)...))
	}
}
