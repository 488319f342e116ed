//go:build linux

package main

import (
	"context"
	"crypto/md5"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/rubyforgood/hectl/pgtools"
	"github.com/rubyforgood/hectl/test/pgtest"
	"github.com/rubyforgood/hectl/test/s3test"
)

const (
	appName  = "hectl faults"
	sourceDB = "app_production"
	targetDB = "app_dev"
	beforeDB = "before" // every target starts as a copy of it
	label    = "production"
)

// production is a small database with various objects and enough rows for an upload
// of several parts.
const production = `
CREATE TABLE ar_internal_metadata (key text PRIMARY KEY, value text);
INSERT INTO ar_internal_metadata VALUES ('environment', 'production');
CREATE TABLE users (id bigserial PRIMARY KEY, email text NOT NULL UNIQUE, encrypted_password text NOT NULL);
INSERT INTO users (email, encrypted_password) SELECT 'user' || i || '@example.com', md5(i::text) FROM generate_series(1, 500) i;
CREATE TABLE items (id bigserial PRIMARY KEY, user_id bigint NOT NULL REFERENCES users, name text);
INSERT INTO items (user_id, name) SELECT 1 + i % 500, 'item ' || i FROM generate_series(1, 20000) i;
CREATE INDEX ON items (user_id);
CREATE TABLE events (id int PRIMARY KEY, text text);
INSERT INTO events SELECT i, repeat(md5(i::text), 20) FROM generate_series(1, 14000) i;
CREATE TABLE versions (id int PRIMARY KEY, text text);
INSERT INTO versions SELECT i, repeat(md5(i::text), 20) FROM generate_series(1, 14000) i;
CREATE INDEX ON versions (md5(text));
UPDATE events SET text = 'events.' || id || '.older' WHERE id IN (1, 13999);
CREATE TABLE votes (id int PRIMARY KEY, item_id bigint NOT NULL REFERENCES items ON DELETE CASCADE);
INSERT INTO votes SELECT i, i FROM generate_series(1, 500) i;
CREATE TABLE notes (text text, user_id bigint REFERENCES users);
INSERT INTO notes SELECT 'note', i FROM generate_series(1, 100) i;
CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO public.notes VALUES (tg_op, NULL); RETURN NULL; END $$;
CREATE TRIGGER noted AFTER INSERT OR DELETE ON votes FOR EACH ROW EXECUTE FUNCTION note();
CREATE MATERIALIZED VIEW names AS SELECT name, count(*) FROM items GROUP BY name;
SELECT lo_from_bytea(4711, 'large');
`

// clusters are the Postgres servers of the source and of the target.
type clusters struct {
	production, local *pgtest.Cluster
}

// settings returns safer settings than those of other tests: a commit must survive a
// crash of the server.
func settings() map[string]string {
	return map[string]string{"synchronous_commit": "on", "full_page_writes": "on", "max_wal_size": "1GB"}
}

// newClusters starts the servers, the local one in a folder below dir; "" is the
// usual place.
func newClusters(ctx context.Context, dir string) (c clusters, err error) {
	defer func() {
		if err != nil {
			err = errors.Join(err, c.stop())
		}
	}()
	conf := settings()
	if c.production, err = pgtest.Start(ctx, pgtest.Options{Conf: conf}); err != nil {
		return c, err
	}
	if dir != "" { // dir is on a small disk
		conf["max_wal_size"], conf["min_wal_size"] = "32MB", "32MB"
	}
	if c.local, err = pgtest.Start(ctx, pgtest.Options{Conf: conf, Dir: dir}); err != nil {
		return c, err
	}
	if err := c.production.CreateDatabase(ctx, sourceDB); err != nil {
		return c, err
	}
	if err := c.production.Exec(ctx, sourceDB, production); err != nil {
		return c, err
	}
	if err := c.local.CreateDatabase(ctx, beforeDB); err != nil {
		return c, err
	}
	return c, c.local.Exec(ctx, beforeDB, "CREATE TABLE mine AS SELECT i, md5(i::text) AS work FROM generate_series(1, 1000) i")
}

