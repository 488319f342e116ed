//go:build linux

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"syscall"

	"github.com/rubyforgood/hectl/pgtools"
	"github.com/rubyforgood/hectl/test/s3test"
)

// refresh is a fetch that refreshes the snapshot of an older dump, and keeps a new one.
const refresh = fetch + " --snapshot"

// day contains the changes in production between the two dumps of a refresh. They make
// hectl delete rows by key, check foreign keys, create some of them again, replace a
// table and refresh a materialized view.
const day = `
DELETE FROM items WHERE id % 100 = 7 OR user_id > 490;
DELETE FROM users WHERE id > 495;
INSERT INTO users (email, encrypted_password) SELECT 'new' || i || '@example.com', md5(i::text) FROM generate_series(1, 10) i;
INSERT INTO items (user_id, name) SELECT 501, 'new ' || i FROM generate_series(1, 100) i;
UPDATE items SET name = 'changed' WHERE id % 500 = 0;
DELETE FROM events WHERE id > 13900 AND id % 2 = 0;
UPDATE events SET text = 'changed' WHERE id > 13950;
INSERT INTO events SELECT i, 'new ' || i FROM generate_series(14001, 14100) i;
INSERT INTO notes VALUES ('changed', 1);
UPDATE votes SET item_id = 1 WHERE id = 1;
REFRESH MATERIALIZED VIEW names;
`

// Rows in the dumps of a refresh: two in segments that differ, and one in a segment that
// does not.
const (
	olderRow = "events.13999.older"
	newerRow = "new 14050"
	sameRow  = "events.1.older"
)

// A step is a moment of a refresh.
type step struct {
	name string
	// statements are sent to Postgres on the same connection, in this order. The fault
	// strikes while the server carries out the last one, or before the server gets it.
	statements []string
	early      bool
	// row is a row of the older dump: the moment is the download of its segment. It is ""
	// if the moment is not a download.
	row string
}

// refreshSteps returns the steps of a refresh, in order.
func refreshSteps() []step {
	return []step{
		{name: "while rows are compared", row: olderRow},
		{name: "while the snapshot is copied", statements: []string{`CREATE DATABASE \S+ TEMPLATE "` + targetDB + `_snapshot_`}},
		{name: "after the copy, before its mark", statements: []string{`COMMENT ON DATABASE`}, early: true},
		{name: "while rows are deleted", statements: []string{`DELETE FROM ONLY`}},
		{name: "while rows are inserted", statements: []string{`DELETE FROM ONLY`, `COPY public\.`}},
		{name: "while a table is replaced", statements: []string{`COPY public\.notes`}},
		{name: "at the commit that checks foreign keys", statements: []string{`DELETE FROM ONLY`, `(?i)\bcommit\b`}},
		{name: "while a foreign key is created again", statements: []string{`ADD CONSTRAINT \S+ FOREIGN KEY`}},
		{name: "while a materialized view is filled", statements: []string{`REFRESH MATERIALIZED VIEW`}},
		{name: "during VACUUM", statements: []string{`VACUUM \(ANALYZE\)`}},
		{name: "while the new snapshot is copied", statements: []string{`CREATE DATABASE \S+_new" TEMPLATE`}},
		{name: "right before the swap", statements: []string{`RENAME TO`}, early: true},
		{name: "at the commit of the swap", statements: []string{`RENAME TO`, `(?i)\bcommit\b`}},
		{name: "right after the swap", statements: []string{`DROP DATABASE IF EXISTS \S+_out"`}, early: true},
	}
}

// stepNames returns a list of the steps in Markdown.
func stepNames() string {
	var names []string
	for _, s := range refreshSteps() {
		names = append(names, "- "+s.name)
	}
	return strings.Join(names, "\n")
}

// step returns the step of the run. The selection of "make test" has fewer points than
// there are steps.
func (t *try) step() step { return t.row.steps[t.n*len(t.row.steps)/max(t.row.points, 1)] }

// arm makes the fault happen at the step.
func (t *try) arm(ctx context.Context) {
	strike := func(backend int) (send bool) {
		t.struck.Store(true)
		defer close(t.over)
		r := <-t.begun
		if err := t.row.atStep(ctx, t, r, backend); err != nil {
			t.failed = err
		}
		select {
		case <-r.done:
			return false
		default:
			return true
		}
	}
	s := t.step()
	if s.row != "" {
		t.on(t.covers(t.older, s.row), s3test.Hold(func() { strike(0) })).Times(1)
		return
	}
	w := &watch{early: s.early, strike: strike}
	for _, text := range s.statements {
		w.statements = append(w.statements, regexp.MustCompile(text))
	}
	t.target.strikeAt(w)
}

