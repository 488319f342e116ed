package main

import (
	"context"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
)

// backingUp returns the scenario of backing up a database to S3.
func (w *world) backingUp(s *subject) scenario {
	return scenario{
		name: "backup", subject: s, baselines: []string{"floor"},
		contenders: []contender{
			{"ruby", "pg_dump -Fc to a file (gzip 6, its default), then put", w.backUpLikeRuby},
			{"dump-then-put", "the same, with --compress " + w.compress, w.dumpThenPut},
			{"streamed", "pg_dump --compress " + w.compress + " | put", w.dumpIntoPut},
			{"floor", "pg_dump --compress " + w.compress + " to nowhere", w.dumpFloor},
			{"directory", "pg_dump --format=directory --compress " + w.compress + " to files, with the same number of jobs", w.dumpDirectory},
			{"hectl-alone", "hectl backup --jobs 0: pg_dump reads and compresses", w.hectlBackupAlone},
			{"hectl", "hectl backup: offsets, checksums and manifest included", w.hectlBackup},
			{"nowhere", "the dump of hectl backup, to nowhere", w.reading("6", strconv.Itoa(w.opt.jobs))},
			{"nowhere-same", "the same, with --compress " + w.compress, w.reading(w.compress, strconv.Itoa(w.opt.jobs))},
		},
		prepare: w.emptyBackups,
		clean:   w.emptyBackups,
		check:   w.checkBackup,
	}
}

// compressing returns the scenario of backups with several methods and levels of
// compression.
func (w *world) compressing(s *subject) scenario {
	methods := []string{"1", "3", "6", "9"}
	if strings.HasPrefix(w.compress, "zstd") {
		methods = append(methods, "lz4", "zstd:1", "zstd:3", "zstd:9")
	}
	sc := w.backingUp(s)
	sc.name, sc.baselines, sc.contenders = "levels", []string{"floor-gzip-1"}, []contender{
		{"floor-gzip-1", "pg_dump --compress 1 to nowhere", func(ctx context.Context, r *run, s *subject) error {
			return r.pipe(ctx, r.dump(s, "--compress", "1"))
		}},
	}
	for _, method := range methods {
		sc.contenders = append(sc.contenders, contender{"hectl-" + method, "hectl backup --compress " + method, func(ctx context.Context, r *run, s *subject) error {
			return r.pipe(ctx, r.hectl(backupsBucket, s, "backup", "--compress", method))
		}})
	}
	sc.check = nil
	return sc
}

// readingLarge reads a single large table with several sessions.
func (w *world) readingLarge() scenario {
	sc := scenario{
		name: "large", subject: &subject{database: "large", fill: w.largeTable()}, baselines: []string{"sessions-1"},
		prepare: func(context.Context) error { return nil },
		clean:   func(context.Context) error { return nil },
	}
	for _, sessions := range []string{"1", "2", "4"} {
		sc.contenders = append(sc.contenders, contender{"sessions-" + sessions, "the dump of hectl backup --jobs " + sessions + ", to nowhere", w.reading(w.compress, sessions)})
	}
	return sc
}

// reading reads a database as hectl backup does and discards the dump. Unlike a real
// store, the S3 server of the bench takes processor time from hectl and Postgres.
func (w *world) reading(compress, sessions string) func(context.Context, *run, *subject) error {
	return func(ctx context.Context, r *run, s *subject) error {
		return r.pipe(ctx, r.command(w.opt.self, readerArg, w.cluster.URI(s.database), w.cluster.Bin(), compress, sessions))
	}
}

const backupKey = "bench.dump"

func (w *world) backUpLikeRuby(ctx context.Context, r *run, s *subject) error {
	return w.dumpToFileThenPut(ctx, r, s)
}

func (w *world) dumpThenPut(ctx context.Context, r *run, s *subject) error {
	return w.dumpToFileThenPut(ctx, r, s, "--compress", w.compress)
}

func (w *world) dumpToFileThenPut(ctx context.Context, r *run, s *subject, args ...string) error {
	file := r.file("dump")
	if err := r.pipe(ctx, r.dump(s, append(args, "--file", file)...)); err != nil {
		return err
	}
	return r.pipeFrom(ctx, file, r.s3Client("put", backupsBucket, backupKey))
}

func (w *world) dumpIntoPut(ctx context.Context, r *run, s *subject) error {
	return r.pipe(ctx, r.dump(s, "--compress", w.compress), r.s3Client("put", backupsBucket, backupKey))
}

func (w *world) dumpFloor(ctx context.Context, r *run, s *subject) error {
	return r.pipe(ctx, r.dump(s, "--compress", w.compress))
}

func (w *world) hectlBackup(ctx context.Context, r *run, s *subject) error {
	return r.pipe(ctx, r.hectl(backupsBucket, s, "backup"))
}

func (w *world) hectlBackupAlone(ctx context.Context, r *run, s *subject) error {
	return r.pipe(ctx, r.hectl(backupsBucket, s, "backup", "--jobs", "0"))
}

func (w *world) dumpDirectory(ctx context.Context, r *run, s *subject) error {
	return r.pipe(ctx, r.tool("pg_dump", "--format=directory", "--jobs", strconv.Itoa(w.opt.jobs), "--compress", w.compress,
		"--dbname", r.cluster.URI(s.database), "--file", r.file("directory")))
}

func (r *run) dump(s *subject, args ...string) *exec.Cmd {
	return r.tool("pg_dump", append([]string{"--format=custom", "--dbname", r.cluster.URI(s.database)}, args...)...)
}

// checkBackup checks that the dump is about as large as the one made at the start.
// The floor makes no dump.
func (w *world) checkBackup(ctx context.Context, s *subject) error {
	objects, err := w.s3.Objects(ctx, backupsBucket)
	if err != nil || len(objects) == 0 {
		return err
	}
	var largest int64
	for _, o := range objects {
		largest = max(largest, o.Size)
	}
	if largest < s.dumpSize/2 {
		return fmt.Errorf("the dump has %d bytes, expected about %d", largest, s.dumpSize)
	}
	return nil
}