func (c clusters) stop() error {
	var errs []error
	for _, cluster := range []*pgtest.Cluster{c.production, c.local} {
		if cluster != nil {
			errs = append(errs, cluster.Stop())
		}
	}
	return errors.Join(errs...)
}

// world is the state that all rows share.
type world struct {
	hectl   string // the program
	clocked string // the program with a clock that can be set, see clock.go
	dir     string
	s3      *s3test.Server
	shared  clusters

	dump    map[string][]byte // an intact dump and its manifest, by key
	older   map[string][]byte // the dump of the day before
	based   string            // contents of a target after a fetch of older
	before  string            // contents of beforeDB
	fetched string            // contents of a target after a fetch of dump
	takes   map[string]time.Duration
	carried map[string]int64 // bytes on the wire to Postgres
}

// newWorld starts the servers. Remove the world even after an error.
func newWorld(ctx context.Context, hectl string, rehearsals int) (w *world, err error) {
	w = &world{hectl: hectl, takes: map[string]time.Duration{}, carried: map[string]int64{}}
	if w.dir, err = os.MkdirTemp("", "hectl-faults-"); err != nil {
		return w, err
	}
	if w.clocked, err = buildClocked(ctx, w.dir); err != nil {
		return w, err
	}
	// The S3 server must outlive an interrupted hectl, which cleans up.
	if w.s3, err = s3test.Start(context.WithoutCancel(ctx), s3test.Options{}); err != nil {
		return w, err
	}
	if w.shared, err = newClusters(ctx, ""); err != nil {
		return w, err
	}
	err = w.rehearse(ctx, rehearsals)
	return w, err
}

// remove stops the servers and removes their folders.
func (w *world) remove() error {
	if w.s3 != nil {
		w.s3.Stop()
	}
	return errors.Join(w.shared.stop(), os.RemoveAll(w.dir))
}

// rehearse makes the dump for all fetches and measures both commands. It keeps the
// shortest of several times.
func (w *world) rehearse(ctx context.Context, times int) (err error) {
	p, err := w.place(ctx, "rehearsal", w.shared)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.remove()) }()
	if w.before, err = contents(ctx, p.local, beforeDB); err != nil {
		return err
	}
	if w.older, err = p.firstDump(ctx); err != nil {
		return err
	}
	for _, command := range []string{backup, fetch} {
		wire := map[string]*wire{backup: p.source, fetch: p.target}[command]
		for range times {
			if err := p.prepare(ctx, command); err != nil {
				return err
			}
			wire.mend()
			o, err := p.run(ctx, p.arguments(command)...)
			if err != nil || o.code != 0 {
				return fmt.Errorf("hectl %s, without faults: exit code %d, %w\n%s", command, o.code, err, o.stderr)
			}
			if shortest, ok := w.takes[command]; !ok || o.took < shortest {
				w.takes[command] = o.took
			}
			w.carried[command] = wire.count()
			if w.dump == nil {
				if w.dump, err = p.wholeDump(ctx); err != nil {
					return err
				}
			}
		}
	}
	if w.fetched, err = contents(ctx, p.local, targetDB); err != nil {
		return err
	}
	if err := p.prepare(ctx, refresh); err != nil {
		return err
	}
	if w.based, err = p.snapshotContents(ctx, p.base[0].Name); err == nil && w.based == w.fetched {
		err = errors.New("both dumps have the same contents")
	}
	return err
}

// place is the environment of one row of the table: a bucket, the connections to the
// servers, folders.
type place struct {
	*world
	clusters
	bucket         string
	proxy          *s3test.Proxy
	source, target *wire
	dir, tmp       string     // the folder that hectl runs in, and its TMPDIR
	base           []snapshot // snapshots before a refresh: only one
	stock          string     // copy of that snapshot; "" if there is none
	stocked, mark  string     // name and mark of that copy
	clock          time.Duration
	runs           int
}

