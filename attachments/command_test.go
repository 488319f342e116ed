package attachments

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/urfave/cli/v2"

	"github.com/rubyforgood/hectl/internal/config"
	"github.com/rubyforgood/hectl/internal/fault"
)

// parse returns the options of a command line.
func parse(t *testing.T, args ...string) (options, error) {
	t.Helper()
	env := newEnv(t)
	env.Environ = []string{"XDG_CONFIG_HOME=" + t.TempDir(), "HOME=" + t.TempDir()}
	if err := os.MkdirAll(filepath.Join(env.Dir, "config"), 0o700); err != nil {
		t.Fatal(err)
	}
	var opt options
	var failed error
	cmd := Command(env)
	cmd.Action = func(c *cli.Context) error {
		opt, failed = newAttachmentsOptions(env, c)
		return nil
	}
	app := &cli.App{Name: "hectl", Commands: []*cli.Command{cmd}}
	if err := app.RunContext(t.Context(), append([]string{"hectl", "fetch-attachments"}, args...)); err != nil {
		t.Fatal(err)
	}
	return opt, failed
}

func TestOptions(t *testing.T) {
	opt, err := parse(t, "--since", "2026-01-02", "--max-size", "5MB", "--name", "logo", "--name", "photo", "--table", "users", "--record-type", "User", "--no-variants", "--check", "--storage", "here", "--service-name", "disk")
	if err != nil {
		t.Fatal(err)
	}
	want := choice{
		RecordTypes: []string{"User"}, Tables: []string{"users"}, Names: []string{"logo", "photo"},
		Since: time.Date(2026, 1, 2, 0, 0, 0, 0, time.Local), MaxSize: 5_000_000, NoVariants: true,
	}
	if diff := cmp.Diff(want, opt.choice); diff != "" {
		t.Error(diff)
	}
	if !opt.check || opt.dryRun || opt.service != "disk" || opt.bucket.Origin != config.ByDefault || filepath.Base(opt.storage) != "here" {
		t.Errorf("%+v", opt)
	}
	for _, args := range [][]string{
		{"--max-size", "0"}, {"--max-size", "big"}, {"--max-size", "9EB"}, {"--since", "soon"}, {"--jobs", "0"}, {"--target", "nothing=1"}, {"--attachments-bucket", "s3://"},
	} {
		if _, err := parse(t, append(args, "--storage", "here")...); fault.CodeOf(err) != fault.Usage {
			t.Errorf("%q: %v", args, err)
		}
	}
}

func TestWrongBucket(t *testing.T) {
	t.Parallel()
	failed, denied, missing := errors.New("broken"), fault.New(fault.Denied, "log in", "denied"), fault.New(fault.NotFound, "--bucket", "missing")
	named, byDefault := config.Bucket{Name: "b", Origin: "--attachments-bucket"}, config.Bucket{Name: "b", Origin: config.ByDefault}
	for _, tt := range []struct {
		bucket config.Bucket
		err    error
		text   string
		hints  []string // the beginning of each hint
	}{
		{named, nil, "", nil},
		{named, failed, "broken", nil},
		{byDefault, failed, "broken", nil},
		{named, denied, "denied", []string{"log in"}},
		{byDefault, denied, "denied (the application's config/storage.yml", []string{"log in", "name the right one"}},
		{named, missing, "attachments bucket s3://b: there is no such bucket", []string{"check --attachments-bucket"}},
		{byDefault, missing, "attachments bucket s3://b: there is no such bucket (the application's", []string{"name the right one"}},
	} {
		got := options{bucket: tt.bucket}.wrongBucket(tt.err)
		if fault.CodeOf(got) != fault.CodeOf(tt.err) || tt.err != nil && !strings.HasPrefix(got.Error(), tt.text) {
			t.Errorf("%s, %v: %v", tt.bucket.Origin, tt.err, got)
		}
		hints := fault.Hints(got)
		slices.Sort(hints)
		if !slices.EqualFunc(hints, tt.hints, strings.HasPrefix) {
			t.Errorf("%s, %v: hints %q", tt.bucket.Origin, tt.err, hints)
		}
	}
}

