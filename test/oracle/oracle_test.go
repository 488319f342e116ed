package oracle

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/rubyforgood/hectl/pgtools"
	"github.com/rubyforgood/hectl/test/demodata"
	"github.com/rubyforgood/hectl/test/pgtest"
)

// An input is a database to be dumped and restored.
type input struct {
	name     string
	sql      string // SQL for psql, as a superuser in an empty database
	encoding string
	role     string   // SQL that sets the settings of the role that restores, %s
	scrubbed []string // tables that hectl changes: differences_test.go has the reasons
	uploaded bool     // restored through hectl backup and a bucket, not from a file
	large    bool     // so large that several sessions read its rows for an upload
	warned   bool     // hectl exits 3 and lists what it left out
}

// full reports whether to run everything.
func full() bool { return os.Getenv("ORACLE") == "full" }

// jobs returns the numbers of jobs for the restores of each input.
func jobs() []string {
	if full() {
		return []string{"1", "2", "8"}
	}
	return []string{"1", "8"}
}

func TestOracle(t *testing.T) {
	w := newWorld(t)
	t.Run("inputs", w.testInputs)
	t.Run("random", w.testRandom)
	t.Run("refresh", w.testRefresh)
}

func (w *world) testInputs(t *testing.T) {
	for _, in := range inputs(t) {
		t.Run(in.name, func(t *testing.T) {
			o := w.judge(t, in)
			t.Log(o)
			if !o.restored && !w.plain {
				t.Errorf("pg_restore does not restore it: %v", o.discard)
			}
		})
	}
}

// inputs returns the databases of the tests and of the demo, and those in testdata, each
// of which hectl once restored wrongly.
func inputs(t *testing.T) []input {
	t.Helper()
	var all []input
	if full() { // TestRoundTripIsExact also has them
		app, err := os.ReadFile("../../testdata/app.sql")
		if err != nil {
			t.Fatal(err)
		}
		all = []input{
			{name: "app", sql: string(app), scrubbed: append([]string{"public.logins"}, replacedInDemo...), uploaded: true},
			{name: "demo", sql: demodata.Schema() + demodata.Rows(1), scrubbed: replacedInDemo, uploaded: true},
			{name: "zoo", sql: demodata.Zoo(), uploaded: true},
		}
	}
	files, err := filepath.Glob("testdata/inputs/*.sql")
	if err != nil || len(files) == 0 {
		t.Fatalf("no inputs: %v", err)
	}
	for _, file := range files {
		sql, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		in := input{name: strings.TrimSuffix(filepath.Base(file), ".sql"), sql: string(sql)}
		for line := range strings.Lines(in.sql) {
			line = strings.TrimSpace(line)
			if value, ok := strings.CutPrefix(line, "-- encoding: "); ok {
				in.encoding = value
			}
			if value, ok := strings.CutPrefix(line, "-- role: "); ok {
				in.role += value + ";"
			}
			in.warned = in.warned || line == "-- warned"
			in.uploaded = in.uploaded || line == "-- uploaded"
		}
		all = append(all, in)
	}
	return all
}

// testRandom restores random databases. ORACLE_SEED is the first seed, and
// ORACLE_SCHEMAS the number of seeds.
func (w *world) testRandom(t *testing.T) {
	first, count := number(t, "ORACLE_SEED", 7), number(t, "ORACLE_SCHEMAS", 2)
	var refused, discarded, better int
	for seed := first; seed < first+count; seed++ {
		t.Run("seed="+strconv.Itoa(seed), func(t *testing.T) {
			in := generate(uint64(seed), w.major)
			o := w.judge(t, in)
			if o.better > 0 {
				better++
			}
			switch {
			case o.refused:
				refused++
			case !o.restored:
				discarded++
			}
			t.Log(o)
			if t.Failed() || !o.restored {
				file := filepath.Join(os.TempDir(), in.name+".sql")
				_ = os.WriteFile(file, []byte(in.sql), 0o600)
				t.Logf("to replay: make test-oracle ORACLE_SEED=%d ORACLE_SCHEMAS=1; the schema is in %s", seed, file)
			}
		})
	}
	t.Logf("%d schemas from seed %d, with %s jobs: %d that the source refuses; %d discarded, because pg_restore itself fails; %d of which pg_restore gets something wrong and hectl does not",
		count, first, strings.Join(jobs(), ", "), refused, discarded, better)
	if count >= 20 && (refused+discarded)*4 > count && !w.plain {
		t.Errorf("%d of %d schemas do not count: the generator makes too many of these", refused+discarded, count)
	}
}

