//go:build linux

package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/rubyforgood/hectl/test/pgtest"
)

// judge checks a run of a row. It returns a short description of the result, and
// everything that is wrong.
func (t *try) judge(ctx context.Context, o outcome) (ending string, wrong []string) {
	complain := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	if !slices.Contains(t.row.codes, o.code) {
		complain("exit code %d", o.code)
	}
	if t.row.said != "" && o.code == t.row.codes[0] && !strings.Contains(o.stderr, t.row.said) {
		complain("the message does not contain %q", t.row.said)
	}
	if o.code == killed && t.row.leaves == 0 && t.share() > 0.25 {
		complain("killed by a signal that it must handle by now")
	}
	for _, rule := range t.rules {
		if rule.Hits() == 0 {
			complain("the fault did not happen")
		}
	}
	if rest := t.left(ctx); rest != "" {
		complain("%s", rest)
	}
	files, err := os.ReadDir(t.tmp)
	if err != nil || len(files) > 0 && o.code != killed {
		complain("left in TMPDIR: %v %v", files, err)
	}
	var more []string
	if t.row.command == backup {
		ending, more = t.judgeBackup(ctx, o)
	} else {
		ending, more = t.judgeFetch(ctx, o)
	}
	return ending, append(wrong, more...)
}

// left waits until processes and sessions are gone, and describes those that remain.
func (t *try) left(ctx context.Context) string {
	var rest string
	for range 150 {
		rest = ""
		for _, r := range t.started {
			if pids := r.processes(""); len(pids) > 0 {
				rest = fmt.Sprintf("processes are left: %v", pids)
			}
		}
		for _, c := range []*pgtest.Cluster{t.production, t.local} {
			if !c.Running() {
				continue
			}
			sessions := t.query(ctx, c, "SELECT pid || ' ' || application_name || ': ' || query FROM pg_stat_activity WHERE application_name LIKE 'hectl%' AND application_name <> '"+appName+"'")
			if len(sessions) > 0 {
				rest = fmt.Sprintf("sessions are left: %q", sessions)
			}
		}
		if rest == "" || ctx.Err() != nil {
			return rest
		}
		time.Sleep(100 * time.Millisecond)
	}
	return rest
}

// judgeBackup checks the bucket.
func (t *try) judgeBackup(ctx context.Context, o outcome) (ending string, wrong []string) {
	complain := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	dumps, manifests := 0, 0
	objects, err := t.s3.Objects(ctx, t.bucket)
	if err != nil {
		complain("%v", err)
	}
	for _, obj := range objects {
		switch {
		case strings.HasPrefix(obj.Key, "backups/"+t.label+"-"):
			dumps++
		case strings.HasPrefix(obj.Key, "manifests/"+t.label+"-"):
			manifests++
		case !strings.HasPrefix(obj.Key, "backups/") && !strings.HasPrefix(obj.Key, "manifests/"):
			complain("the bucket holds %s", obj.Key)
		}
	}
	uploads, err := t.s3.Uploads(ctx, t.bucket)
	if err != nil {
		complain("%v", err)
	}
	open := 0
	for _, u := range uploads {
		if strings.Contains(u.Key, "/"+t.label+"-") {
			open++
		}
	}
	inBucket := strings.Contains(o.stderr, "the dump is in the bucket")
	switch {
	case o.code == 0 && (dumps != max(t.row.dumps, 1) || manifests != dumps):
		complain("%d dumps and %d manifests", dumps, manifests)
	case o.code == 3 && (dumps != max(t.row.dumps, 1) || !inBucket):
		complain("%d dumps; the message names the dump: %t", dumps, inBucket)
	case o.code > 0 && o.code != 3 && dumps+manifests > 0 && !inBucket:
		complain("%d dumps and %d manifests despite the exit code", dumps, manifests)
	}
	switch {
	case open == 0:
	case t.row.leaves&openUpload == 0:
		complain("%d uploads are open", open)
	case o.code != killed && !strings.Contains(o.stderr, "still in the bucket"):
		complain("%d uploads are open, and the message does not say so", open)
	}
	ending = fmt.Sprintf("%d dumps", dumps)
	if open > 0 {
		ending += ", an upload open"
	}
	return ending, wrong
}