// covers matches the download of the part of a dump that contains text.
func (p *place) covers(of map[string][]byte, text string) s3test.Match {
	key, at := locate(of, text)
	return func(r *http.Request) bool {
		var from, to int
		_, err := fmt.Sscanf(r.Header.Get("Range"), "bytes=%d-%d", &from, &to)
		return s3test.Is("GetObject")(r) && err == nil && path.Base(r.URL.Path) == path.Base(key) && from <= at && at <= to
	}
}

// locate returns the key of the only dump that contains text, and the position of the
// text in that dump.
func locate(of map[string][]byte, text string) (key string, at int) {
	for key, data := range of {
		if at := bytes.Index(data, []byte(text)); at >= 0 {
			return key, at
		}
	}
	panic(text + " is in no dump") // a mistake in this program
}

// signalledAtStep sends hectl a signal. SIGKILL takes effect at once.
func signalledAtStep(s syscall.Signal) func(context.Context, *try, *running, int) error {
	return func(_ context.Context, _ *try, r *running, _ int) error {
		r.signal(s)
		if s == syscall.SIGKILL {
			<-r.done
		}
		return nil
	}
}

// terminated ends the session that sent the statement, or any session at a download.
func terminated(ctx context.Context, t *try, r *running, pid int) error {
	if pid == 0 {
		return backend(false)(ctx, t, r)
	}
	if got := t.query(ctx, t.local, fmt.Sprintf("SELECT pg_terminate_backend(%d)::text", pid)); !slices.Equal(got, []string{"true"}) {
		return fmt.Errorf("terminate the backend %d: %q", pid, got)
	}
	return nil
}

func restartedAtStep(s syscall.Signal) func(context.Context, *try, *running, int) error {
	return func(ctx context.Context, t *try, r *running, _ int) error { return restart(s)(ctx, t, r) }
}

func cutAtStep(_ context.Context, t *try, _ *running, _ int) error {
	t.target.set(blinked)
	return nil
}

const (
	refreshed = "refreshing the snapshot"            // in a message of every refresh
	inFull    = "instead of refreshing the snapshot" // in a message if the refresh is not possible
	failed    = "failed: "                           // in a message if the refresh has failed

	wholeRestored = "the whole dump is restored"
)

func refreshRows() []row {
	steps := refreshSteps()
	return []row{
		{command: refresh, fault: "none", codes: []int{0}, outcome: "target and snapshot replaced", said: refreshed},
		{command: refresh, fault: "SIGINT", points: len(steps), steps: steps, codes: []int{130, 0}, atStep: signalledAtStep(syscall.SIGINT)},
		{command: refresh, fault: "SIGTERM", points: len(steps), steps: steps, codes: []int{130, 0}, atStep: signalledAtStep(syscall.SIGTERM)},
		{
			command: refresh, fault: "SIGKILL", points: len(steps), steps: steps, codes: []int{killed}, leaves: tempDatabase | tempFiles, quick: true,
			atStep: signalledAtStep(syscall.SIGKILL),
		},
		{
			command: refresh, fault: "pg_terminate_backend ends a session", points: len(steps), steps: steps, codes: []int{0, 1, 3}, leaves: tempDatabase,
			atStep: terminated,
		},
		{command: refresh, fault: "network to Postgres: connections cut", points: 5, steps: steps, codes: []int{1, 0, 3}, leaves: tempDatabase, atStep: cutAtStep},
		{
			command: refresh, fault: "server restarted (fast)", points: 5, steps: steps, codes: []int{1, 0, 3}, own: true, leaves: tempDatabase,
			atStep: restartedAtStep(syscall.SIGINT),
		},
		{
			command: refresh, fault: "server restarted (immediate)", points: 5, steps: steps, codes: []int{1, 0, 3}, own: true, leaves: tempDatabase,
			atStep: restartedAtStep(syscall.SIGQUIT),
		},
		{command: refresh, fault: "S3: a download is cut within a segment of the older dump", codes: []int{0}, said: refreshed, before: s3(func(t *try) {
			t.on(t.covers(t.older, olderRow), s3test.ResetAnswer(1000)).Times(1)
		})},
		{command: refresh, fault: "S3: a download is cut within a segment of the newer dump", codes: []int{0}, said: refreshed, before: s3(func(t *try) {
			t.on(t.covers(t.dump, newerRow), s3test.ResetAnswer(1000)).Times(1)
		})},
		{command: refresh, fault: "S3: 403 midway, the credentials have expired", codes: []int{12}, before: s3(func(t *try) {
			t.on(t.covers(t.older, olderRow), s3test.Hold(func() { t.proxy.On(every, s3test.Answer(http.StatusForbidden, "ExpiredToken")) })).Times(1)
		})},
		{
			command: refresh, fault: "a byte changed in the bucket, in a segment of the older dump that differs", codes: []int{0}, said: failed, spoils: true,
			whole: true, outcome: wholeRestored,
			before: rotten(func(t *try) map[string][]byte { return t.older }, olderRow),
		},
		{
			command: refresh, fault: "a byte changed in the bucket, in a segment of the newer dump that differs", codes: []int{13}, spoils: true,
			before: rotten(func(t *try) map[string][]byte { return t.dump }, newerRow),
		},
		{
			command: refresh, fault: "a byte changed in the bucket, in a segment that both dumps have", codes: []int{0}, said: refreshed, spoils: true,
			outcome: "target and snapshot replaced, because the segment is not read",
			before:  rotten(func(t *try) map[string][]byte { return t.dump }, sameRow),
		},
		{
			command: refresh, fault: "the older dump is overwritten", codes: []int{0}, said: inFull, spoils: true,
			whole: true, outcome: wholeRestored,
			before: func(ctx context.Context, t *try) error {
				key, _ := locate(t.older, olderRow)
				return t.s3.Put(ctx, t.bucket, key, flipped(t.older, olderRow))
			},
		},
		{
			command: refresh, fault: "the older dump is deleted midway", codes: []int{0}, said: failed, spoils: true, whole: true, outcome: wholeRestored,
			before: deletedMidway(func(t *try) map[string][]byte { return t.older }),
		},
		{command: refresh, fault: "the newer dump is deleted midway", codes: []int{10}, spoils: true, before: deletedMidway(func(t *try) map[string][]byte { return t.dump })},
		{command: refresh, fault: "disk full: TMPDIR", codes: []int{1}, instead: fullTemp},
		{
			command: refresh, fault: "disk full: server", points: 4, codes: []int{1, 0, 3}, own: true, disk: true, leaves: tempDatabase, instead: fullServer, mend: recovered,
		},
	}
}

