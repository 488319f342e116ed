//go:build linux

package main

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/rubyforgood/hectl/test/s3test"
)

const points = 20

// rows returns the rows of the table in docs/reliability.md.
func rows() []row {
	return slices.Concat(backupRows(), fetchRows(), refreshRows())
}

func backupRows() []row {
	return []row{
		{command: backup, fault: "none", codes: []int{0}, outcome: "one dump"},
		{command: backup, fault: "SIGINT", points: points, codes: []int{130, 0, killed}, strike: signalled(syscall.SIGINT)},
		{command: backup, fault: "SIGTERM", points: points, codes: []int{130, 0, killed}, strike: signalled(syscall.SIGTERM)},
		{command: backup, fault: "SIGKILL", points: points, codes: []int{killed, 0}, leaves: openUpload, strike: signalled(syscall.SIGKILL)},
		{
			command: backup, fault: "SIGKILL before each request to S3", points: 8, codes: []int{killed, 0}, leaves: openUpload, quick: true,
			before: atRequest(false),
		},
		{
			command: backup, fault: "SIGKILL after each request to S3, before its answer", points: 8, codes: []int{killed, 0}, leaves: openUpload,
			before: atRequest(true),
		},
		{command: backup, fault: "SIGKILL to pg_dump", points: points, codes: []int{1, 0}, strike: child("pg_dump")},
		{command: backup, fault: "pg_terminate_backend ends a session", points: points, codes: []int{1, 0}, strike: backend(false)},
		{command: backup, fault: "another session waits to lock a table", points: 10, codes: []int{0}, strike: lockRequest, outcome: "one dump"},
		{command: backup, fault: "another session waits to lock a table, before any row is read", points: 3, codes: []int{0}, strike: earlyLockRequest, outcome: "one dump"},
		{command: backup, fault: "SIGKILL to a backend: the server crashes and recovers", points: 5, codes: []int{1, 0}, own: true, strike: backend(true), mend: recovered},
		{command: backup, fault: "server restarted (fast)", points: 5, codes: []int{1, 0}, own: true, strike: restart(syscall.SIGINT)},
		{command: backup, fault: "server restarted (immediate)", points: 5, codes: []int{1, 0}, own: true, strike: restart(syscall.SIGQUIT)},
		{command: backup, fault: "network to Postgres: connections cut", points: 10, codes: []int{1, 0}, before: network(blinked)},
		{command: backup, fault: "network to Postgres: down", points: 10, codes: []int{1, 0}, before: network(severed)},
		{
			command: backup, fault: "network to Postgres: stalled (--stall-timeout 2s)", points: 3, codes: []int{1}, own: true, aside: true, before: network(stalled),
			args: []string{"--stall-timeout", "2s"}, said: "stalled",
		},
		{command: backup, fault: "S3: 503 for 3 s", codes: []int{0}, before: unavailable(3*time.Second, "UploadPart", 1)},
		{command: backup, fault: "S3: 503 for a minute", codes: []int{0}, own: true, aside: true, before: unavailable(time.Minute, "UploadPart", 1)},
		{command: backup, fault: "S3: every second part upload reset", codes: []int{0}, before: s3(func(t *try) {
			t.on(s3test.Is("UploadPart"), s3test.ResetRequest(1000)).Every(2)
		})},
		{command: backup, fault: "S3: a part stalls", codes: []int{0}, own: true, aside: true, before: s3(func(t *try) {
			t.on(s3test.Is("UploadPart"), s3test.Stall()).After(1).Times(1)
		})},
		{command: backup, fault: "S3: a byte changed in transit", codes: []int{0}, before: s3(func(t *try) {
			t.on(s3test.Is("UploadPart"), s3test.FlipRequest(1000)).After(1).Times(1)
		})},
		{command: backup, fault: "S3: a byte changed in transit, every time", codes: []int{13}, before: s3(func(t *try) {
			t.on(s3test.Is("UploadPart"), s3test.FlipRequest(1000)).After(1)
		})},
		{command: backup, fault: "S3: 403 midway, the credentials have expired", codes: []int{12}, leaves: openUpload, before: s3(func(t *try) {
			t.on(every, s3test.Answer(http.StatusForbidden, "ExpiredToken")).After(2)
		})},
		{command: backup, fault: "S3: 404 midway, the upload was aborted", codes: []int{1}, before: s3(func(t *try) {
			t.on(s3test.Is("UploadPart", "CompleteMultipartUpload"), s3test.Answer(http.StatusNotFound, "NoSuchUpload")).After(1)
		})},
		{command: backup, fault: "S3: 500 on CompleteMultipartUpload after it succeeded", codes: []int{0}, before: s3(func(t *try) {
			t.on(s3test.Is("CompleteMultipartUpload"), s3test.LoseAnswer(http.StatusInternalServerError, "InternalError")).Times(1)
		}), quick: true},
		{command: backup, fault: "S3: 500 on the manifest's PutObject after it succeeded", codes: []int{0}, before: s3(func(t *try) {
			t.on(s3test.Is("PutObject"), s3test.LoseAnswer(http.StatusInternalServerError, "InternalError")).Times(1)
		})},
		{command: backup, fault: "disk full: TMPDIR", codes: []int{0}, instead: fullTemp},
		{command: backup, fault: "clock set back an hour between two backups, with --prune", codes: []int{3}, dumps: 2, said: "is not the newest of", instead: clockBack, outcome: "both dumps"},
		{command: backup, fault: "two at once", codes: []int{0}, instead: twoBackups, outcome: "the first one's dump; the second exits 11"},
	}
}