// judgeFetch checks the target.
func (t *try) judgeFetch(ctx context.Context, o outcome) (ending string, wrong []string) {
	complain := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	var temps []string
	for _, name := range t.databases(ctx) {
		if name != targetDB && name != targetDB+"_previous" && (t.row.command != refresh || !strings.HasPrefix(name, snapshotPrefix)) {
			temps = append(temps, name)
		}
	}
	now, err := contents(ctx, t.local, targetDB)
	switch {
	case err != nil:
		complain("the target: %v", err)
	case now == t.before:
		ending = "target unchanged"
		if o.code == 0 || o.code == 3 {
			complain("%s despite the exit code", ending)
		}
	case now == t.fetched:
		ending = "target replaced"
		if o.code > 0 && o.code != 3 {
			complain("%s despite the exit code", ending)
		}
		if previous, err := contents(ctx, t.local, targetDB+"_previous"); err != nil || previous != t.before {
			complain("the previous database differs from the old target: %v", err)
		}
	default:
		complain("the target is neither unchanged nor replaced:\n%s", now)
	}
	if t.row.command == refresh {
		more, found := t.judgeSnapshots(ctx, o, now == t.fetched)
		ending, wrong = ending+more, append(wrong, found...)
	}
	if len(temps) > 0 {
		ending += ", a temp database"
		said := true
		for _, name := range temps {
			said = said && strings.Contains(o.stderr, name)
		}
		switch {
		case t.row.leaves&tempDatabase == 0:
			complain("left: %q", temps)
		case o.code != killed && !said:
			complain("left: %q, not named in the message", temps)
		}
	}
	have, err := t.s3.Objects(ctx, t.bucket)
	if want := t.objects(t.row.command); err != nil || len(have) != len(want) {
		if !t.row.spoils {
			complain("the bucket holds %d objects, not %d, %v", len(have), len(want), err)
		}
	}
	return ending, wrong
}

// next runs the command without a fault. It must succeed, clean up, and report that.
func (t *try) next(ctx context.Context) (wrong []string) {
	complain := func(format string, args ...any) { wrong = append(wrong, "the next run: "+fmt.Sprintf(format, args...)) }
	var temps []string
	var snapshots []snapshot
	if t.row.command != backup {
		if err := t.fill(ctx, t.objects(t.row.command)); err != nil {
			complain("%v", err)
		}
		var err error
		if snapshots, err = t.snapshots(ctx); err != nil {
			complain("%v", err)
		}
		temps = slices.DeleteFunc(t.databases(ctx), func(name string) bool { return !strings.Contains(name, "_hectl_") })
	}
	files, err := os.ReadDir(t.tmp)
	if err != nil {
		complain("%v", err)
	}
	// An unlocked lock file of a backup has no effect, and causes no message.
	files = slices.DeleteFunc(files, func(f os.DirEntry) bool { return strings.HasSuffix(f.Name(), ".lock") })
	args := t.arguments(t.row.command)
	if t.row.command == backup {
		args = append(args, "--env", t.label+"next")
	}
	o, err := t.run(ctx, args...)
	if err != nil || o.code != 0 {
		complain("exit code %d, %v\n      %s", o.code, err, tail(o.stderr))
		return wrong
	}
	for _, name := range temps {
		if !strings.Contains(o.stderr, "dropping "+name) {
			complain("no message about dropping %s", name)
		}
	}
	if len(files) > 0 && !strings.Contains(o.stderr, "left by an earlier run") {
		complain("no message about removing files")
	}
	if rest, err := os.ReadDir(t.tmp); err != nil || len(rest) > 0 {
		complain("left in TMPDIR: %v %v", rest, err)
	}
	if t.row.command == backup {
		return wrong
	}
	if now, err := contents(ctx, t.local, targetDB); err != nil || now != t.fetched {
		complain("the target is not replaced: %v", err)
	}
	rest := t.databases(ctx)
	if t.row.command == refresh {
		wrong = append(wrong, t.nextRefreshed(ctx, o, snapshots)...)
		rest = slices.DeleteFunc(rest, func(name string) bool { return strings.HasPrefix(name, snapshotPrefix) })
	}
	if !slices.Equal(rest, []string{targetDB, targetDB + "_previous"}) {
		complain("the databases are %q", rest)
	}
	return wrong
}

// finish checks a row of backups after its last run: every dump is intact, and a day
// later, prune --uploads aborts the uploads that are still open.
func (t *try) finish(ctx context.Context) (wrong []string) {
	complain := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	objects, err := t.s3.Objects(ctx, t.bucket)
	if err != nil {
		complain("%v", err)
	}
	for _, obj := range objects {
		if !strings.HasPrefix(obj.Key, "backups/") {
			continue
		}
		if o, err := t.run(ctx, "verify", obj.Key); err != nil || o.code != 0 {
			complain("verify %s: exit code %d, %v\n      %s", obj.Key, o.code, err, tail(o.stderr))
		}
	}
	uploads, err := t.s3.Uploads(ctx, t.bucket)
	if err != nil {
		complain("%v", err)
	}
	if len(uploads) == 0 {
		return wrong
	}
	t.clock = 25 * time.Hour
	defer func() { t.clock = 0 }()
	o, err := t.runProgram(ctx, t.clocked, "prune", "--uploads", "--all-envs")
	if err != nil || o.code != 0 || !strings.Contains(o.stdout, fmt.Sprintf("aborted %d of %[1]d", len(uploads))) {
		complain("prune --uploads: exit code %d, %v\n      %s", o.code, err, tail(o.stdout+o.stderr))
	}
	if rest, err := t.s3.Uploads(ctx, t.bucket); err != nil || len(rest) > 0 {
		complain("%d uploads are open after a day and prune --uploads, %v", len(rest), err)
	}
	return wrong
}
