package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/rubyforgood/hectl/pgtools"
	"github.com/rubyforgood/hectl/test/pgtest"
	"github.com/rubyforgood/hectl/test/s3test"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"hectl": main,
		"exits": exits,
	})
}

// exits runs "exits CODE COMMAND ARGS…" and succeeds if the command exits with
// that code. Signals that it gets, it passes on.
func exits() {
	want, err := strconv.Atoi(os.Args[1])
	if err != nil {
		panic(err)
	}
	cmd := exec.Command(os.Args[2], os.Args[3:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	if err := cmd.Start(); err != nil {
		panic(err)
	}
	signals := make(chan os.Signal, 4)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	go func() {
		for s := range signals {
			_ = cmd.Process.Signal(s)
		}
	}()
	_ = cmd.Wait()
	if got := cmd.ProcessState.ExitCode(); got != want {
		fmt.Fprintf(os.Stderr, "exits: %s ended with %s, not with exit code %d\n", os.Args[2], cmd.ProcessState, want)
		os.Exit(1)
	}
}

// servers are what the scripts talk to: real ones, started once.
type servers struct {
	production, local *pgtest.Cluster
	s3                *s3test.Server
}

// world is what belongs to one script.
type world struct {
	servers
	bucket         string
	dumps, masked  string // the buckets that "in" tells apart
	proxy          *s3test.Proxy
	source, target string // database names
	counted        int64  // bytes received when they were last counted
}

type worldKey struct{}

// TestScripts runs the scripts of testdata/script, all in parallel; those of the
// folder backup are TestScripts/backup/NAME.
func TestScripts(t *testing.T) {
	s := servers{production: pgtest.New(t), local: pgtest.New(t), s3: s3test.New(t)}
	for _, group := range scriptGroups(t) {
		t.Run(group, func(t *testing.T) {
			t.Parallel()
			testscript.Run(t, testscript.Params{
				Dir:                 filepath.Join(scriptDir, group),
				RequireExplicitExec: true,
				RequireUniqueNames:  true,
				Setup:               func(env *testscript.Env) error { return setUp(s, group, env) },
				Cmds:                scriptCommands(),
			})
		})
	}
}

const scriptDir = "testdata/script"

// scriptGroups returns the folders of scriptDir. A script beside them would not run.
func scriptGroups(t *testing.T) []string {
	t.Helper()
	entries, err := os.ReadDir(scriptDir)
	if err != nil {
		t.Fatal(err)
	}
	var groups []string
	for _, e := range entries {
		switch {
		case e.IsDir():
			groups = append(groups, e.Name())
		case e.Name() != "README.md":
			t.Errorf("%s is in no folder of %s", e.Name(), scriptDir)
		}
	}
	return groups
}

// TestScriptReadme checks that the README of the scripts names every group and
// every command.
func TestScriptReadme(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(scriptDir, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, group := range scriptGroups(t) {
		if !strings.Contains(string(text), "\n| `"+group+"/` | ") {
			t.Errorf("no row for the folder %s", group)
		}
	}
	for name := range scriptCommands() {
		if !regexp.MustCompile("(?m)^\\|.*`" + name + "[` ]").Match(text) {
			t.Errorf("no row for the command %s", name)
		}
	}
}

// scriptCommands are the commands that scripts have besides those of testscript.
func scriptCommands() map[string]func(*testscript.TestScript, bool, []string) {
	return map[string]func(*testscript.TestScript, bool, []string){
		"production":  cmdProduction,
		"development": cmdDevelopment,
		"bucket":      cmdBucket,
		"put":         cmdPut,
		"remove":      cmdRemove,
		"untouched":   cmdUntouched,
		"databases":   cmdDatabases,
		"proxy":       cmdProxy,
		"user":        cmdUser,
		"flip":        cmdFlip,
		"forge":       cmdForge,
		"get":         cmdGet,
		"until":       cmdUntil,
		"kill-child":  cmdKillChild,
		"upload":      cmdUpload,
		"backdate":    cmdBackdate,
		"lockable":    cmdLockable,
		"lock":        cmdLock,
		"listen":      cmdListen,
		"logs":        cmdLogs,
		"standby":     cmdStandby,
		"sessions":    cmdSessions,
		"documented":  cmdDocumented,
		"laptop":      cmdLaptop,
		"planted":     cmdPlanted,
		"in":          cmdIn,
		"allow":       cmdAllow,
		"tunnel":      cmdTunnel,
		"ruby":        cmdRuby,
		"debian":      cmdDebian,
	}
}

// setUp gives a script a bucket, a proxy in front of the S3 server, the names
// of a source and a target database that do not exist yet, and an environment
// that holds nothing else.
func setUp(s servers, group string, env *testscript.Env) error {
	name := group + "_" + strings.TrimPrefix(filepath.Base(env.WorkDir), "script-")
	w := &world{
		servers: s,
		bucket:  "bucket-" + strings.ReplaceAll(name, "_", "-"),
		source:  "prod_" + name,
		target:  "dev_" + name,
	}
	if err := s.s3.CreateBucket(context.Background(), w.bucket); err != nil {
		return err
	}
	proxy := s3test.NewProxy(s.s3.URL)
	w.proxy = proxy
	env.Defer(proxy.Close)
	env.Values[worldKey{}] = w

	app, err := filepath.Abs("testdata/app.sql")
	if err != nil {
		return err
	}
	blobs, err := filepath.Abs("testdata/blobs.sql")
	if err != nil {
		return err
	}
	demo, err := filepath.Abs("test/demodata")
	if err != nil {
		return err
	}
	env.Vars = append(env.Vars, s.s3.Env()...)
	set := map[string]string{
		// With the race detector every process sleeps for a second before it exits,
		// which is most of what a short command takes.
		"GORACE":                      "atexit_sleep_ms=20",
		"AWS_ENDPOINT_URL_S3":         proxy.URL,
		"AWS_CONFIG_FILE":             "/nonexistent",
		"AWS_SHARED_CREDENTIALS_FILE": "/nonexistent",
		"AWS_EC2_METADATA_DISABLED":   "true",
		"XDG_CONFIG_HOME":             filepath.Join(env.WorkDir, ".config"),
		"HECTL_BUCKET":                "s3://" + w.bucket,
		"HECTL_SOURCE":                s.production.URI(w.source),
		"HECTL_TARGET":                s.local.URI(w.target),
		"BUCKET":                      w.bucket,
		"SOURCE_DB":                   w.source,
		"TARGET_DB":                   w.target,
		"LOCAL":                       s.local.URI("postgres"),
		"PRODUCTION":                  s.production.URI("postgres"),
		"PREVIOUS":                    s.local.URI(w.target + "_previous"),
		"TOOLS":                       s.local.Bin(),
		"PRODUCTION_SOCKET":           s.production.Socket(),
		"SOURCE_PORT":                 strconv.Itoa(s.production.Port()),
		"TARGET_PORT":                 strconv.Itoa(s.local.Port()),
		"APP":                         app,
		"BLOBS":                       blobs,
		"DEMODATA":                    demo,
		"PROXY":                       proxy.URL,
		"ROOT":                        filepath.Dir(filepath.Dir(app)),
		"PATH":                        env.Getenv("PATH") + string(os.PathListSeparator) + s.local.Bin(),
		"SERIAL":                      name,
	}
	for k, v := range set {
		env.Setenv(k, v)
	}
	return nil
}

func theWorld(ts *testscript.TestScript) *world {
	w, ok := ts.Value(worldKey{}).(*world)
	if !ok {
		ts.Fatalf("no world")
	}
	return w
}

func (w *world) sql(ts *testscript.TestScript, uri, sql string) string {
	cmd := exec.Command(filepath.Join(w.local.Bin(), "psql"), "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", uri, "-c", sql)
	out, err := cmd.CombinedOutput()
	if err != nil {
		ts.Fatalf("%s: %v\n%s", sql, err, out)
	}
	return strings.TrimSpace(string(out))
}

// production [SQLFILE] makes the source database, with testdata/app.sql in it
// unless another file is named.
func cmdProduction(ts *testscript.TestScript, _ bool, args []string) {
	w := theWorld(ts)
	file := ts.Getenv("APP")
	if len(args) > 0 {
		file = ts.MkAbs(args[0])
	}
	w.sql(ts, w.production.URI("postgres"), "CREATE DATABASE "+pgtools.Quote(w.source))
	ts.Check(ts.Exec("psql", "-Xq", "-v", "ON_ERROR_STOP=1", "-o", "/dev/null", "-d", ts.Getenv("HECTL_SOURCE"), "-f", file))
}

// standby [NAME=VALUE…] starts another production server and one that follows
// it, with these settings, and makes the source database in the one and the other
// the source. $PRIMARY is the database on the one that can be written to.
func cmdStandby(ts *testscript.TestScript, _ bool, args []string) {
	ctx, w := context.Background(), theWorld(ts)
	primary, err := pgtest.Start(ctx, pgtest.Options{})
	ts.Check(err)
	ts.Defer(func() { ts.Check(primary.Stop()) })
	w.production = primary
	ts.Setenv("HECTL_SOURCE", primary.URI(w.source))
	ts.Setenv("PRIMARY", primary.URI(w.source))
	cmdProduction(ts, false, nil)
	conf := map[string]string{}
	for _, arg := range args {
		name, value, _ := strings.Cut(arg, "=")
		conf[name] = value
	}
	follower, err := pgtest.Start(ctx, pgtest.Options{Primary: primary, Conf: conf})
	ts.Check(err)
	ts.Defer(func() { ts.Check(follower.Stop()) })
	ts.Check(follower.CatchUp(ctx, primary))
	ts.Setenv("HECTL_SOURCE", follower.URI(w.source))
}

// sessions none shows that pg_dump has no session on the source any more.
func cmdSessions(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 1 || args[0] != "none" {
		ts.Fatalf("usage: sessions none")
	}
	w := theWorld(ts)
	if left := w.sql(ts, ts.Getenv("HECTL_SOURCE"),
		"SELECT pid, state, query FROM pg_stat_activity WHERE application_name ~ '^(hectl backup|pg_dump)$' AND datname = '"+w.source+"'"); left != "" {
		ts.Fatalf("there still is %s", left)
	}
}

// development makes the target database as a developer has it: with work of
// his own in it.
func cmdDevelopment(ts *testscript.TestScript, _ bool, _ []string) {
	w := theWorld(ts)
	w.sql(ts, w.local.URI("postgres"), "CREATE DATABASE "+pgtools.Quote(w.target))
	w.sql(ts, w.local.URI(w.target), "CREATE TABLE marker AS SELECT 'mine'::text AS word")
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

// only returns the key that begins with prefix.
func (w *world) only(ts *testscript.TestScript, prefix string) string {
	for _, key := range w.contents(ts) {
		if strings.HasPrefix(key, prefix) {
			return key
		}
	}
	ts.Fatalf("there is no %s", prefix)
	return ""
}

// flip LABEL PERCENT changes a byte of the label's only dump, that far into it,
// as a failing disk would: the store does not notice.
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

// untouched shows that the target is what "development" made it, and that no
// temp or previous database is left. With "nothing" there was no target, and
// there is none now.
func cmdUntouched(ts *testscript.TestScript, neg bool, args []string) {
	w := theWorld(ts)
	if neg {
		ts.Fatalf("untouched has no negation")
	}
	want := w.target
	if len(args) == 1 && args[0] == "nothing" {
		want = ""
	}
	if got := w.databases(ts); got != want {
		ts.Fatalf("the databases are %q, not %q", got, want)
	}
	if want == "" {
		return
	}
	if got := w.sql(ts, w.local.URI(w.target), "SELECT word FROM marker"); got != "mine" {
		ts.Fatalf("the target holds %q", got)
	}
}

// databases lists the target and what hectl made of it, on the local server.
func cmdDatabases(ts *testscript.TestScript, _ bool, _ []string) {
	_, _ = fmt.Fprintln(ts.Stdout(), theWorld(ts).databases(ts))
}

func (w *world) databases(ts *testscript.TestScript) string {
	return strings.ReplaceAll(w.sql(ts, w.local.URI("postgres"),
		"SELECT datname FROM pg_database WHERE datname ~ '^"+w.target+"(_hectl_.*|_previous|_replaced_.*|_snapshot_.*)?$' ORDER BY 1"), "\n", " ")
}

// bucket lists the objects in the bucket, and after them "upload KEY" for each
// open upload. "bucket empty" fails if there is any of either.
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

// put FILE KEY… puts a file into the bucket under each key. A key may hold one
// range such as {1..1000}, or end in *: then it is that of the only object that
// begins so.
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

// upload HOURS KEY… opens uploads, as of that long ago.
func cmdUpload(ts *testscript.TestScript, _ bool, args []string) {
	w := theWorld(ts)
	for _, key := range args[1:] {
		ts.Check(w.s3.Open(context.Background(), w.bucket, key, hours(ts, args[0])))
	}
}

// backdate HOURS KEY… makes objects that much older.
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

// in masked has later commands that look into the bucket look into that of the
// masked dumps, s3://$MASKED, which it makes the first time. in main goes back.
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

// lock KEY… puts a legal hold on objects.
func cmdLock(ts *testscript.TestScript, _ bool, args []string) {
	w := theWorld(ts)
	for _, key := range args {
		ts.Check(w.s3.Lock(context.Background(), w.bucket, key))
	}
}

// proxy puts faults between hectl and the store:
//
//	proxy stall OPERATION [N]               never answer; with N, nothing after N bytes
//	proxy answer STATUS CODE OPERATION [N]  answer with an error, N times; with "after N", all but the first N times
//	proxy lose OPERATION                    let it happen, and answer 500 the first time
//	proxy reset OPERATION N                 break every Nth answer off after 1000 bytes
//	proxy replace KEY FILE                  put FILE there once a part of KEY has been read
//	proxy from N stall                      never answer who reads from byte N on, or further on
//	proxy from N STATUS CODE                answer such a one with an error
//	proxy dumps|masked stall OPERATION         never answer, for one of the buckets that "in" tells apart
//	proxy dumps|masked STATUS CODE OPERATION   answer with an error, for one of them
//	proxy plain                             the store tells no checksums
//	proxy denied PREFIX [MESSAGE]           refuse to read what lies there; with a message, only in a GET
//	proxy etag                              answer the end of an upload with an ETag of its own
//	proxy sum                               tell checksums of 4 bytes
//	proxy region REGION                     the bucket is in that region
//	proxy pass                              no faults any more
//	proxy count                             print how many bytes were received since the last count
func cmdProxy(ts *testscript.TestScript, _ bool, args []string) {
	p := theWorld(ts).proxy
	number := func(i int) int {
		if i >= len(args) {
			return 0
		}
		n, err := strconv.Atoi(args[i])
		ts.Check(err)
		return n
	}
	p.Reset()
	switch args[0] {
	case "count":
		w := theWorld(ts)
		_, _ = fmt.Fprintln(ts.Stdout(), p.Received()-w.counted)
		w.counted = p.Received()
	case "pass":
	case "stall":
		if n := number(2); n > 0 {
			p.On(s3test.Is(args[1]), s3test.StallAnswer(int64(n)))
		} else {
			p.On(s3test.Is(args[1]), s3test.Stall())
		}
	case "answer":
		rule := p.On(s3test.Is(args[3]), s3test.Answer(number(1), args[2]))
		if len(args) > 5 && args[4] == "after" {
			rule.After(number(5))
		} else if n := number(4); n > 0 {
			rule.Times(n)
		}
	case "lose":
		p.On(s3test.Is(args[1]), s3test.LoseAnswer(http.StatusInternalServerError, "InternalError")).Times(1)
	case "reset":
		p.On(s3test.Is(args[1]), s3test.ResetAnswer(1000)).Every(number(2))
	case "replace":
		w, text := theWorld(ts), []byte(ts.ReadFile(args[2]))
		wanted := func(r *http.Request) bool {
			return s3test.Operation(r) == "GetObject" && strings.Contains(r.URL.Path, args[1])
		}
		p.On(wanted, s3test.Hold(func() {
			for _, key := range w.contents(ts) {
				if strings.Contains(key, args[1]) {
					ts.Check(w.s3.Put(context.Background(), w.bucket, key, text))
				}
			}
		})).After(1).Times(1)
	case "from":
		from := number(1)
		beyond := func(r *http.Request) bool {
			var first int
			_, err := fmt.Sscanf(r.Header.Get("Range"), "bytes=%d-", &first)
			return s3test.Operation(r) == "GetObject" && err == nil && first >= from
		}
		if args[2] == "stall" {
			p.On(beyond, s3test.Stall())
		} else {
			p.On(beyond, s3test.Answer(number(2), args[3]))
		}
	case "dumps", "masked":
		w := theWorld(ts)
		bucket := map[string]string{"dumps": w.dumps, "masked": w.masked}[args[0]]
		there := func(r *http.Request) bool {
			return s3test.Operation(r) == args[len(args)-1] && strings.HasPrefix(r.URL.Path, "/"+bucket+"/")
		}
		if args[1] == "stall" {
			p.On(there, s3test.Stall())
		} else {
			p.On(there, s3test.Answer(number(1), args[2]))
		}
	case "plain":
		p.On(s3test.Is("HeadObject"), s3test.WithoutHeader("X-Amz-Checksum-Crc64nvme"))
	case "denied":
		message, methods := "Access Denied.", "GET HEAD"
		if len(args) > 2 {
			message, methods = args[2], "GET"
		}
		there := func(r *http.Request) bool {
			return strings.Contains(methods, r.Method) && strings.Contains(r.URL.Path, "/"+args[1])
		}
		p.On(there, s3test.AnswerMessage(http.StatusForbidden, "AccessDenied", message))
	case "etag":
		p.On(s3test.Is("CompleteMultipartUpload"), s3test.EditAnswer(func(body string) string {
			return regexp.MustCompile(`[0-9a-f]{32}-`).ReplaceAllString(body, strings.Repeat("0", 32)+"-")
		}))
	case "sum":
		p.On(s3test.Is("PutObject", "UploadPart", "HeadObject"), s3test.WithHeader("X-Amz-Checksum-Crc64nvme", "AAAAAA=="))
	case "region":
		elsewhere := func(r *http.Request) bool {
			return !strings.Contains(r.Header.Get("Authorization"), "/"+args[1]+"/s3/")
		}
		p.On(elsewhere, s3test.Answer(http.StatusMovedPermanently, "PermanentRedirect", "x-amz-bucket-region", args[1]))
	default:
		ts.Fatalf("proxy %s?", args[0])
	}
}

// user NAME ACTION… makes an account of the S3 server that may do these on the
// script's bucket and nothing else, and puts its key into the environment.
func cmdUser(ts *testscript.TestScript, _ bool, args []string) {
	w := theWorld(ts)
	ctx := context.Background()
	access, secret := args[0]+"-"+ts.Getenv("SERIAL"), "secret-of-"+args[0]
	ts.Check(w.s3.AddUser(ctx, access, secret, "user"))
	ts.Check(w.s3.Allow(ctx, w.bucket, access, args[1:]...))
	ts.Setenv("AWS_ACCESS_KEY_ID", access)
	ts.Setenv("AWS_SECRET_ACCESS_KEY", secret)
}

// tunnel forwards a port of this machine, $TUNNEL, to the production server.
func cmdTunnel(ts *testscript.TestScript, _ bool, _ []string) {
	w := theWorld(ts)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	ts.Defer(func() { _ = listener.Close() })
	_, port, err := net.SplitHostPort(listener.Addr().String())
	ts.Check(err)
	ts.Setenv("TUNNEL", port)
	to := net.JoinHostPort("127.0.0.1", strconv.Itoa(w.production.Port()))
	go func() {
		for {
			near, err := listener.Accept()
			if err != nil {
				return // it is closed
			}
			far, err := net.Dial("tcp", to)
			if err != nil {
				_ = near.Close()
				continue
			}
			for _, ends := range [][2]net.Conn{{near, far}, {far, near}} {
				go func() {
					_, _ = io.Copy(ends[0], ends[1])
					_ = ends[0].Close()
				}()
			}
		}
	}()
}

// allow ACTION… has the script's account do these on the bucket that is looked
// into, and nothing else there.
func cmdAllow(ts *testscript.TestScript, _ bool, args []string) {
	w := theWorld(ts)
	ts.Check(w.s3.Allow(context.Background(), w.bucket, ts.Getenv("AWS_ACCESS_KEY_ID"), args...))
}

// until WHAT waits until something is the case:
//
//	until upload              there is an open upload in the bucket
//	until sql URI QUERY       the query's answer is t
//	until child NAME          a background command has started a process of that name
//	until file PATTERN N      a file that matches has N bytes or more
//	until request OPERATION   the proxy has seen a request of that kind
func cmdUntil(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: until upload | sql URI QUERY | child NAME | file PATTERN N | request OPERATION")
	}
	w := theWorld(ts)
	var is func() bool
	switch args[0] {
	case "upload":
		is = func() bool {
			for _, line := range w.contents(ts) {
				if strings.HasPrefix(line, "upload ") {
					return true
				}
			}
			return false
		}
	case "sql":
		is = func() bool { return w.sql(ts, args[1], args[2]) == "t" }
	case "child":
		is = func() bool { return len(children(ts, args[1])) > 0 }
	case "file":
		want, err := strconv.ParseInt(args[2], 10, 64)
		ts.Check(err)
		is = func() bool {
			found, err := filepath.Glob(ts.MkAbs(args[1]))
			ts.Check(err)
			for _, path := range found {
				if info, err := os.Stat(path); err == nil && info.Size() >= want {
					return true
				}
			}
			return false
		}
	case "request":
		is = func() bool { return w.proxy.Requests(s3test.Is(args[1])) > 0 }
	default:
		ts.Fatalf("until %s?", args[0])
	}
	for range 600 {
		if is() {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	ts.Fatalf("it never came to %q", args)
}

// kill-child SIGNAL NAME signals the processes of that name that a background
// command started.
func cmdKillChild(ts *testscript.TestScript, _ bool, args []string) {
	signals := map[string]syscall.Signal{"KILL": syscall.SIGKILL, "TERM": syscall.SIGTERM, "INT": syscall.SIGINT, "STOP": syscall.SIGSTOP}
	pids := children(ts, args[1])
	if len(pids) == 0 {
		ts.Fatalf("no %s runs", args[1])
	}
	for _, pid := range pids {
		if err := syscall.Kill(pid, signals[args[0]]); err != nil && !errors.Is(err, syscall.ESRCH) {
			ts.Fatalf("kill %d: %v", pid, err)
		}
	}
}

// children returns the pids of the processes called name that descend from a
// background command of the script.
func children(ts *testscript.TestScript, name string) []int {
	out, err := exec.Command("ps", "-A", "-o", "pid=,ppid=,comm=").Output()
	ts.Check(err)
	parent, command := map[int]int{}, map[int]string{}
	for line := range strings.Lines(string(out)) {
		f := strings.Fields(line)
		pid, _ := strconv.Atoi(f[0])
		parent[pid], _ = strconv.Atoi(f[1])
		command[pid] = filepath.Base(f[2])
	}
	mine := map[int]bool{}
	for _, cmd := range ts.BackgroundCmds() {
		mine[cmd.Process.Pid] = true
	}
	var pids []int
	for pid, c := range command {
		if c != name {
			continue
		}
		for p := pid; p > 1; p = parent[p] {
			if mine[p] {
				pids = append(pids, pid)
				break
			}
		}
	}
	return pids
}