func fetchRows() []row {
	return []row{
		{command: fetch, fault: "none", codes: []int{0}, outcome: "target replaced"},
		{command: fetch, fault: "SIGINT", points: points, codes: []int{130, 0, killed}, strike: signalled(syscall.SIGINT)},
		{command: fetch, fault: "SIGTERM", points: points, codes: []int{130, 0, killed}, strike: signalled(syscall.SIGTERM)},
		{command: fetch, fault: "SIGKILL", points: points, codes: []int{killed, 0}, leaves: tempDatabase | tempFiles, strike: signalled(syscall.SIGKILL)},
		{command: fetch, fault: "SIGKILL to pg_restore", points: points, codes: []int{1, 0}, strike: child("pg_restore")},
		{command: fetch, fault: "pg_terminate_backend ends a session", points: points, codes: []int{1, 0, 3}, leaves: tempDatabase, strike: backend(false)},
		{
			command: fetch, fault: "SIGKILL to a backend: the server crashes and recovers", points: 5, codes: []int{1, 0, 3}, own: true, leaves: tempDatabase,
			strike: backend(true), mend: recovered,
		},
		{command: fetch, fault: "server restarted (fast)", points: 5, codes: []int{1, 0, 3}, own: true, leaves: tempDatabase, strike: restart(syscall.SIGINT)},
		{command: fetch, fault: "server restarted (immediate)", points: 5, codes: []int{1, 0, 3}, own: true, leaves: tempDatabase, strike: restart(syscall.SIGQUIT)},
		{command: fetch, fault: "network to Postgres: connections cut", points: 10, codes: []int{1, 0, 3}, before: network(blinked), leaves: tempDatabase, quick: true},
		{command: fetch, fault: "network to Postgres: down", points: 10, codes: []int{1, 3}, before: network(severed), leaves: tempDatabase},
		{
			command: fetch, fault: "network to Postgres: stalled, then Ctrl-C", points: 3, codes: []int{130}, own: true, aside: true, leaves: tempDatabase,
			before: network(stalled), strike: func(_ context.Context, t *try, r *running) error {
				time.Sleep(t.takes[fetch] + 3*time.Second)
				r.signal(syscall.SIGINT)
				return nil
			},
		},
		{command: fetch, fault: "S3: 503 for 3 s", codes: []int{0}, before: unavailable(3*time.Second, "GetObject", 2)},
		{command: fetch, fault: "S3: 503 for a minute", codes: []int{0}, own: true, aside: true, before: unavailable(time.Minute, "GetObject", 2)},
		{command: fetch, fault: "S3: every second download reset", codes: []int{0}, before: s3(func(t *try) {
			t.on(s3test.Is("GetObject"), s3test.ResetAnswer(1000)).Every(2)
		})},
		{command: fetch, fault: "S3: a download stalls", codes: []int{0}, own: true, aside: true, before: s3(func(t *try) {
			t.on(large, s3test.StallAnswer(100_000)).Times(1)
		})},
		{command: fetch, fault: "S3: a byte changed in transit", codes: []int{13}, before: s3(func(t *try) {
			t.on(s3test.Is("GetObject"), flippedAnswer).After(2)
		}), quick: true},
		{command: fetch, fault: "S3: 403 midway, the credentials have expired", codes: []int{12}, before: s3(func(t *try) {
			t.on(every, s3test.Answer(http.StatusForbidden, "ExpiredToken")).After(5)
		})},
		{command: fetch, fault: "S3: 404 midway, the dump is deleted", codes: []int{10}, spoils: true, before: func(ctx context.Context, t *try) error {
			t.on(s3test.Is("GetObject"), s3test.Hold(func() {
				for key := range t.dump {
					_ = t.s3.Delete(ctx, t.bucket, key) // if this fails, so does the row
				}
			})).After(3).Times(1)
			t.on(large, s3test.ResetAnswer(100_000)).Times(1)
			return nil
		}},
		{command: fetch, fault: "disk full: TMPDIR", codes: []int{1}, instead: fullTemp},
		{command: fetch, fault: "disk full: server", points: 4, codes: []int{1}, own: true, disk: true, leaves: tempDatabase, instead: fullServer, mend: recovered},
		{command: fetch, fault: "the target is the source, reached through another port", codes: []int{15}, said: "it is the source of the dumps", instead: fetchIntoSource, quick: true},
		{
			command: fetch, fault: "the target becomes a production database midway", codes: []int{15}, said: "says that it is a production database", quick: true,
			before: midway(targetDB, "CREATE SCHEMA app", "CREATE TABLE app.ar_internal_metadata AS SELECT 'environment' AS key, 'production' AS value"),
			mend:   undo(targetDB, "DROP SCHEMA app CASCADE"),
		},
		{
			command: fetch, fault: "another database takes the name of the previous one midway", codes: []int{15}, said: "that hectl did not create",
			before: midway("postgres", "CREATE DATABASE "+targetDB+"_previous"),
			mend:   undo("postgres", "DROP DATABASE "+targetDB+"_previous"),
		},
		{
			command: fetch, fault: "another user's traps in a shared folder, for download and status --metrics", points: traps, codes: []int{1, 2}, quick: true,
			instead: trapped, outcome: "hectl refuses the trap, follows no link and publishes nothing",
		},
		{command: fetch, fault: "two at once", codes: []int{0}, instead: twoFetches, outcome: "target replaced; the second exits 11"},
	}
}

