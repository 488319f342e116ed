package swap

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/rubyforgood/hectl/internal/console"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/pgtools"
	"github.com/rubyforgood/hectl/restore/target"
	"github.com/rubyforgood/hectl/test/pgtest"
)

// Swap notices changes to the target between the guard's last check and the commit: it
// rolls back or swaps back, and drops nothing.
func TestSwapSeesWhatCameInTheLastMoment(t *testing.T) {
	server := pgtest.New(t)
	exec := func(database, sql string) {
		t.Helper()
		if err := server.Exec(t.Context(), database, sql); err != nil {
			t.Fatal(err)
		}
	}
	for _, tt := range []struct {
		name, database, sql, want string
		renamed                   bool // another database has the target's name
	}{
		{name: "nothing", database: "dev", sql: "SELECT 1"},
		{name: "production's", database: "dev", want: "says that it is a production database",
			sql: "CREATE TABLE ar_internal_metadata AS SELECT 'environment' AS key, 'production' AS value"},
		{name: "a template", database: "postgres", want: "or it became a template", sql: "ALTER DATABASE dev IS_TEMPLATE true"},
		{name: "another database", database: "postgres", want: "another database took its place", renamed: true,
			sql: "ALTER DATABASE dev RENAME TO dev_mine"},
		{name: "the previous one is not hectl's", database: "postgres", want: "that hectl did not create",
			sql: "COMMENT ON DATABASE dev_previous IS 'mine'"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, name := range []string{"dev", "dev_previous", "dev_mine", "dev_hectl_temp"} {
				if name != "dev_mine" {
					exec("postgres", "CREATE DATABASE "+name)
				}
				t.Cleanup(func() {
					_ = server.Exec(context.WithoutCancel(t.Context()), "postgres", "ALTER DATABASE "+name+" IS_TEMPLATE false") // the database may be gone
					_ = server.Exec(context.WithoutCancel(t.Context()), "postgres", "DROP DATABASE IF EXISTS "+name)
				})
			}
			exec("postgres", "COMMENT ON DATABASE dev IS 'my work'")
			exec("postgres", target.CommentOn("dev_previous", target.Mark{Kind: target.KeptKind, Target: "dev"}))
			exec("dev", "CREATE TABLE word AS SELECT 'mine'::text AS word")
			s, err := testTarget(t, server.Conn("dev")).Guard(t.Context(), target.Replace)
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close(t.Context())
			p, err := NewPlan(t.Context(), s, Commands{}, false)
			if err != nil {
				t.Fatal(err)
			}
			p.Temp = "dev_hectl_temp"

			exec(tt.database, tt.sql)
			if tt.renamed {
				exec("postgres", "CREATE DATABASE dev")
			}
			err = p.swapChecked(t.Context(), s)
			if tt.want == "" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			if fault.CodeOf(err) != fault.Refused || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("the error is %v", err)
			}
			names, err := pgtools.Rows[string](t.Context(), s.DB, `
				SELECT datname || coalesce(': ' || split_part(shobj_description(oid, 'pg_database'), E'\n', 1), '')
				FROM pg_database WHERE datname ~ '^dev' ORDER BY datname`)
			if err != nil {
				t.Fatal(err)
			}
			text := strings.Join(names, "\n")
			if !strings.Contains(text, "dev: my work") && !tt.renamed || !strings.Contains(text, "dev_previous: ") || !strings.Contains(text, "dev_hectl_temp") {
				t.Errorf("the databases are %q", names)
			}
			home := "dev"
			if tt.renamed {
				home = "dev_mine"
			}
			exec(home, "SELECT word FROM word")
		})
	}
}

// testTarget returns a target without settings.
func testTarget(t *testing.T, conn pgtools.Conn) *target.Target {
	t.Helper()
	out := console.New(console.Options{Stdout: t.Output(), Stderr: t.Output(), Now: time.Now})
	out.SetMode(true, false, false)
	target, err := target.New(out, target.Options{Conn: conn, Environ: func(string) (string, bool) { return "", false }})
	if err != nil {
		t.Fatal(err)
	}
	return target
}

// After Ctrl-C, the error says that the target is unchanged.
func TestInterruptedRunSaysTheTargetIsAsItWas(t *testing.T) {
	stopped, stop := context.WithCancel(t.Context())
	stop()
	cause := errors.New("create database: interrupted")
	for _, tt := range []struct {
		ctx    context.Context
		exists bool
		want   string
	}{
		{stopped, true, "dev is unchanged: create database: interrupted"},
		{stopped, false, "create database: interrupted"},
		{t.Context(), true, "create database: interrupted"},
	} {
		if got := (&Plan{Target: "dev", Exists: tt.exists}).ExplainInterrupted(tt.ctx, cause); got.Error() != tt.want || !errors.Is(got, cause) {
			t.Errorf("exists %v: %v", tt.exists, got)
		}
	}
}
