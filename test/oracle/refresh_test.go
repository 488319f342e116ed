package oracle

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/rubyforgood/hectl/pgtools"
)

// roundsPerPair is the number of times that each random database is changed and dumped
// again. Later rounds refresh the results of earlier ones.
const roundsPerPair = 2

// A tally counts the outcomes for the pairs of dumps.
type tally struct {
	sync.Mutex
	pairs, refreshed, masked, keyMasked, rejected, statements, failed int
	reasons                                                           map[string]int // why the whole dump was restored
}

func (a *tally) String() string {
	var b strings.Builder
	whole := 0
	var reasons []string
	for reason, n := range a.reasons {
		reasons = append(reasons, reason)
		whole += n
	}
	slices.SortFunc(reasons, func(x, y string) int { return a.reasons[y] - a.reasons[x] })
	fmt.Fprintf(&b, "%d pairs of dumps (%d masked, %d of them in keys): %d refreshed, %d restored in full; %d databases were refused by the source or by hectl",
		a.pairs, a.masked, a.keyMasked, a.refreshed, whole, a.rejected)
	for _, r := range reasons {
		fmt.Fprintf(&b, "\n  %4d because %s", a.reasons[r], r)
	}
	return b.String()
}

// fallbacks are the reasons for which a pair may be restored in full.
var fallbacks = []struct {
	is      *regexp.Regexp
	what    string
	because func(*pair) bool
}{
	{regexp.MustCompile(`: the schema has changed \(`), "the schema has changed", func(p *pair) bool { return p.schema }},
	{regexp.MustCompile(`: its large objects have changed$`), "large objects have changed", func(p *pair) bool { return p.objects }},
	{regexp.MustCompile(`(ex\d|_excl).* calls functions, which may read other tables$`), "an exclusion constraint may call functions", func(p *pair) bool { return p.reading || strings.Contains(p.in.sql, "EXCLUDE") }},
	{regexp.MustCompile(` calls functions, which may read other tables$`), "it calls functions", func(p *pair) bool { return p.reading }},
	{regexp.MustCompile(`: it has the event trigger `), "it has an event trigger", func(p *pair) bool { return p.reading }},
	{regexp.MustCompile(`: without a seed file `), "it is masked without a seed file", func(p *pair) bool { return p.masked == "no seed" }},
	{regexp.MustCompile(`: it was masked with a different seed$`), "it is masked without a seed file", func(p *pair) bool { return p.masked == "no seed" }},
	{regexp.MustCompile(`: most of its rows have changed$`), "most rows have changed", func(p *pair) bool { return p.in.large }},
	{regexp.MustCompile(`: the rows of .* are copied through a partitioned table$`), "rows are copied through a partitioned table", func(*pair) bool { return true }},
}

var (
	wholeDump = regexp.MustCompile(`(?m)^restoring the whole dump instead of refreshing the snapshot (.*)$`)
	refreshed = regexp.MustCompile(`(?m)^Refreshed from `)
)

// testRefresh dumps random databases, changes them, dumps them again, and checks that a
// refresh has the same result as a fetch of the whole second dump. ORACLE_PAIRS is the
// number of pairs of dumps.
func (w *world) testRefresh(t *testing.T) {
	first, count := number(t, "ORACLE_SEED", 248), number(t, "ORACLE_PAIRS", 4)
	sum := &tally{reasons: map[string]int{}}
	t.Run("seeds", func(t *testing.T) {
		for seed := first; seed < first+(count+roundsPerPair-1)/roundsPerPair; seed++ {
			t.Run(strconv.Itoa(seed), func(t *testing.T) {
				t.Parallel()
				w.refreshPair(t, seed, sum)
			})
		}
	})
	t.Logf("from seed %d: %s; %d of %d changes failed", first, sum, sum.failed, sum.statements)
	switch {
	case count >= 4 && sum.refreshed == 0:
		t.Error("no pair was refreshed")
	case count >= 50 && sum.refreshed*2 < sum.pairs:
		t.Error("less than half of the pairs were refreshed: the generator makes too many that cannot be")
	}
}

