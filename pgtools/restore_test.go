package pgtools_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/pgtools"
)

const schema = `
CREATE EXTENSION pgcrypto;
CREATE TABLE a (id int PRIMARY KEY, b text);
INSERT INTO a SELECT i, md5(i::text) FROM generate_series(1, 1000) i;
CREATE TABLE b (a int REFERENCES a);
CREATE VIEW v AS SELECT count(*) AS n FROM a;
CREATE INDEX ON a (b);`

// archive returns a dump of a database.
func archive(t *testing.T, conn pgtools.Conn) []byte {
	t.Helper()
	dump, _ := tools(t)
	p, err := pgtools.Dump(t.Context(), dump, conn, pgtools.DumpOptions{})
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(p)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// target creates an empty database to restore into.
func target(t *testing.T) pgtools.Conn {
	t.Helper()
	c := cluster(t)
	name := unique(t)
	if err := c.CreateDatabase(t.Context(), name); err != nil {
		t.Fatal(err)
	}
	return c.Conn(name)
}

func checkRestored(t *testing.T, conn pgtools.Conn) {
	t.Helper()
	var n, indexes int
	err := connect(t, conn).QueryRow(t.Context(), "SELECT n, (SELECT count(*) FROM pg_indexes WHERE schemaname = 'public') FROM v").Scan(&n, &indexes)
	if err != nil || n != 1000 || indexes != 2 {
		t.Error(n, indexes, err)
	}
}

func TestRestore(t *testing.T) {
	t.Parallel()
	_, restore := tools(t)
	c, name := database(t, schema)
	dump := archive(t, c.Conn(name))
	conn := target(t)
	var log []string
	ignored, err := pgtools.Restore(t.Context(), restore, conn, pgtools.RestoreOptions{
		Input: bytes.NewReader(dump),
		Log:   func(line string) { log = append(log, line) },
	})
	if err != nil || len(ignored) != 0 {
		t.Fatal(ignored, err)
	}
	checkRestored(t, conn)
	if !strings.Contains(strings.Join(log, "\n"), `creating TABLE "public.a"`) {
		t.Errorf("log: %q", log)
	}
}

func TestRestoreSectionsFromFile(t *testing.T) {
	t.Parallel()
	_, restore := tools(t)
	c, name := database(t, schema)
	file := filepath.Join(t.TempDir(), "-x.dump") // a name that looks like an option
	if err := os.WriteFile(file, archive(t, c.Conn(name)), 0o600); err != nil {
		t.Fatal(err)
	}
	conn := target(t)
	for _, sections := range [][]string{{"pre-data"}, {"data", "post-data"}} {
		if _, err := pgtools.Restore(t.Context(), restore, conn, pgtools.RestoreOptions{File: file, Sections: sections, Jobs: 2}); err != nil {
			t.Fatal(sections, err)
		}
	}
	checkRestored(t, conn)
}

// The role may not set the comment on an extension that a superuser created.
func TestRestoreIgnoresHarmlessErrors(t *testing.T) {
	t.Parallel()
	_, restore := tools(t)
	c, name := database(t, schema)
	conn := target(t)
	owner := role(t, c, "", conn)
	for _, sql := range []string{"CREATE EXTENSION pgcrypto", "ALTER DATABASE " + conn.Database() + " OWNER TO " + owner.User()} {
		if err := c.Exec(t.Context(), conn.Database(), sql); err != nil {
			t.Fatal(err)
		}
	}
	ignored, err := pgtools.Restore(t.Context(), restore, owner, pgtools.RestoreOptions{Input: bytes.NewReader(archive(t, c.Conn(name)))})
	if err != nil || len(ignored) != 1 {
		t.Fatal(ignored, err)
	}
	if i := ignored[0]; !strings.Contains(i.Entry, "COMMENT EXTENSION pgcrypto") || i.Command != "COMMENT ON EXTENSION pgcrypto IS 'cryptographic functions';" {
		t.Errorf("%+v", i)
	}
	checkRestored(t, owner)
}

// pg_restore may finish before the end of the archive, and exit with 1 although all
// errors are harmless.
func TestRestoreIgnoresHarmlessErrorsEarly(t *testing.T) {
	t.Parallel()
	_, restore := tools(t)
	c, name := database(t, schema)
	dump := archive(t, c.Conn(name))
	conn := target(t)
	owner := role(t, c, "", conn)
	for _, sql := range []string{"CREATE EXTENSION pgcrypto", "ALTER DATABASE " + conn.Database() + " OWNER TO " + owner.User()} {
		if err := c.Exec(t.Context(), conn.Database(), sql); err != nil {
			t.Fatal(err)
		}
	}
	r, w := io.Pipe() // never ends
	go func() { _, _ = w.Write(dump) }()
	ignored, err := pgtools.Restore(t.Context(), restore, owner, pgtools.RestoreOptions{Input: r, Sections: []string{"pre-data"}})
	if err != nil || len(ignored) != 1 {
		t.Error(ignored, err)
	}
}

func TestRestoreStopsAtAnError(t *testing.T) {
	t.Parallel()
	_, restore := tools(t)
	c, name := database(t, schema)
	dump := archive(t, c.Conn(name))
	conn := target(t)
	if err := c.Exec(t.Context(), conn.Database(), "CREATE TABLE a (other int)"); err != nil {
		t.Fatal(err)
	}
	// The archive never ends, so hectl has to stop pg_restore.
	r, w := io.Pipe()
	go func() { _, _ = w.Write(dump) }()
	_, err := pgtools.Restore(t.Context(), restore, conn, pgtools.RestoreOptions{Input: r})
	var failed *pgtools.RestoreError
	if !errors.As(err, &failed) || !strings.Contains(failed.Entry, "TABLE a") || !strings.HasPrefix(failed.Command, "CREATE TABLE public.a (") {
		t.Fatalf("%v", err)
	}
	if !strings.Contains(err.Error(), `relation "a" already exists`) || strings.Contains(err.Error(), "\n") {
		t.Error(err)
	}
}

// A failed COPY has no statement to quote.
func TestRestoreDataError(t *testing.T) {
	t.Parallel()
	_, restore := tools(t)
	c, name := database(t, schema)
	dump := archive(t, c.Conn(name))
	conn := target(t)
	if err := c.Exec(t.Context(), conn.Database(), "CREATE TABLE a (id int CHECK (id < 500), b text)"); err != nil {
		t.Fatal(err)
	}
	_, err := pgtools.Restore(t.Context(), restore, conn, pgtools.RestoreOptions{Input: bytes.NewReader(dump), Sections: []string{"data"}})
	var failed *pgtools.RestoreError
	if !errors.As(err, &failed) || !strings.Contains(failed.Entry, "TABLE DATA a") || !strings.HasSuffix(failed.Message, "\"a_id_check\" (line 500)") {
		t.Errorf("%v", err)
	}
}

func TestRestoreInputFails(t *testing.T) {
	t.Parallel()
	_, restore := tools(t)
	c, name := database(t, schema)
	dump := archive(t, c.Conn(name))
	boom := errors.New("connection reset by peer")
	for _, size := range []int{0, 10, len(dump) / 2, len(dump)} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			t.Parallel()
			_, err := pgtools.Restore(t.Context(), restore, target(t), pgtools.RestoreOptions{
				Input: &failingReader{bytes.NewReader(dump[:size]), boom},
			})
			// pg_restore may not need the rest of the archive.
			if !errors.Is(err, boom) && (size < len(dump) || err != nil) {
				t.Error(err)
			}
		})
	}
}