func (w *world) place(ctx context.Context, name string, c clusters) (p *place, err error) {
	p = &place{world: w, clusters: c, bucket: name, proxy: s3test.NewProxy(w.s3.URL)}
	defer func() {
		if err != nil {
			err = errors.Join(err, p.remove())
		}
	}()
	p.dir = filepath.Join(w.dir, name)
	p.tmp = filepath.Join(p.dir, "tmp")
	if err := os.MkdirAll(p.tmp, 0o700); err != nil {
		return p, err
	}
	if err := w.s3.CreateBucket(ctx, p.bucket); err != nil {
		return p, err
	}
	if p.source, err = newWire(ctx, c.production.Host(), c.production.Port()); err != nil {
		return p, err
	}
	p.target, err = newWire(ctx, c.local.Host(), c.local.Port())
	return p, err
}

func (p *place) remove() error {
	p.proxy.Close()
	for _, w := range []*wire{p.source, p.target} {
		if w != nil {
			w.close()
		}
	}
	return os.RemoveAll(p.dir)
}

// firstDump makes the older dump, and then makes a day's changes in production.
func (p *place) firstDump(ctx context.Context) (map[string][]byte, error) {
	o, err := p.run(ctx, p.arguments(backup)...)
	if err != nil || o.code != 0 {
		return nil, fmt.Errorf("hectl %s, without faults: exit code %d, %w\n%s", backup, o.code, err, o.stderr)
	}
	found, err := p.wholeDump(ctx)
	if err != nil {
		return nil, err
	}
	time.Sleep(time.Second) // the next dump's name needs a different second
	return found, p.production.Exec(ctx, sourceDB, day)
}

// environ returns hectl's environment. Only PATH comes from the caller.
func (p *place) environ() []string {
	uri := func(w *wire, database string) string {
		return "postgres://postgres@127.0.0.1:" + w.port + "/" + database
	}
	return append(p.s3.Env(),
		"AWS_ENDPOINT_URL_S3="+p.proxy.URL,
		"PATH="+p.local.Bin()+":"+os.Getenv("PATH"), "TMPDIR="+p.tmp,
		"HECTL_BUCKET=s3://"+p.bucket, "HECTL_PG_BIN="+p.local.Bin(), "HECTL_JOBS=2",
		"HECTL_SOURCE="+uri(p.source, sourceDB), "HECTL_TARGET="+uri(p.target, targetDB),
		clockVariable+"="+p.clock.String())
}

// arguments returns the arguments of a run. The parts are small, so that there are several.
func (p *place) arguments(command string) []string {
	if command == backup {
		return []string{"backup", "-Z", "0", "--part-size", "5MiB"}
	}
	return strings.Fields(command)
}

// run runs hectl until it exits.
func (p *place) run(ctx context.Context, args ...string) (outcome, error) {
	return p.runProgram(ctx, p.hectl, args...)
}

func (p *place) runProgram(ctx context.Context, program string, args ...string) (outcome, error) {
	start := time.Now()
	r, err := p.start(program, args...)
	if err != nil {
		return outcome{}, err
	}
	return r.wait(ctx, start)
}

// prepare gives a backup an empty bucket, and a fetch a target and a dump.
func (p *place) prepare(ctx context.Context, command string) error {
	if command == backup {
		return p.fill(ctx, nil)
	}
	for _, name := range append(p.databases(ctx), targetDB) {
		if err := p.local.Exec(ctx, "postgres", "DROP DATABASE IF EXISTS "+pgtools.Quote(name)+" WITH (FORCE)"); err != nil {
			return err
		}
	}
	if command == refresh {
		return p.prepareRefresh(ctx)
	}
	if err := p.renewTarget(ctx); err != nil {
		return err
	}
	return p.fill(ctx, p.dump)
}

// renewTarget makes the target a copy of beforeDB.
func (p *place) renewTarget(ctx context.Context) error {
	for _, sql := range []string{"DROP DATABASE IF EXISTS " + targetDB, "CREATE DATABASE " + targetDB + " TEMPLATE " + beforeDB} {
		if err := p.local.Exec(ctx, "postgres", sql); err != nil {
			return err
		}
	}
	return nil
}

