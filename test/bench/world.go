package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/rubyforgood/hectl/mask"
	"github.com/rubyforgood/hectl/pgtools"
	"github.com/rubyforgood/hectl/test/demodata"
	"github.com/rubyforgood/hectl/test/pgtest"
	"github.com/rubyforgood/hectl/test/s3test"
)

const (
	dumpsBucket   = "dumps"   // dumps to fetch
	backupsBucket = "backups" // dumps that a run made
	targetDB      = "bench_target"
)

// world is everything that the bench starts and removes.
type world struct {
	opt      options
	dir      string // the folder that contenders run in
	cluster  *pgtest.Cluster
	s3       *s3test.Server
	compress string // pg_dump's best method, as in hectl backup --jobs 0
	admin    *pgtools.DB
}

// subject is a database and its dump.
type subject struct {
	database string    // name, and label of its dump
	fill     []string  // SQL, one transaction each
	day      string    // SQL between its first dump and the one that is measured; "" for one dump
	dayBegan time.Time // time after the first of the two dumps

	// These are set once the database exists.
	size     int64  // size of the database in bytes
	dump     string // key of the dump
	dumpSize int64
	dumpFile string // the dump in the S3 server's folder
	contents string
}

// asInstalled returns Postgres's defaults for the settings that pgtest changes.
func asInstalled() map[string]string {
	return map[string]string{"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "max_wal_size": "1GB"}
}

// newWorld starts the servers. Remove the world even after an error.
func newWorld(ctx context.Context, opt options) (w *world, err error) {
	w = &world{opt: opt}
	if w.dir, err = os.MkdirTemp("", "hectl-bench-"); err != nil {
		return w, err
	}
	if w.cluster, err = pgtest.Start(ctx, pgtest.Options{Conf: opt.settings}); err != nil {
		return w, err
	}
	// The S3 server must outlive an interrupted hectl, which then aborts its upload.
	if w.s3, err = s3test.Start(context.WithoutCancel(ctx), s3test.Options{}); err != nil {
		return w, err
	}
	for _, bucket := range []string{dumpsBucket, backupsBucket} {
		if err := w.s3.CreateBucket(ctx, bucket); err != nil {
			return w, err
		}
	}
	if w.admin, err = pgtools.Connect(ctx, w.cluster.SocketConn("postgres"), "hectl bench"); err != nil {
		return w, err
	}
	tools, err := pgtools.FindTools(ctx, w.cluster.Bin(), func(string) (string, bool) { return "", false })
	if err != nil {
		return w, err
	}
	pgDump, err := tools.Dump(w.admin.ServerVersion())
	w.compress = pgtools.DefaultCompression(pgDump)
	return w, err
}

// remove stops the servers and removes their folders.
func (w *world) remove() error {
	var errs []error
	if w.admin != nil {
		w.admin.Close(context.Background())
	}
	if w.s3 != nil {
		w.s3.Stop()
	}
	if w.cluster != nil {
		errs = append(errs, w.cluster.Stop())
	}
	if w.dir != "" {
		errs = append(errs, os.RemoveAll(w.dir))
	}
	return errors.Join(errs...)
}

// production returns the SQL of the demo database.
func (w *world) production() []string {
	fill := []string{demodata.Schema()}
	if w.opt.scale > 0 {
		fill = append(fill, demodata.Rows(w.opt.scale))
	}
	return fill
}

// smallTables returns SQL for tables with a key, an index and a few rows each.
func (w *world) smallTables() (fill []string) {
	const step = 200 // a transaction has enough locks for these
	for from := 1; from <= w.opt.tables; from += step {
		fill = append(fill, fmt.Sprintf(`DO $$ BEGIN
			FOR n IN %d..%d LOOP
				EXECUTE format('CREATE TABLE public.t_%%s (id bigint PRIMARY KEY, name text NOT NULL, created_at timestamp)', n);
				EXECUTE format('INSERT INTO public.t_%%s SELECT g, md5(g::text), timestamp ''2026-01-01'' + g * interval ''1 hour'' FROM generate_series(1, 20) g', n);
				EXECUTE format('CREATE INDEX ON public.t_%%s (created_at)', n);
			END LOOP; END $$`, from, min(from+step-1, w.opt.tables)))
	}
	return fill
}

// largeTable returns SQL for a single table.
func (w *world) largeTable() (fill []string) {
	fill = []string{"CREATE TABLE public.large (id bigint, name text, note text, amount numeric, created_at timestamp)"}
	const step = 100_000
	for n := range w.opt.large {
		fill = append(fill, fmt.Sprintf(`INSERT INTO public.large
			SELECT g, 'name ' || g, repeat(md5((g / 100)::text) || ' ' || g || ' ', 6), g / 7.0, timestamp '2026-01-01' + g * interval '1 minute'
			FROM generate_series(%d, %d) g`, n*step+1, (n+1)*step))
	}
	return fill
}

// make creates a database and dumps it with hectl, the first time it is needed.
func (w *world) make(ctx context.Context, s *subject) error {
	if s.dump != "" {
		return nil
	}
	say("creating the database %s", s.database)
	if err := w.cluster.CreateDatabase(ctx, s.database); err != nil {
		return err
	}
	for _, step := range append(s.fill, "VACUUM ANALYZE") {
		if err := w.cluster.Exec(ctx, s.database, step); err != nil {
			return err
		}
	}
	r := &run{world: w, endpoint: w.s3.URL}
	if s.day != "" {
		if err := r.pipe(ctx, r.hectl(dumpsBucket, s, "backup", "--quiet")); err != nil {
			return err
		}
		s.dayBegan = time.Now()
		if err := w.cluster.Exec(ctx, s.database, s.day); err != nil {
			return err
		}
	}
	var err error
	if s.contents, err = w.contents(ctx, s.database); err != nil {
		return err
	}
	if err := w.admin.QueryRow(ctx, "SELECT pg_database_size($1)", s.database).Scan(&s.size); err != nil {
		return err
	}
	if err := r.pipe(ctx, r.hectl(dumpsBucket, s, "backup", "--quiet")); err != nil {
		return err
	}
	objects, err := w.s3.Objects(ctx, dumpsBucket)
	if err != nil {
		return err
	}
	for _, o := range objects {
		if strings.HasPrefix(o.Key, "backups/"+s.database+"-") {
			s.dump, s.dumpSize, s.dumpFile = o.Key, o.Size, w.s3.Path(dumpsBucket, o.Key)
		}
	}
	if s.dump == "" {
		return errors.New("hectl backup made no dump")
	}
	return nil
}

// contents describes a database well enough to notice that something is missing. It
// leaves out tables whose rows hectl does not restore.
func (w *world) contents(ctx context.Context, database string) (string, error) {
	db, err := pgtools.Connect(ctx, w.cluster.SocketConn(database), "hectl bench")
	if err != nil {
		return "", err
	}
	defer db.Close(context.WithoutCancel(ctx))
	var objects string
	err = db.QueryRow(ctx, `
		SELECT count(*) FILTER (WHERE relkind = 'r') || ' tables, ' || count(*) FILTER (WHERE relkind = 'i') || ' indexes, '
			|| (SELECT count(*) FROM pg_constraint WHERE connamespace = 'public'::regnamespace) || ' constraints'
		FROM pg_class WHERE relnamespace = 'public'::regnamespace`).Scan(&objects)
	if err != nil {
		return "", err
	}
	// One by one: a single query for thousands of tables would need too many locks.
	tables, err := pgtools.Rows[struct{ Name, Count string }](ctx, db, `
		SELECT relname, format('SELECT count(*) FROM %s', oid::regclass)
		FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace`)
	var rows int64
	for _, t := range tables {
		if mask.Skips(t.Name) {
			continue
		}
		var n int64
		if err := db.QueryRow(ctx, t.Count).Scan(&n); err != nil {
			return "", err
		}
		rows += n
	}
	return fmt.Sprintf("%s, %d rows", objects, rows), err
}

// dropTargets drops the databases that a fetch leaves behind.
func (w *world) dropTargets(ctx context.Context) error {
	names, err := pgtools.Rows[string](ctx, w.admin, "SELECT datname::text FROM pg_database WHERE starts_with(datname, $1)", targetDB)
	for _, name := range names {
		if _, err := w.admin.Exec(ctx, "DROP DATABASE "+pgtools.Quote(name)+" WITH (FORCE)"); err != nil {
			return err
		}
	}
	return err
}

// replaceTarget creates an empty target.
func (w *world) replaceTarget(ctx context.Context) error {
	if _, err := w.admin.Exec(ctx, "DROP DATABASE IF EXISTS "+pgtools.Quote(targetDB)); err != nil {
		return err
	}
	_, err := w.admin.Exec(ctx, "CREATE DATABASE "+pgtools.Quote(targetDB)+" TEMPLATE template0")
	return err
}

// emptyBackups deletes the objects that a backup leaves behind.
func (w *world) emptyBackups(ctx context.Context) error {
	objects, err := w.s3.Objects(ctx, backupsBucket)
	for _, o := range objects {
		if err := w.s3.Delete(ctx, backupsBucket, o.Key); err != nil {
			return err
		}
	}
	return err
}

// removeFiles removes the files that contenders wrote.
func (w *world) removeFiles() error {
	files, err := filepath.Glob(filepath.Join(w.dir, "*"))
	for _, f := range files {
		if err := os.RemoveAll(f); err != nil {
			return err
		}
	}
	return err
}

// say prints progress.
func say(format string, args ...any) { fmt.Fprintf(os.Stderr, format+"\n", args...) }
