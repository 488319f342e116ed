package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/rubyforgood/hectl/pgtools/archive"
)

// bucket lists the objects in the bucket, and after them "upload KEY" for each open
// upload. "bucket empty" fails if there are any.
func cmdBucket(ts *testscript.TestScript, _ bool, args []string) {
	w := theWorld(ts)
	lines := w.contents(ts)
	if len(args) == 1 && args[0] == "empty" {
		if len(lines) > 0 {
			ts.Fatalf("the bucket holds %q", lines)
		}
		return
	}
	for _, line := range lines {
		_, _ = fmt.Fprintln(ts.Stdout(), line)
	}
}

func (w *world) contents(ts *testscript.TestScript) []string {
	ctx := context.Background()
	var lines []string
	objects, err := w.s3.Objects(ctx, w.bucket)
	ts.Check(err)
	for _, o := range objects {
		lines = append(lines, o.Key)
	}
	uploads, err := w.s3.Uploads(ctx, w.bucket)
	ts.Check(err)
	for _, u := range uploads {
		lines = append(lines, "upload "+u.Key)
	}
	return lines
}

// put FILE KEY… uploads a file under each key. A key may contain one range such as
// {1..1000}. A key that ends in * stands for the only key with that prefix.
func cmdPut(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: put FILE KEY…")
	}
	w := theWorld(ts)
	text := []byte(ts.ReadFile(args[0]))
	for _, key := range args[1:] {
		if prefix, ok := strings.CutSuffix(key, "*"); ok {
			key = w.only(ts, prefix)
		}
		for _, k := range expandRange(ts, key) {
			ts.Check(w.s3.Put(context.Background(), w.bucket, k, text))
		}
	}
}

func expandRange(ts *testscript.TestScript, key string) []string {
	before, rest, ok := strings.Cut(key, "{")
	if !ok {
		return []string{key}
	}
	span, after, _ := strings.Cut(rest, "}")
	from, to, _ := strings.Cut(span, "..")
	first, err := strconv.Atoi(from)
	ts.Check(err)
	last, err := strconv.Atoi(to)
	ts.Check(err)
	var keys []string
	for i := first; i <= last; i++ {
		keys = append(keys, before+fmt.Sprintf("%0*d", len(to), i)+after)
	}
	return keys
}

// get PREFIX FILE gets the only object whose key begins with PREFIX.
func cmdGet(ts *testscript.TestScript, _ bool, args []string) {
	w := theWorld(ts)
	data, err := w.s3.Get(context.Background(), w.bucket, w.only(ts, args[0]))
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), data, 0o600))
}

// remove PREFIX deletes the only object whose key begins with PREFIX.
func cmdRemove(ts *testscript.TestScript, _ bool, args []string) {
	w := theWorld(ts)
	ts.Check(w.s3.Delete(context.Background(), w.bucket, w.only(ts, args[0])))
}

// only returns the only key that begins with prefix.
func (w *world) only(ts *testscript.TestScript, prefix string) string {
	for _, key := range w.contents(ts) {
		if strings.HasPrefix(key, prefix) {
			return key
		}
	}
	ts.Fatalf("there is no %s", prefix)
	return ""
}

// flip LABEL PERCENT changes a byte of the label's only dump, at that position, as a
// failing disk would. The store does not notice.
func cmdFlip(ts *testscript.TestScript, _ bool, args []string) {
	w := theWorld(ts)
	for _, key := range w.contents(ts) {
		if !strings.HasPrefix(key, "backups/"+args[0]+"-") {
			continue
		}
		path := w.s3.Path(w.bucket, key)
		data, err := os.ReadFile(path)
		ts.Check(err)
		percent, err := strconv.Atoi(args[1])
		ts.Check(err)
		f, err := os.OpenFile(path, os.O_WRONLY, 0)
		ts.Check(err)
		at := len(data) * percent / 100
		_, err = f.WriteAt([]byte{data[at] ^ 1}, int64(at))
		ts.Check(errors.Join(err, f.Close()))
		return
	}
	ts.Fatalf("there is no dump of %s", args[0])
}

