package main

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/rubyforgood/hectl/test/pgtest"
	"github.com/rubyforgood/hectl/test/s3test"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"hectl": main,
		"exits": exits,
	})
}

// servers are the real servers that the scripts use, started once.
type servers struct {
	production, local *pgtest.Cluster
	s3                *s3test.Server
}

// world contains everything that belongs to one script.
type world struct {
	servers
	bucket         string
	dumps, masked  string // the buckets that "in" selects
	proxy          *s3test.Proxy
	source, target string // database names
	counted        int64  // bytes received when they were last counted
}

type worldKey struct{}

// TestScripts runs the scripts of testdata/script, all in parallel. Those in the folder
// backup are TestScripts/backup/NAME.
func TestScripts(t *testing.T) {
	t.Parallel()
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

// scriptCommands returns the commands for scripts in addition to those of testscript.
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
		"container":   cmdContainer,
		"shape":       cmdShape,
	}
}

// setUp gives a script a bucket, a proxy in front of the S3 server, the names of a
// source and a target database that do not exist yet, and a minimal environment.
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
		// With the race detector, every process by default sleeps for a second before it
		// exits, which would be most of the time of a short command.
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