func number(t *testing.T, variable string, otherwise int) int {
	t.Helper()
	text := os.Getenv(variable)
	if text == "" {
		return otherwise
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		t.Fatalf("%s is %q, not a number", variable, text)
	}
	return n
}

// outcome is the result for an input.
type outcome struct {
	restored bool  // pg_restore restored the dump, so there is a result to compare with
	discard  error // why pg_restore did not
	refused  bool  // the source refused the SQL, so there is no dump
	better   int   // facts in which hectl agrees with the source and pg_restore does not
	facts    int   // number of compared facts
}

func (o outcome) String() string {
	if !o.restored {
		return fmt.Sprintf("discarded: %v", o.discard)
	}
	return fmt.Sprintf("%d facts compared; %d as in the source only where hectl restored", o.facts, o.better)
}

// judge dumps an input once, restores it with pg_restore and with hectl, and fails the
// test if the two differ.
func (w *world) judge(t *testing.T, in input) (o outcome) {
	t.Helper()
	ctx := t.Context()
	if in.encoding == "" {
		in.encoding = "UTF8"
	}
	in.sql, in.role = w.known(in.sql), w.known(in.role)
	source, plain, target := "source "+in.name, "plain", "target"
	role := superuser
	if w.plain {
		role = developer
	}
	if in.role != "" && !w.plain {
		role = "odd"
		w.exec(t, "postgres", "CREATE ROLE odd LOGIN SUPERUSER;"+strings.ReplaceAll(in.role, "%s", "odd"))
	}
	defer func() {
		ctx := context.WithoutCancel(ctx)
		w.drop(ctx, source, plain, target, target+"_previous")
		if role == "odd" {
			if err := w.Exec(ctx, "postgres", "DROP ROLE odd"); err != nil {
				t.Error(err)
			}
		}
	}()
	if err := w.create(ctx, source, superuser, in); err != nil {
		t.Fatal(err)
	}
	if _, err := w.program(ctx, "psql", in.sql, "-Xq", "-v", "ON_ERROR_STOP=1", "-o", "/dev/null", "-d", w.URI(source), "-f", "-"); err != nil {
		return outcome{refused: true, discard: err}
	}
	dump, err := w.dump(ctx, t, source, in)
	if err != nil {
		t.Fatal(err)
	}
	was, err := w.seen(ctx, source)
	if err != nil {
		t.Fatal(err)
	}
	without(was, in.scrubbed)
	for _, name := range []string{plain, target} {
		if err := w.create(ctx, name, role, in); err != nil {
			t.Fatal(err)
		}
	}
	args := append(slices.Clone(leftOut), "--exit-on-error", "-d", w.uri(plain, role), dump)
	if _, err := w.program(ctx, "pg_restore", "", args...); err != nil {
		return outcome{discard: err}
	}
	settings := replacedSettings
	if !w.plain {
		settings = slices.Concat(settings, superuserSettings)
	}
	for _, sql := range settings {
		for _, name := range []string{plain, target} {
			w.exec(t, "postgres", w.known(fmt.Sprintf(sql, pgtools.Quote(name))))
		}
	}
	want, err := w.seen(ctx, plain)
	if err != nil {
		t.Fatal(err)
	}
	without(want, in.scrubbed)
	for _, j := range jobs() {
		got, ok := w.restore(ctx, t, in, dump, target, role, j)
		if !ok {
			continue
		}
		differences, better := compare(was, want, got)
		for _, d := range differences[:min(len(differences), 8)] {
			t.Errorf("with %s jobs, %s differs:\n  pg_restore: %s\n  hectl:      %s\n  source:     %s", j, d.key, d.plain, d.hectl, d.source)
		}
		o.better = max(o.better, len(better))
	}
	o.restored, o.facts = true, len(want)
	return o
}