// A dry run looks for files from the whole list, and stops at the first that is there.
func TestProbe(t *testing.T) {
	env := newEnv(t)
	var wanted []blob
	for i := range 100 {
		wanted = append(wanted, blob{Key: fmt.Sprintf("key%02d", i)})
	}
	for _, tt := range []struct {
		name    string
		there   string // the key that the bucket has
		status  int    // status for all other keys
		wanted  int
		asked   int
		missing int // -1 for an error
	}{
		{"nothing wanted", "", http.StatusNotFound, 0, 0, 0},
		{"none of a few", "", http.StatusNotFound, 3, 3, 3},
		{"none of many", "", http.StatusNotFound, 100, probes, probes},
		{"none may be seen", "", http.StatusForbidden, 100, probes, probes},
		{"the first", "key00", http.StatusNotFound, 100, 1, 0},
		{"the last probed", "key95", http.StatusNotFound, 100, probes, 0},
		{"the last wanted, which is not probed", "key99", http.StatusNotFound, 100, probes, probes},
		{"a broken store", "", http.StatusNotImplemented, 100, 1, -1},
	} {
		var asked atomic.Int32
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			asked.Add(1)
			if r.URL.Path != "/files/in/"+tt.there {
				w.WriteHeader(tt.status)
			}
		}))
		b := answering(t, "")
		b.EndpointURL, b.Base = server.URL, "in"
		store, err := env.Open(t.Context(), b)
		if err != nil {
			t.Fatal(err)
		}
		missing, err := options{bucket: b}.probe(t.Context(), store, wanted[:tt.wanted])
		store.Close()
		server.Close()
		if (err != nil) != (tt.missing < 0) || err == nil && (missing == nil || len(missing) != tt.missing) || int(asked.Load()) != tt.asked {
			t.Errorf("%s: %d requests, %q, %v", tt.name, asked.Load(), missing, err)
		}
	}
}

// A dry run neither creates nor locks the folder.
func TestOpenFolder(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "app", "storage")
	dry, wet := options{storage: path, dryRun: true}, options{storage: path}
	folder, unlock, err := dry.open()
	if folder != nil || err != nil {
		t.Errorf("a dry run of a missing folder: %v, %v", folder, err)
	}
	unlock()
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a dry run made the folder: %v", err)
	}
	folder, unlock, err = wet.open()
	if folder == nil || err != nil {
		t.Fatalf("%v, %v", folder, err)
	}
	if _, _, err := wet.open(); fault.CodeOf(err) != fault.Locked {
		t.Errorf("a second run: %v", err)
	}
	if other, unlock, err := dry.open(); other == nil || err != nil {
		t.Errorf("a dry run beside another: %v", err)
	} else {
		unlock()
		_ = other.Close()
	}
	unlock()
	_, unlock, err = wet.open()
	if err != nil {
		t.Fatalf("a run after another: %v", err)
	}
	unlock()
}

// --check reads the files; without it, their size is enough.
func TestCompare(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	o := options{out: newQuiet(t)}
	right, other := blob{Key: "abcd", Size: 7, MD5: md5Of("mgNkuembtIDdJeHwKEyFVQ==")}, blob{Key: "abef", Size: 7, MD5: make([]byte, 16)} // MD5 of "content"
	if plan, err := o.compare(t.Context(), nil, []blob{right, other}); err != nil || len(plan.Wanted) != 2 {
		t.Errorf("without a folder: %+v, %v", plan, err)
	}
	plan, err := newPlan([]blob{right, other}, func(blob) (bool, error) { return true, nil })
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range plan.There {
		path := filepath.Join(dir, b.path)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte("content"), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	folder, err := openFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer folder.Close()
	for check, want := range map[bool][]string{false: nil, true: {other.Key}} {
		o.check = check
		plan, err := o.compare(t.Context(), folder, []blob{right, other})
		if got := keysOf(plan.Wanted); err != nil || !slices.Equal(got, want) {
			t.Errorf("check %t: wanted %q, %v", check, got, err)
		}
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	stop := errors.New("interrupted")
	cancel(stop)
	if _, err := o.compare(ctx, folder, []blob{right}); !errors.Is(err, stop) {
		t.Errorf("after a signal: %v", err)
	}
}

func TestUnfinished(t *testing.T) {
	t.Parallel()
	cause := fault.New(fault.Denied, "log in", "denied")
	err := unfinished(cause, plan{Wanted: make([]blob, 2000)}, outcome{Fetched: make([]blob, 1000)})
	if fault.CodeOf(err) != fault.Denied || !errors.Is(err, cause) || err.Error() != "denied; 1,000 of 2,000 attachments were fetched" ||
		!slices.Contains(fault.Hints(err), "run the same command again to continue") {
		t.Errorf("%v, %q", err, fault.Hints(err))
	}
}