// midway runs statements on the target's server while the dump is downloaded.
func midway(database string, statements ...string) preparation {
	return func(ctx context.Context, t *try) error {
		t.on(s3test.Is("GetObject"), s3test.Hold(func() {
			for _, sql := range statements {
				_ = t.local.Exec(ctx, database, sql) // if this fails, so does the row
			}
		})).After(3).Times(1)
		return nil
	}
}

// undo reverts midway.
func undo(database, sql string) func(ctx context.Context, t *try) error {
	return func(ctx context.Context, t *try) error { return t.local.Exec(ctx, database, sql) }
}

// fetchIntoSource fetches into the source itself, through another port. The source
// must not change.
func fetchIntoSource(ctx context.Context, t *try) (outcome, error) {
	all := func() []string {
		return t.query(ctx, t.production, "SELECT datname || ' ' || oid FROM pg_database ORDER BY 1")
	}
	before := all()
	uri := fmt.Sprintf("postgres://postgres@127.0.0.1:%d/%s", t.production.Port(), sourceDB)
	o, err := t.run(ctx, fetch, "--force", "--target", uri)
	if after := all(); err == nil && !slices.Equal(before, after) {
		err = fmt.Errorf("production has the databases %q, not %q", after, before)
	}
	return o, err
}

// twoBackups starts a second backup, with another key, while the first uploads.
func twoBackups(ctx context.Context, t *try) (outcome, error) {
	return twoAtOnce(ctx, t, "UploadPart", 0, "another backup of", "--env", t.label+"second")
}

// twoFetches starts a second fetch while the first downloads.
func twoFetches(ctx context.Context, t *try) (outcome, error) {
	return twoAtOnce(ctx, t, "GetObject", 3, "another hectl process is working on")
}

// twoAtOnce starts a second run, with args, while the first waits for the answer to a
// request of the given kind. Before that, skip such requests have been answered. The
// second must exit 11 and explain why. The outcome is that of the first.
func twoAtOnce(ctx context.Context, t *try, kind string, skip int, why string, args ...string) (outcome, error) {
	reached, release := make(chan struct{}), make(chan struct{})
	t.on(s3test.Is(kind), s3test.Hold(func() {
		close(reached)
		<-release
	})).After(skip).Times(1)
	start := time.Now()
	first, err := t.hectlStart()
	if err != nil {
		return outcome{}, err
	}
	select {
	case <-reached:
	case <-first.done:
	}
	second, err := t.hectlStart(args...)
	if err != nil {
		close(release)
		return outcome{}, err
	}
	refused, err := second.wait(ctx, start)
	close(release)
	if err != nil {
		return outcome{}, err
	}
	o, err := first.wait(ctx, start)
	if refused.code != 11 || !strings.Contains(refused.stderr, why) {
		return o, fmt.Errorf("the second exited %d: %s", refused.code, refused.stderr)
	}
	return o, err
}

// clockBack backs up twice, the second time with a clock an hour behind and rules
// that keep only one dump.
func clockBack(ctx context.Context, t *try) (outcome, error) {
	args := append(t.arguments(backup), "--env", t.label)
	first, err := t.runProgram(ctx, t.clocked, args...)
	if err != nil || first.code != 0 {
		return first, err
	}
	t.clock = -time.Hour
	defer func() { t.clock = 0 }()
	o, err := t.runProgram(ctx, t.clocked, append(args, "--prune", "--keep-last", "1", "--keep-min", "1")...)
	if err != nil {
		return o, err
	}
	objects, err := t.s3.Objects(ctx, t.bucket)
	if len(objects) != 4 {
		o.code = 1
		o.stderr += "the bucket does not hold two dumps and two manifests"
	}
	return o, err
}