// refreshPair tests one random database.
func (w *world) refreshPair(t *testing.T, seed int, sum *tally) {
	t.Helper()
	ctx := t.Context()
	p := generatePair(uint64(seed), w.major)
	p.in.sql, p.in.role = w.known(p.in.sql), w.known(p.in.role)
	in := p.in
	source, target := "source "+in.name, "target_"+strconv.Itoa(seed)
	role := developer
	if p.server {
		role = superuser
	}
	if in.role != "" {
		role = "odd_" + strconv.Itoa(seed)
		w.exec(t, "postgres", "CREATE ROLE "+role+" LOGIN CREATEDB "+map[bool]string{true: "SUPERUSER"}[p.server]+";"+strings.ReplaceAll(in.role, "%s", role))
	}
	own := *w // a copy with its own working directory for hectl.yml
	own.dir = t.TempDir()
	defer func() {
		ctx := context.WithoutCancel(ctx)
		w.drop(ctx, source)
		w.dropAll(ctx, t, target)
		if in.role != "" {
			if err := w.Exec(ctx, "postgres", "DROP ROLE "+role); err != nil {
				t.Error(err)
			}
		}
		if t.Failed() {
			t.Logf("to replay: make test-oracle ORACLE_RUN=TestOracle/refresh ORACLE_SEED=%d ORACLE_PAIRS=%d", seed, roundsPerPair)
		}
	}()
	reject := func(err error) {
		sum.Lock()
		defer sum.Unlock()
		sum.rejected++
		t.Logf("rejected: %v", err)
	}
	if err := w.create(ctx, source, superuser, in); err != nil {
		t.Fatal(err)
	}
	p.keep(t, "before.sql", in.sql)
	if _, err := w.program(ctx, "psql", in.sql, "-Xq", "-v", "ON_ERROR_STOP=1", "-o", "/dev/null", "-d", w.URI(source), "-f", "-"); err != nil {
		reject(err)
		return
	}
	if err := w.create(ctx, target, role, in); err != nil {
		t.Fatal(err)
	}
	for _, sql := range replacedSettings {
		w.exec(t, "postgres", w.known(fmt.Sprintf(sql, pgtools.Quote(target))))
	}
	if err := own.backup(ctx, p, source); err != nil {
		reject(err)
		return
	}
	env := []string{"HECTL_TARGET=" + w.uri(target, role), "HECTL_ENV=" + label(in)}
	keys, err := own.firstFetch(ctx, p, source, env)
	if err != nil {
		reject(err)
		return
	}
	for round := 1; round <= roundsPerPair; round++ {
		sql := p.changes()
		p.keep(t, fmt.Sprintf("after%d.sql", round), sql)
		psql := w.command(ctx, "psql", sql, "-Xq", "-o", "/dev/null", "-d", w.URI(source), "-f", "-")
		complaints, err := psql.CombinedOutput()
		if err != nil {
			t.Fatalf("psql: %v\n%s", err, complaints)
		}
		p.keep(t, fmt.Sprintf("after%d.log", round), string(complaints))
		sum.Lock()
		sum.statements += strings.Count(sql, ";\n")
		sum.failed += strings.Count(string(complaints), "ERROR:")
		sum.Unlock()
		if err := own.backup(ctx, p, source); err != nil {
			reject(err)
			return
		}
		code, out, err := own.hectl(ctx, env, "fetch-latest-db", "--snapshot", "--drop-previous", "--jobs", p.jobs())
		if code == 2 && p.schema && strings.Contains(out, "the masking rules in ") {
			reject(errors.New("the rules do not fit any more"))
			return
		}
		if err != nil || code != 0 && code != 3 {
			t.Fatalf("round %d: the refresh exits with %d: %v\n%s", round, code, err, out)
		}
		if !own.judgeOutcome(t, p, round, out, keys, sum) {
			return
		}
		if p.masked == "no seed" {
			continue // each fetch makes different fake data
		}
		got, err := w.seenAfter(ctx, target)
		if err != nil {
			t.Fatal(err)
		}
		code, whole, err := own.hectl(ctx, env, "fetch-latest-db", "--fresh", "--drop-previous", "--jobs", p.jobs())
		switch {
		case strings.Contains(whole, "query would be affected by row-level security policy"): // also an error of a plain restore
			reject(errors.New(whole))
			return
		case err != nil || code != 0 && code != 3 || refreshed.MatchString(whole):
			t.Fatalf("round %d: the full fetch exits with %d: %v\n%s", round, code, err, whole)
		}
		want, err := w.seenAfter(ctx, target)
		if err != nil {
			t.Fatal(err)
		}
		differences, _ := compare(nil, want, got)
		for _, d := range differences[:min(len(differences), 8)] {
			t.Errorf("round %d: %s differs:\n  full fetch: %s\n  refresh:    %s", round, d.key, d.plain, d.hectl)
		}
		if len(differences) > 0 {
			t.Logf("the refresh wrote:\n%s", out)
			return
		}
	}
}

