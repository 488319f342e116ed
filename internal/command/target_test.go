package command

import (
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/rubyforgood/hectl/internal/console"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/restore/target"
)

// newTarget returns the target of a command line.
func newTarget(t *testing.T, environ []string, args ...string) (found *target.Target, failed error) {
	t.Helper()
	env := &Env{
		Console: console.New(console.Options{Stdout: io.Discard, Stderr: t.Output(), Now: time.Now}), Dir: t.TempDir(),
		Environ: append(environ, "XDG_CONFIG_HOME="+t.TempDir(), "USER=me", "PGUSER=me"),
	}
	app := &cli.App{Name: "hectl", Flags: slices.Concat(TargetFlags(), []cli.Flag{&cli.StringFlag{Name: "source"}}), Action: func(c *cli.Context) error {
		c.Command.Flags = c.App.Flags
		found, _, failed = NewTarget(env, c)
		return nil
	}}
	if err := app.RunContext(t.Context(), append([]string{"hectl"}, args...)); err != nil {
		t.Fatal(err)
	}
	return found, failed
}

// A command never replaces the database that is configured as the source. PG* variables
// may be meant for the target, so they are not a source.
func TestNewTarget(t *testing.T) {
	const local = "postgres://me@127.0.0.1:1/app" // no server
	for _, tt := range []struct {
		name    string
		environ []string
		args    []string
		refused string // part of the guard's error; "" if hectl contacts the server
	}{
		{"local", nil, []string{"--target", local}, ""},
		{"from the environment", []string{"HECTL_TARGET=" + local}, nil, ""},
		{"another machine", nil, []string{"--target", "postgres://me@db.example.com:1/app"}, "not this machine"},
		{"the source", []string{"HECTL_SOURCE=" + local}, []string{"--target", local}, "source"},
		{"another database of the source's server", []string{"HECTL_SOURCE=postgres://me@127.0.0.1:1/prod"}, []string{"--target", local}, ""},
		{"a source that cannot be resolved", []string{"HECTL_SOURCE=nothing=1"}, []string{"--target", local}, ""},
		{"PG* variables", []string{"PGHOST=127.0.0.1", "PGPORT=1", "PGDATABASE=app"}, []string{"--target", local}, ""},
	} {
		found, err := newTarget(t, tt.environ, tt.args...)
		if err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		s, err := found.Guard(t.Context(), target.Replace)
		if err == nil {
			s.Close(t.Context())
			t.Errorf("%s: no error", tt.name)
			continue
		}
		refused := fault.CodeOf(err) == fault.Refused
		if refused != (tt.refused != "") || refused && !strings.Contains(err.Error(), tt.refused) {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}

// An error names the origin of the target.
func TestNewTargetRefused(t *testing.T) {
	for _, tt := range []struct {
		environ []string
		args    []string
		want    string
	}{
		{nil, []string{"--target", "nothing=1"}, "target (from --target): "},
		{[]string{"HECTL_TARGET=nothing=1"}, nil, "target (from HECTL_TARGET): "},
		{nil, []string{"--target", "dbname=" + strings.Repeat("x", 64)}, "target (from --target): the database name has 64 bytes"},
	} {
		if _, err := newTarget(t, tt.environ, tt.args...); fault.CodeOf(err) != fault.Usage || !strings.HasPrefix(err.Error(), tt.want) {
			t.Errorf("%q %q: %v", tt.environ, tt.args, err)
		}
	}
}