func TestRestoreTruncated(t *testing.T) {
	t.Parallel()
	_, restore := tools(t)
	c, name := database(t, schema)
	dump := archive(t, c.Conn(name))
	_, err := pgtools.Restore(t.Context(), restore, target(t), pgtools.RestoreOptions{Input: bytes.NewReader(dump[:len(dump)/2])})
	var failed *pgtools.RestoreError
	if !errors.As(err, &failed) || !strings.Contains(err.Error(), "could not read from input file: end of file") {
		t.Error(err)
	}
}

func TestRestoreCancelled(t *testing.T) {
	t.Parallel()
	_, restore := tools(t)
	c, name := database(t, schema)
	dump := archive(t, c.Conn(name))
	ctx, cancel := context.WithCancelCause(t.Context())
	why := errors.New("why")
	r, w := io.Pipe()
	go func() {
		_, _ = w.Write(dump[:len(dump)/2])
		cancel(why)
	}()
	if _, err := pgtools.Restore(ctx, restore, target(t), pgtools.RestoreOptions{Input: r}); !errors.Is(err, why) {
		t.Error(err)
	}
}

// After pg_restore exits early, Restore does not wait for the input.
func TestRestoreDiesEarly(t *testing.T) {
	t.Parallel()
	_, restore := tools(t)
	r, _ := io.Pipe() // no data ever arrives
	_, err := pgtools.Restore(t.Context(), restore, cluster(t).Conn("postgres"), pgtools.RestoreOptions{Input: r, Sections: []string{"nonsense"}})
	if err == nil || !strings.Contains(err.Error(), "nonsense") {
		t.Error(err)
	}
}