// rotten changes a byte of a dump on the disk of the S3 server, which does not notice: the
// ETag stays the same.
func rotten(of func(t *try) map[string][]byte, text string) preparation {
	return func(_ context.Context, t *try) error {
		key, _ := locate(of(t), text)
		return os.WriteFile(t.s3.Path(t.bucket, key), flipped(of(t), text), 0o600)
	}
}

// flipped returns a dump in which a row that contains the text is changed.
func flipped(of map[string][]byte, text string) []byte {
	key, at := locate(of, text)
	data := bytes.Clone(of[key])
	data[at] ^= 1
	return data
}

// deletedMidway deletes a dump while rows of the older dump are downloaded.
func deletedMidway(of func(t *try) map[string][]byte) preparation {
	return func(ctx context.Context, t *try) error {
		t.on(t.covers(t.older, olderRow), s3test.Hold(func() {
			for key := range of(t) {
				_ = t.s3.Delete(ctx, t.bucket, key) // if this fails, so does the row
			}
		})).Times(1)
		return nil
	}
}

// prepareRefresh makes a target, a snapshot of the older dump, and a bucket with both dumps.
func (p *place) prepareRefresh(ctx context.Context) (err error) {
	if p.stock == "" {
		err = p.makeStock(ctx)
	} else {
		err = p.copyStock(ctx)
	}
	if err != nil {
		return err
	}
	if p.base, err = p.snapshots(ctx); err != nil || len(p.base) != 1 {
		return fmt.Errorf("the snapshots are %v, %w", p.base, err)
	}
	if err := p.renewTarget(ctx); err != nil {
		return err
	}
	return p.fill(ctx, p.objects(refresh))
}

// makeStock fetches the older dump with a snapshot, and keeps a copy of the snapshot.
func (p *place) makeStock(ctx context.Context) error {
	if err := p.fill(ctx, p.older); err != nil {
		return err
	}
	o, err := p.run(ctx, p.arguments(refresh)...)
	if err != nil || o.code != 0 {
		return fmt.Errorf("hectl %s of the older dump: exit code %d, %w\n%s", refresh, o.code, err, o.stderr)
	}
	made := p.query(ctx, p.local, "SELECT datname FROM pg_database WHERE starts_with(datname, '"+snapshotPrefix+"')")
	p.mark = p.query(ctx, p.local, "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE starts_with(datname, '"+snapshotPrefix+"')")[0]
	p.stock, p.stocked = "stock_"+p.bucket, made[0]
	return p.local.Exec(ctx, "postgres", "CREATE DATABASE "+p.stock+sealedCopy+pgtools.Quote(p.stocked))
}