// keep writes SQL to a file, for a replay.
func (p *pair) keep(t *testing.T, name, sql string) {
	t.Helper()
	dir := os.Getenv("ORACLE_KEEP")
	if dir == "" {
		return
	}
	if err := os.WriteFile(filepath.Join(dir, p.in.name+"."+name), []byte(sql), 0o600); err != nil {
		t.Fatal(err)
	}
}

// jobs returns the number of jobs for a fetch.
func (p *pair) jobs() string { return pick(p.generator, "1", "2", "4") }

// backup backs the source up.
func (w *world) backup(ctx context.Context, p *pair, source string) error {
	env := []string{"HECTL_SOURCE=" + w.URI(source), "HECTL_ENV=" + label(p.in)}
	code, out, err := w.hectl(ctx, env, "backup", "--stall-timeout", "60s", "--jobs", pick(p.generator, "1", "2", "2"))
	if err != nil || code != 0 {
		return fmt.Errorf("hectl backup: exit code %d, %w\n%s", code, err, out)
	}
	return nil
}

// judgeOutcome adds the outcome for a pair to sum, and reports whether the test may
// continue.
func (w *world) judgeOutcome(t *testing.T, p *pair, round int, out string, keys bool, sum *tally) bool {
	t.Helper()
	sum.Lock()
	defer sum.Unlock()
	sum.pairs++
	if p.masked != "" {
		sum.masked++
		if keys {
			sum.keyMasked++
		}
	}
	if refreshed.MatchString(out) {
		sum.refreshed++
		t.Logf("round %d: refreshed", round)
		return true
	}
	why := wholeDump.FindStringSubmatch(out)
	if why == nil {
		sum.reasons["of an error"]++
		t.Errorf("round %d: not refreshed, without a reason:\n%s", round, out)
		return false
	}
	for _, f := range fallbacks {
		if f.is.MatchString(why[1]) {
			sum.reasons[f.what]++
			t.Logf("round %d: restored in full, because %s", round, f.what)
			if !f.because(p) {
				t.Errorf("round %d: not refreshed, because %s", round, why[1])
			}
			return true
		}
	}
	sum.reasons["of something else"]++
	t.Errorf("round %d: not refreshed, because %s", round, why[1])
	return true
}

// dropAll drops a target with its snapshots and previous databases.
func (w *world) dropAll(ctx context.Context, t *testing.T, target string) {
	t.Helper()
	db, err := pgtools.Connect(ctx, w.Conn("postgres"), "oracle")
	if err != nil {
		t.Error(err)
		return
	}
	defer db.Close(ctx)
	names, err := pgtools.Rows[string](ctx, db, "SELECT datname::text FROM pg_database WHERE datname = "+pgtools.QuoteLiteral(target)+" OR starts_with(datname, "+pgtools.QuoteLiteral(target+"_")+")")
	if err != nil {
		t.Error(err)
	}
	w.drop(ctx, names...)
}