// TestRestoreScripted replays the output of other versions of pg_restore from a script.
func TestRestoreScripted(t *testing.T) {
	t.Parallel()
	const timeout = `pg_restore: while INITIALIZING:
pg_restore: error: could not execute query: ERROR:  unrecognized configuration parameter "transaction_timeout"
Command was: SET transaction_timeout = 0;

`
	const comment = `pg_restore: while PROCESSING TOC:
pg_restore: from TOC entry 3383; 0 0 COMMENT EXTENSION citext 
pg_restore: error: could not execute query: FEHLER:  Berechtigung nur für Eigentümer der Erweiterung citext
Command was: COMMENT ON EXTENSION citext IS 'x';


`
	const other = `pg_restore: from TOC entry 216; 1259 16527 TABLE a postgres
pg_restore: error: could not execute query: ERROR:  relation "a" already exists
DETAIL:  Some.
Command was: CREATE TABLE public.a (
    x public.citext
);


`
	for _, tt := range []struct {
		name, stderr string
		status       int
		ignored      int
		want         string // text in the error; "" for success
	}{
		{"nothing", "", 0, 0, ""},
		{"harmless ones", timeout + comment + "pg_restore: warning: errors ignored on restore: 2\n", 1, 2, ""},
		{"harmless ones of parallel jobs", timeout + timeout + timeout + "pg_restore: warning: errors ignored on restore: 1\n", 1, 3, ""},
		{"harmless ones, but another status", timeout + "pg_restore: warning: errors ignored on restore: 1\n", 2, 1, "exit status 2"},
		{"more errors than were seen", timeout + "pg_restore: warning: errors ignored on restore: 2\n", 1, 1, "exit status 1"},
		{"a harmless one, and then an end", timeout, 1, 1, "exit status 1"},
		{"another", comment + other + "pg_restore: warning: errors ignored on restore: 2\n", 1, 1,
			`pg_restore: could not execute query: ERROR: relation "a" already exists DETAIL: Some., command: CREATE TABLE public.a (, entry 216; 1259 16527 TABLE a postgres`},
		{"fatal", "pg_restore: error: could not open input file \"x\": No such file\npg_restore: hint: Look.\n", 1, 0,
			`pg_restore: could not open input file "x": No such file Look.`},
		{"no complaint", "Segmentation fault", 139, 0, "pg_restore: exit status 139: Segmentation fault"},
		{"silent", "", 1, 0, "pg_restore: exit status 1, without a message"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			script := fmt.Sprintf("exit %d\n", tt.status)
			if tt.stderr != "" {
				script = "cat >&2 <<'END'\n" + strings.TrimSuffix(tt.stderr, "\n") + "\nEND\n" + script
			}
			file := filepath.Join(t.TempDir(), "script")
			if err := os.WriteFile(file, []byte(script), 0o600); err != nil {
				t.Fatal(err)
			}
			conn := resolve(t, pgtools.Params{"host": "localhost", "dbname": "d", "user": "u"})
			tool := pgtools.Tool{Name: "pg_restore", Path: "testdata/pg_restore"}
			ignored, err := pgtools.Restore(t.Context(), tool, conn, pgtools.RestoreOptions{File: file})
			if diff := cmp.Diff(tt.ignored, len(ignored)); diff != "" {
				t.Error(diff)
			}
			if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
				t.Errorf("got  %v\nwant %s", err, tt.want)
			}
			if err != nil && fault.CodeOf(err) != fault.Failed {
				t.Error(fault.CodeOf(err))
			}
		})
	}
}

// If many parallel jobs fail at the same time, the error is complete and describes one of
// them.
func TestRestoreParallelErrors(t *testing.T) {
	t.Parallel()
	_, restore := tools(t)
	c, name := database(t, `
		CREATE TABLE r (a int PRIMARY KEY);
		DO $$ BEGIN
			FOR i IN 1..24 LOOP
				EXECUTE format('CREATE TABLE t%s (a int)', i);
				EXECUTE format('ALTER TABLE t%s ADD CONSTRAINT k%s FOREIGN KEY (a) REFERENCES r', i, i);
			END LOOP;
			SET session_replication_role = replica;
			FOR i IN 1..24 LOOP
				EXECUTE format('INSERT INTO t%s VALUES (%s)', i, i);
			END LOOP;
		END $$`)
	file := filepath.Join(t.TempDir(), "x.dump")
	if err := os.WriteFile(file, archive(t, c.Conn(name)), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := pgtools.Restore(t.Context(), restore, target(t), pgtools.RestoreOptions{File: file, Jobs: 8,
		Entry: func(statement string) string {
			if _, key, ok := strings.Cut(statement, "ADD CONSTRAINT "); ok {
				return "the key " + strings.Fields(key)[0]
			}
			return ""
		}})
	failed, ok := errors.AsType[*pgtools.RestoreError](err)
	if !ok || !strings.Contains(failed.Message, "violates foreign key constraint") {
		t.Fatal(err)
	}
	n := strings.TrimPrefix(failed.Command, "ALTER TABLE ONLY public.t")
	if failed.Entry != "the key k"+n || !strings.Contains(failed.Message, `"k`+n+`"`) {
		t.Errorf("%+v", failed)
	}
}