// dump dumps a database, once, and returns the file.
func (w *world) dump(ctx context.Context, t *testing.T, source string, in input) (string, error) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "dump")
	if !in.uploaded {
		_, err := w.program(ctx, "pg_dump", "", "-Fc", "-Z1", "-f", file, "-d", w.URI(source))
		return file, err
	}
	env := []string{"HECTL_SOURCE=" + w.URI(source), "HECTL_ENV=" + label(in)}
	code, out, err := w.hectl(ctx, env, "backup", "--verbose")
	if err != nil || code != 0 {
		return "", fmt.Errorf("hectl backup: exit code %d, %w\n%s", code, err, out)
	}
	if in.large && !strings.Contains(out, "2 sessions read the rows of") {
		t.Errorf("pg_dump has read the rows alone:\n%s", out)
	}
	objects, err := w.s3.Objects(ctx, "oracle")
	if err != nil {
		return "", err
	}
	for _, o := range objects {
		if strings.HasPrefix(o.Key, "backups/"+label(in)+"-") {
			data, err := w.s3.Get(ctx, "oracle", o.Key)
			if err != nil {
				return "", err
			}
			if err := os.WriteFile(file, data, 0o600); err != nil {
				return "", err
			}
			return file, w.compareDumps(ctx, t, source, file)
		}
	}
	return "", fmt.Errorf("hectl backup uploaded no %s", label(in))
}

// compareDumps checks that pg_restore writes the same SQL for hectl's dump as for
// pg_dump's.
func (w *world) compareDumps(ctx context.Context, t *testing.T, source, hectls string) error {
	t.Helper()
	plain := filepath.Join(t.TempDir(), "plain")
	if _, err := w.program(ctx, "pg_dump", "", "-Fc", "-Z1", "-f", plain, "-d", w.URI(source)); err != nil {
		return err
	}
	var texts [2][]string
	for i, file := range []string{plain, hectls} {
		text, err := w.program(ctx, "pg_restore", "", "-f", "-", file)
		if err != nil {
			return err
		}
		texts[i] = strings.Split(pgtest.WithoutKeys(text), "\n")
	}
	for i := range min(len(texts[0]), len(texts[1])) {
		if texts[0][i] != texts[1][i] {
			t.Errorf("hectl's dump differs in line %d:\n  pg_dump: %.300q\n  hectl:   %.300q", i+1, texts[0][i], texts[1][i])
			return nil
		}
	}
	if len(texts[0]) != len(texts[1]) {
		t.Errorf("hectl's dump has %d lines instead of %d", len(texts[1]), len(texts[0]))
	}
	return nil
}

// label returns the label of an input's dump.
func label(in input) string { return strings.ReplaceAll(in.name, "_", "-") }

// restore replaces the target with hectl, and returns the facts about it.
func (w *world) restore(ctx context.Context, t *testing.T, in input, dump, target, role, jobs string) (map[string]string, bool) {
	t.Helper()
	env := []string{"HECTL_TARGET=" + w.uri(target, role), "HECTL_ENV=" + label(in)}
	args := []string{"restore", dump}
	if in.uploaded {
		args = []string{"fetch-latest-db"}
	}
	code, out, err := w.hectl(ctx, env, append(args, "--jobs", jobs, "--drop-previous")...)
	if want := map[bool]int{true: 3}[in.warned]; err != nil || code != want {
		t.Errorf("with %s jobs, hectl exits with %d, not %d: %v\n%s", jobs, code, want, err, out)
		return nil, false
	}
	got, err := w.seen(ctx, target)
	if err != nil {
		t.Error(err)
		return nil, false
	}
	without(got, in.scrubbed)
	return got, true
}