// temporarySchema matches the schemas for temporary tables, which the server creates when
// a session first needs one, and keeps.
var temporarySchema = regexp.MustCompile(`^(schema|dependency schema) pg_(toast_)?temp_\d+$`)

// seenAfter returns the facts about a target, and what ANALYZE has written. It omits the
// statistics of empty tables: ANALYZE keeps those of the earlier rows.
func (w *world) seenAfter(ctx context.Context, target string) (map[string]string, error) {
	found, err := w.seen(ctx, target)
	if err != nil {
		return nil, err
	}
	maps.DeleteFunc(found, func(key, _ string) bool { return temporarySchema.MatchString(key) })
	db, err := pgtools.Connect(ctx, w.Conn(target), "oracle")
	if err != nil {
		return nil, err
	}
	defer db.Close(context.WithoutCancel(ctx))
	for name, sql := range map[string]string{
		"analyzed": `SELECT c.oid::regclass::text, concat_ws(' ', reltuples, (SELECT count(*) || ' ' || sum(s.stakind1) FROM pg_statistic s WHERE starelid = c.oid)) FROM pg_class c
			JOIN pg_namespace n ON n.oid = relnamespace WHERE relkind IN ('r', 'p', 'm') AND n.nspname !~ '^pg_' AND c.oid >= 16384 AND reltuples > 0`,
		"analyzed statistics": `SELECT stxnamespace::regnamespace || '.' || stxname, (SELECT string_agg(concat_ws(' ', stxdndistinct, stxddependencies, cardinality(stxdexpr)), ',' ORDER BY d::text) FROM pg_statistic_ext_data d WHERE d.stxoid = s.oid) FROM pg_statistic_ext s JOIN pg_class c ON c.oid = stxrelid WHERE reltuples > 0`,
	} {
		facts, err := pgtools.Rows[fact](ctx, db, "SELECT a::text, coalesce(b::text, '') FROM ("+sql+") q(a, b)")
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		for _, f := range facts {
			found[name+" "+f.Name] = f.Is
		}
	}
	return found, nil
}

// firstFetch fetches the first dump, with rules for masking if the pair has them. Rules
// that hectl refuses are left out. keys reports that a key is masked.
func (w *world) firstFetch(ctx context.Context, p *pair, source string, env []string) (keys bool, err error) {
	var rules []rule
	if p.masked != "" {
		if rules, err = w.maskRules(ctx, p, source); err != nil {
			return false, err
		}
	}
	for {
		if len(rules) == 0 {
			p.masked = ""
		}
		if err := w.writeSettings(p, rules); err != nil {
			return false, err
		}
		code, out, err := w.hectl(ctx, env, "fetch-latest-db", "--snapshot", "--drop-previous", "--jobs", p.jobs())
		switch {
		case err == nil && code == 2 && len(rules) > 0:
			rules = rules[:len(rules)-1-len(rules)/3]
			continue
		case err != nil || code != 0 && code != 3:
			return false, fmt.Errorf("the first fetch exits with %d: %w\n%s", code, errors.Join(err), out)
		}
		return slices.ContainsFunc(rules, func(r rule) bool { return r.key }), nil
	}
}

// A rule masks a column.
type rule struct {
	table, column, method string
	key                   bool
}

