package oracle

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rubyforgood/hectl/pgtools"
	"github.com/rubyforgood/hectl/test/pgtest"
	"github.com/rubyforgood/hectl/test/s3test"
)

// hectlBin is the program under test, which TestMain builds.
var hectlBin string

func TestMain(m *testing.M) {
	os.Exit(testMain(m))
}

func testMain(m *testing.M) int {
	dir, err := os.MkdirTemp("", "oracle-")
	if err != nil {
		panic(err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	hectlBin = filepath.Join(dir, "hectl")
	build := exec.Command("go", "build", "-o", hectlBin, "../..")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "build hectl: %v\n%s", err, out)
		return 1
	}
	return m.Run()
}

// world has the servers for all databases of a test.
type world struct {
	*pgtest.Cluster
	s3    *s3test.Server
	major int    // version of the server
	dir   string // the working directory and home of hectl, without any settings
	// plain means that the role that restores can only create databases.
	plain bool
}

// superuser and developer are the roles that restore; space is an additional tablespace.
const (
	superuser = "postgres"
	developer = "developer"
	space     = "elsewhere"
)

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{
		Cluster: pgtest.New(t, pgtest.Options{Bin: extended(t), Conf: map[string]string{
			"allow_in_place_tablespaces": "on",
			"max_connections":            "60",
			"max_prepared_transactions":  "5",
			"wal_level":                  "logical",
			"autovacuum":                 "off", // a drop could happen in the middle of a comparison
			"jit":                        "off", // with enable_seqscan off, each call of a function would be compiled
		}}),
		s3: s3test.New(t), dir: t.TempDir(), plain: os.Getenv("ORACLE_ROLE") == developer,
	}
	db, err := pgtools.Connect(t.Context(), w.Conn("postgres"), "oracle")
	if err != nil {
		t.Fatal(err)
	}
	w.major = db.ServerVersion().Major
	db.Close(t.Context())
	w.exec(t, "postgres", "CREATE TABLESPACE "+space+" LOCATION ''")
	w.exec(t, "postgres", "CREATE ROLE reader; CREATE ROLE developer LOGIN CREATEDB")
	if err := w.s3.CreateBucket(t.Context(), "oracle"); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *world) exec(t *testing.T, database, sql string) {
	t.Helper()
	if err := w.Exec(t.Context(), database, sql); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

// program runs a client program of Postgres.
func (w *world) program(ctx context.Context, name, stdin string, args ...string) ([]byte, error) {
	cmd := w.command(ctx, name, stdin, args...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		err = fmt.Errorf("%s: %w\n%s", name, err, stderr.Bytes())
	}
	return out, err
}

func (w *world) command(ctx context.Context, name, stdin string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, filepath.Join(w.Bin(), name), args...)
	cmd.Stdin = strings.NewReader(stdin)
	options := "-c statement_timeout=0 "
	if name == "pg_restore" {
		options += defaults
		if !w.plain {
			options += forSuperusers
		}
	}
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C", "PGOPTIONS=" + options}
	return cmd
}

// uri returns the URI of a database for one of the roles.
func (w *world) uri(database, role string) string {
	return strings.Replace(w.URI(database), "postgres@", role+"@", 1)
}

// hectl runs the program under test with these variables, and returns all of its
// output.
func (w *world) hectl(ctx context.Context, env []string, args ...string) (code int, output string, err error) {
	cmd := exec.CommandContext(ctx, hectlBin, args...)
	cmd.Dir = w.dir
	cmd.Env = append([]string{
		"PATH=" + w.Bin() + string(os.PathListSeparator) + os.Getenv("PATH"), "HOME=" + w.dir, "TMPDIR=" + os.TempDir(),
		"AWS_CONFIG_FILE=/nonexistent", "AWS_SHARED_CREDENTIALS_FILE=/nonexistent", "AWS_EC2_METADATA_DISABLED=true",
		"HECTL_PG_BIN=" + w.Bin(), "HECTL_BUCKET=s3://oracle",
	}, w.s3.Env()...)
	cmd.Env = append(cmd.Env, env...)
	out, err := cmd.CombinedOutput()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok && exit.ExitCode() > 0 {
		return exit.ExitCode(), string(out), nil
	}
	return 0, string(out), err
}

// create creates an empty database with the properties of an input's database.
func (w *world) create(ctx context.Context, name, owner string, in input) error {
	sql := fmt.Sprintf("CREATE DATABASE %s TEMPLATE template0 OWNER %s ENCODING %s", pgtools.Quote(name), pgtools.Quote(owner), pgtools.QuoteLiteral(in.encoding))
	if in.encoding != "UTF8" {
		sql += " LC_COLLATE 'C' LC_CTYPE 'C'"
	}
	return w.Exec(ctx, "postgres", sql)
}

// drop drops databases.
func (w *world) drop(ctx context.Context, names ...string) {
	for _, name := range names {
		_ = w.Exec(ctx, "postgres", "DROP DATABASE IF EXISTS "+pgtools.Quote(name)+" WITH (FORCE)")
	}
}

// extended returns a folder with the programs of a server that also has the extensions in
// testdata/extension. Postgres looks for extensions beside its program, so the program is
// a copy; all other files are links.
func extended(t *testing.T) string {
	t.Helper()
	found, err := pgtest.Bin()
	if err != nil {
		t.Fatal(err)
	}
	ask := func(what string) string {
		out, err := exec.Command(filepath.Join(found, "pg_config"), what).Output()
		if err != nil {
			t.Fatalf("pg_config %s: %v", what, err)
		}
		return strings.TrimSpace(string(out))
	}
	// The server runs as another user if the test runs as root.
	root, err := os.MkdirTemp("/tmp", "oracle-") //nolint:usetesting // a test's own folder is closed to others
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(root) })
	must := func(err error) {
		if err != nil {
			t.Helper()
			t.Fatal(err)
		}
	}
	must(os.Chmod(root, 0o755))
	link := func(from, to string, except ...string) {
		must(os.MkdirAll(to, 0o755))
		entries, err := os.ReadDir(from)
		must(err)
		for _, e := range entries {
			if len(except) == 0 || e.Name() != except[0] {
				must(os.Symlink(filepath.Join(from, e.Name()), filepath.Join(to, e.Name())))
			}
		}
	}
	bin, share, lib := ask("--bindir"), ask("--sharedir"), ask("--pkglibdir")
	link(bin, filepath.Join(root, bin))
	for _, name := range []string{"postgres", "initdb"} {
		program, err := os.ReadFile(filepath.Join(bin, name))
		must(err)
		must(os.Remove(filepath.Join(root, bin, name)))
		must(os.WriteFile(filepath.Join(root, bin, name), program, 0o755))
	}
	link(lib, filepath.Join(root, lib))
	link(share, filepath.Join(root, share), "extension")
	link(filepath.Join(share, "extension"), filepath.Join(root, share, "extension"))
	own, err := filepath.Glob("testdata/extension/*")
	must(err)
	for _, file := range own {
		content, err := os.ReadFile(file)
		must(err)
		must(os.WriteFile(filepath.Join(root, share, "extension", filepath.Base(file)), content, 0o644))
	}
	return filepath.Join(root, bin)
}