// forge FILE ENTRY FIELD TEXT writes the archive in FILE to standard output, with TEXT as
// the definition or COPY statement (FIELD) of the first entry called ENTRY, such as "TABLE
// public.users".
func cmdForge(ts *testscript.TestScript, _ bool, args []string) {
	name, entry, field, text := args[0], args[1], args[2], args[3]
	data, err := os.ReadFile(ts.MkAbs(name))
	ts.Check(err)
	head, err := archive.ReadHead(bytes.NewReader(data))
	ts.Check(err)
	found := false
	raw, err := archive.Rewrite(data[:head.Length], head, func(e *archive.Entry) archive.Edit {
		switch {
		case found || e.String() != entry:
			return archive.Edit{}
		case field == "copy":
			found = true
			return archive.Edit{Copy: text}
		}
		found = true
		return archive.Edit{Definition: text}
	})
	ts.Check(err)
	if !found {
		ts.Fatalf("there is no entry %s", entry)
	}
	_, err = ts.Stdout().Write(append(raw, data[head.Length:]...))
	ts.Check(err)
}

// upload HOURS KEY… opens uploads that began HOURS ago.
func cmdUpload(ts *testscript.TestScript, _ bool, args []string) {
	w := theWorld(ts)
	for _, key := range args[1:] {
		ts.Check(w.s3.Open(context.Background(), w.bucket, key, hours(ts, args[0])))
	}
}

// backdate HOURS KEY… makes objects HOURS older.
func cmdBackdate(ts *testscript.TestScript, _ bool, args []string) {
	w := theWorld(ts)
	for _, key := range args[1:] {
		ts.Check(w.s3.Backdate(w.bucket, key, hours(ts, args[0])))
	}
}

func hours(ts *testscript.TestScript, text string) time.Duration {
	n, err := strconv.Atoi(text)
	ts.Check(err)
	return time.Duration(n) * time.Hour
}

// lockable gives the script another bucket, whose objects can be locked.
func cmdLockable(ts *testscript.TestScript, _ bool, _ []string) {
	w := theWorld(ts)
	w.bucket += "-lockable"
	ts.Check(w.s3.CreateLockableBucket(context.Background(), w.bucket))
	ts.Setenv("BUCKET", w.bucket)
	ts.Setenv("HECTL_BUCKET", "s3://"+w.bucket)
}

// lock KEY… puts a legal hold on objects.
func cmdLock(ts *testscript.TestScript, _ bool, args []string) {
	w := theWorld(ts)
	for _, key := range args {
		ts.Check(w.s3.Lock(context.Background(), w.bucket, key))
	}
}

// in masked selects the bucket of the masked dumps, s3://$MASKED, for later commands,
// and creates it the first time. in main selects the other bucket again.
func cmdIn(ts *testscript.TestScript, _ bool, args []string) {
	w := theWorld(ts)
	if w.masked == "" {
		w.dumps, w.masked = w.bucket, w.bucket+"-masked"
		ts.Check(w.s3.CreateBucket(context.Background(), w.masked))
		ts.Setenv("MASKED", w.masked)
	}
	if w.bucket = w.dumps; len(args) == 1 && args[0] == "masked" {
		w.bucket = w.masked
	}
}

// user NAME ACTION… creates an account of the S3 server with only these rights on the
// script's bucket, and puts its key into the environment.
func cmdUser(ts *testscript.TestScript, _ bool, args []string) {
	w := theWorld(ts)
	ctx := context.Background()
	access, secret := args[0]+"-"+ts.Getenv("SERIAL"), "secret-of-"+args[0]
	ts.Check(w.s3.AddUser(ctx, access, secret, "user"))
	ts.Check(w.s3.Allow(ctx, w.bucket, access, args[1:]...))
	ts.Setenv("AWS_ACCESS_KEY_ID", access)
	ts.Setenv("AWS_SECRET_ACCESS_KEY", secret)
}

// allow ACTION… sets the rights of the script's account on the selected bucket.
func cmdAllow(ts *testscript.TestScript, _ bool, args []string) {
	w := theWorld(ts)
	ts.Check(w.s3.Allow(context.Background(), w.bucket, ts.Getenv("AWS_ACCESS_KEY_ID"), args...))
}