// maskRules returns rules for random columns of the source.
func (w *world) maskRules(ctx context.Context, p *pair, source string) (rules []rule, err error) {
	db, err := pgtools.Connect(ctx, w.Conn(source), "oracle")
	if err != nil {
		return nil, err
	}
	defer db.Close(context.WithoutCancel(ctx))
	columns, err := pgtools.Rows[struct {
		Table, Column, Type string
		Key                 bool
	}](ctx, db, `
		SELECT '"' || replace(nspname, '"', '""') || '"."' || replace(relname, '"', '""') || '"', attname::text, split_part(format_type(atttypid, atttypmod), '(', 1),
		       EXISTS (SELECT FROM pg_index WHERE indrelid = c.oid AND indisunique AND indnkeyatts = 1 AND indkey[0] = attnum)
		FROM pg_attribute a JOIN pg_class c ON c.oid = attrelid JOIN pg_namespace n ON n.oid = relnamespace
		WHERE c.oid >= 16384 AND relkind IN ('r', 'p') AND NOT relispartition AND nspname !~ '^pg_' AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
		  AND NOT EXISTS (SELECT FROM pg_inherits WHERE inhrelid = c.oid)
		  AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.contype = 'f' AND (k.conrelid = c.oid AND attnum = ANY (k.conkey) OR k.confrelid = c.oid AND attnum = ANY (k.confkey)))
		  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.refobjid = c.oid AND d.refobjsubid = attnum AND d.classid IN ('pg_attrdef'::regclass))
		ORDER BY c.relname COLLATE "C", nspname, attnum`)
	if err != nil {
		return nil, err
	}
	methods := map[string][]string{
		"text": {"lorem", "hash", "email", "full_name", "{one_of: [a, b, c]}", `{value: "x"}`, "empty"}, "character varying": {"{one_of: [a, b, c]}", "{hash: 20}"},
		"integer": {"{noise: 10}", "{one_of: [1, 2, 3]}", "digits"}, "bigint": {"{noise: 10}", "digits"}, "numeric": {"{noise: 20}"}, "double precision": {"{noise: 10}"},
		"date": {"{shift_days: 100}", "year_only"}, "timestamp with time zone": {"{shift_days: 100}"}, "timestamp without time zone": {"{shift_days: 100}"},
		"uuid": {"uuid"}, "bytea": {"hash", "lorem"}, "jsonb": {"json", "{json: keep_keys}"}, "inet": {"ip"}, "boolean": {"{one_of: [true, false]}"},
	}
	keys := map[string]string{"text": "hash", "uuid": "uuid", "integer": "digits", "bigint": "digits", "bytea": "hash", "character varying": "{hash: 20}"}
	var last []rule
	for _, c := range columns {
		switch {
		case c.Key && keys[c.Type] != "" && p.chance(25):
			last = append(last, rule{c.Table, c.Column, keys[c.Type], true})
		case !c.Key && methods[c.Type] != nil && p.chance(50):
			rules = append(rules, rule{c.Table, c.Column, pick(p.generator, methods[c.Type]...), false})
		}
	}
	return append(rules, last...), nil
}

// writeSettings writes hectl.yml.
func (w *world) writeSettings(p *pair, rules []rule) error {
	if p.masked == "" {
		err := os.Remove(filepath.Join(w.dir, "hectl.yml"))
		if errors.Is(err, os.ErrNotExist) {
			err = nil
		}
		return err
	}
	var b strings.Builder
	b.WriteString("mask:\n  mode: on\n  base: none\n  unlisted: keep\n  large_objects: keep\n")
	if p.masked == "seed" {
		b.WriteString("  seed: file:" + filepath.Join(w.dir, "seed") + "\n")
		if err := os.WriteFile(filepath.Join(w.dir, "seed"), []byte(strings.Repeat("5eed", 16)+"\n"), 0o600); err != nil {
			return err
		}
	}
	b.WriteString("  tables:\n")
	last := ""
	slices.SortStableFunc(rules, func(a, b rule) int { return strings.Compare(a.table, b.table) })
	for _, r := range rules {
		if r.table != last {
			b.WriteString("    " + yamlText(r.table) + ":\n")
			last = r.table
		}
		b.WriteString("      " + yamlText(r.column) + ": " + r.method + "\n")
	}
	return os.WriteFile(filepath.Join(w.dir, "hectl.yml"), []byte(b.String()), 0o600)
}

// yamlText quotes text for YAML, which includes JSON.
func yamlText(s string) string {
	quoted, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	return string(quoted)
}