// fill makes the bucket contain exactly these objects.
func (p *place) fill(ctx context.Context, want map[string][]byte) error {
	have, err := p.s3.Objects(ctx, p.bucket)
	if err != nil {
		return err
	}
	for _, o := range have {
		if want[o.Key] == nil {
			if err := p.s3.Delete(ctx, p.bucket, o.Key); err != nil {
				return err
			}
		}
	}
	for key, data := range want {
		if err := p.s3.Put(ctx, p.bucket, key, data); err != nil {
			return err
		}
	}
	return nil
}

// wholeDump returns the only dump in the bucket and its manifest, with the ETag of an
// upload in one piece.
func (p *place) wholeDump(ctx context.Context) (map[string][]byte, error) {
	found := map[string][]byte{}
	list, err := p.s3.Objects(ctx, p.bucket)
	if err != nil {
		return nil, err
	}
	tags := []string{}
	for _, o := range list {
		data, err := p.s3.Get(ctx, p.bucket, o.Key)
		if err != nil {
			return nil, err
		}
		found[o.Key] = data
		if strings.HasPrefix(o.Key, "backups/") {
			tags = append(tags, o.ETag, fmt.Sprintf("%x", md5.Sum(data)))
		}
	}
	for key, data := range found {
		if strings.HasPrefix(key, "manifests/") {
			found[key] = []byte(strings.NewReplacer(tags...).Replace(string(data)))
		}
	}
	return found, nil
}

// databases lists the target and the databases that hectl made from it.
func (p *place) databases(ctx context.Context) []string {
	return p.query(ctx, p.local, "SELECT datname::text FROM pg_database WHERE starts_with(datname, '"+targetDB+"') ORDER BY 1")
}

// query returns the rows of a query, in the maintenance database.
func (p *place) query(ctx context.Context, c *pgtest.Cluster, sql string) []string {
	db, err := pgtools.Connect(ctx, c.SocketConn("postgres"), appName)
	if err != nil {
		return []string{err.Error()}
	}
	defer db.Close(context.WithoutCancel(ctx))
	rows, err := pgtools.Rows[string](ctx, db, sql)
	if err != nil {
		return []string{err.Error()}
	}
	return rows
}

// contents describes a database: a checksum of the rows of each table, without
// passwords, which are salted; sequences, indexes, constraints and large objects.
func contents(ctx context.Context, c *pgtest.Cluster, database string) (string, error) {
	db, err := pgtools.Connect(ctx, c.SocketConn(database), appName)
	if err != nil {
		return "", err
	}
	defer db.Close(context.WithoutCancel(ctx))
	queries, err := pgtools.Rows[string](ctx, db, `
		SELECT format('SELECT %L || '' '' || count(*) || '' '' || coalesce(sum(hashtextextended((to_jsonb(t) - ''encrypted_password'')::text, 0)), 0) FROM (SELECT * FROM %s) t', oid::regclass, oid::regclass)
		FROM pg_class WHERE relkind IN ('r', 'm', 'S') AND relnamespace = 'public'::regnamespace ORDER BY oid::regclass::text`)
	if err != nil {
		return "", err
	}
	queries = append(queries,
		`SELECT 'indexes ' || coalesce(string_agg(pg_get_indexdef(indexrelid), '; ' ORDER BY indexrelid::regclass::text), '') FROM pg_index WHERE indisvalid AND indrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace)`,
		`SELECT 'constraints ' || coalesce(string_agg(conname || ' ' || pg_get_constraintdef(oid), '; ' ORDER BY conname), '') FROM pg_constraint WHERE convalidated AND connamespace = 'public'::regnamespace`,
		`SELECT 'triggers ' || coalesce(string_agg(tgname || ' ' || tgenabled::text, '; ' ORDER BY tgname), '') FROM pg_trigger WHERE NOT tgisinternal`,
		`SELECT count(*) || ' large objects' FROM pg_largeobject_metadata`)
	var all strings.Builder
	for _, sql := range queries {
		var line string
		if err := db.QueryRow(ctx, sql).Scan(&line); err != nil {
			return "", err
		}
		all.WriteString(line + "\n")
	}
	return all.String(), nil
}