// copyStock makes the snapshot again, as hectl does: one transaction sets its name and
// its mark.
func (p *place) copyStock(ctx context.Context) error {
	if err := p.local.Exec(ctx, "postgres", "CREATE DATABASE "+targetDB+"_copy"+sealedCopy+p.stock); err != nil {
		return err
	}
	name := pgtools.Quote(p.stocked)
	return p.local.Exec(ctx, "postgres", "BEGIN; ALTER DATABASE "+targetDB+"_copy RENAME TO "+name+";"+
		"COMMENT ON DATABASE "+name+" IS "+pgtools.QuoteLiteral(p.mark)+"; COMMIT")
}

const sealedCopy = " STRATEGY file_copy ALLOW_CONNECTIONS false TEMPLATE "

// objects returns the objects in the bucket during the command.
func (p *place) objects(command string) map[string][]byte {
	if command != refresh {
		return p.dump
	}
	both := maps.Clone(p.dump)
	maps.Copy(both, p.older)
	return both
}

// snapshot is the database of a snapshot, with the state that shows hectl that no session
// has changed it.
type snapshot struct{ Name, State string }

// snapshots returns the snapshots of the target.
func (p *place) snapshots(ctx context.Context) ([]snapshot, error) {
	db, err := pgtools.Connect(ctx, p.local.SocketConn("postgres"), appName)
	if err != nil {
		return nil, err
	}
	defer db.Close(context.WithoutCancel(ctx))
	return pgtools.Rows[snapshot](ctx, db, `
		SELECT d.datname::text, format('oid %s, %s, %s, marked by %s: %s', d.oid,
			CASE WHEN d.datallowconn THEN 'open' ELSE 'sealed' END,
			CASE WHEN d.xmin = c.xmin THEN 'untouched' ELSE 'touched' END, c.xmin, c.description)
		FROM pg_database d LEFT JOIN pg_shdescription c ON c.objoid = d.oid AND c.classoid = 'pg_database'::regclass
		WHERE starts_with(d.datname, '`+snapshotPrefix+`') ORDER BY d.datname`)
}

const snapshotPrefix = targetDB + "_snapshot_"

// snapshotContents describes a snapshot by a copy of it, because it does not accept
// connections.
func (p *place) snapshotContents(ctx context.Context, name string) (_ string, err error) {
	look := "look_" + p.bucket
	if err := p.local.Exec(ctx, "postgres", "CREATE DATABASE "+look+" STRATEGY file_copy TEMPLATE "+pgtools.Quote(name)); err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, p.local.Exec(ctx, "postgres", "DROP DATABASE "+look)) }()
	return contents(ctx, p.local, look)
}

// judgeSnapshots checks the snapshots after a run. replaced reports whether the run
// replaced the target.
func (t *try) judgeSnapshots(ctx context.Context, o outcome, replaced bool) (ending string, wrong []string) {
	complain := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	if len(t.row.steps) > 0 && !t.struck.Load() {
		complain("the fault did not happen")
	}
	if t.failed != nil {
		complain("the fault: %v", t.failed)
	}
	if o.code == 0 && t.row.steps == nil && strings.Contains(o.stdout, "Refreshed from") == t.row.whole {
		complain("refreshed although it cannot be, or the other way round: %s", o.stdout)
	}
	now, err := t.snapshots(ctx)
	if err != nil || len(now) != 1 {
		complain("the snapshots are %v, %v", now, err)
		return ending, wrong
	}
	holds, err := t.snapshotContents(ctx, now[0].Name)
	kept := !replaced || strings.Contains(o.stderr, "no snapshot was kept")
	switch {
	case err != nil:
		complain("the snapshot: %v", err)
	case kept:
		ending = ", snapshot kept"
		if now[0] != t.base[0] || holds != t.based {
			complain("the snapshot %v is not as before, %v:\n%s", now[0], t.base[0], holds)
		}
	default:
		ending = ", snapshot replaced"
		if !strings.Contains(now[0].State, "sealed, untouched") || holds != t.fetched {
			complain("the snapshot %v is not that of the newer dump:\n%s", now[0], holds)
		}
	}
	return ending, wrong
}

// nextRefreshed checks that the run after a fault used the existing snapshot.
func (t *try) nextRefreshed(ctx context.Context, o outcome, before []snapshot) (wrong []string) {
	complain := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	want := "contains this dump"
	if slices.Equal(before, t.base) {
		want = "Refreshed from"
	}
	if !strings.Contains(o.stdout+o.stderr, want) {
		complain("the message does not contain %q:\n%s%s", want, o.stderr, o.stdout)
	}
	now, err := t.snapshots(ctx)
	if err != nil || len(now) != 1 || !strings.Contains(now[0].State, "sealed, untouched") {
		complain("the snapshots are %v, %v", now, err)
		return wrong
	}
	if holds, err := t.snapshotContents(ctx, now[0].Name); err != nil || holds != t.fetched {
		complain("the snapshot is not that of the newer dump, %v:\n%s", err, holds)
	}
	return wrong
}
