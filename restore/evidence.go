package restore

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"os/user"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/rubyforgood/hectl/dump"
	"github.com/rubyforgood/hectl/dump/catalog"
	"github.com/rubyforgood/hectl/internal/command"
	"github.com/rubyforgood/hectl/internal/console"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/s3store"
	"github.com/rubyforgood/hectl/internal/text"
	"github.com/rubyforgood/hectl/pgtools/archive"
	"github.com/rubyforgood/hectl/restore/audit"
	"github.com/rubyforgood/hectl/restore/load"
	"github.com/rubyforgood/hectl/restore/target"
)

// evidence collects the facts for the report of a verification. Fields that the run did
// not reach are zero.
type evidence struct {
	files   []string // paths of the report; nil for none
	wanted  bool     // --restore was given
	start   time.Time
	version string // version of hectl

	found   *dump.Object
	dump    *dump.Dump
	details s3store.Details
	object  hash.Hash // SHA-256 of the object
	sum     *s3store.Sum
	checked *dump.Report

	session  *target.Session
	replaced *replacement
	loading  time.Time // when the restore started
	loaded   time.Time // when the restore was complete
	counts   load.Comparison
	counted  bool // the counts are complete
	steps    []console.Step
}

// newEvidence returns the evidence for --report.
func newEvidence(env *command.Env, c *cli.Context) (*evidence, error) {
	e := &evidence{start: env.Console.Now(), version: env.Version, wanted: c.Bool("restore"), object: sha256.New()}
	if !c.IsSet("report") {
		return e, nil
	}
	const hint = "name a file for the report; --json writes the result to standard output"
	if path := c.String("report"); path == "" || path == "-" {
		return nil, fault.New(fault.Usage, hint, "--report needs a file, not standard output")
	}
	for _, path := range audit.Files(c.String("report")) {
		file, err := command.OutputFile("report", path, hint)
		if err != nil {
			return nil, err
		}
		if err := audit.CheckFolder(file); err != nil {
			return nil, err
		}
		e.files = append(e.files, file)
	}
	return e, nil
}

// tap returns in. If there is a report, reading from the result also hashes the object.
func (e *evidence) tap(in io.ReadCloser) io.ReadCloser {
	if len(e.files) == 0 {
		return in
	}
	return struct {
		io.Reader
		io.Closer
	}{io.TeeReader(in, e.object), in}
}

// step adds a step of the recovery to the report, from start until now.
func (e *evidence) step(out *console.Console, name string, start time.Time) {
	e.steps = append(e.steps, console.Step{Label: name, Start: start, Took: out.Now().Sub(start)})
}

// write writes the report of a run that ended with err, and returns err joined with any
// error of writing. Without --report, it only returns err.
func (e *evidence) write(ctx context.Context, out *console.Console, err error) error {
	if len(e.files) == 0 {
		return err
	}
	r := e.report(ctx, out, err)
	var failed error
	for _, file := range e.files {
		failed = errors.Join(failed, audit.Write(file, r))
	}
	switch {
	case failed == nil:
		out.Say("wrote %s", strings.Join(e.files, " and "))
		return err
	case fault.CodeOf(err) == fault.Warnings: // a missing report is worse than a warning
		return fault.Wrap(fault.Failed, "", errors.Join(failed, err))
	}
	return errors.Join(err, failed)
}

func (e *evidence) report(ctx context.Context, out *console.Console, err error) *audit.Report {
	r := &audit.Report{
		Version: audit.Version, Result: audit.Failed, ExitCode: int(fault.CodeOf(err)),
		Started: moment(e.start), Finished: moment(out.Now()),
		Versions: audit.Versions{Hectl: e.version}, Tables: []audit.Table{}, Steps: []audit.Step{},
		Hashes: audit.Hashes{Blocks: []audit.Block{}},
	}
	if err != nil {
		r.Error = err.Error()
		if ctx.Err() != nil {
			r.ExitCode, r.Error = int(fault.Interrupted), "interrupted: "+r.Error
		}
	}
	switch fault.Code(r.ExitCode) { //nolint:exhaustive // the others are failures
	case fault.Done:
		r.Result = audit.Passed
	case fault.Warnings:
		r.Result = audit.Warnings
	}
	e.addRunner(ctx, r, out)
	e.addDump(r)
	e.addHashes(r)
	r.Tables = e.tables()
	e.addTimes(r, out)
	r.Checks = e.checks(err)
	if e.checked != nil {
		for _, d := range e.checked.Damaged {
			r.Damage = append(r.Damage, d.String())
		}
	}
	return r
}

// addRunner adds who ran the verification. Unknown facts are left out.
func (e *evidence) addRunner(ctx context.Context, r *audit.Report, out *console.Console) {
	r.RunBy.RunID = out.RunID()
	if u, err := user.Current(); err == nil {
		r.RunBy.User = u.Username
	}
	if host, err := os.Hostname(); err == nil {
		r.RunBy.Host = host
	}
	if e.session != nil {
		r.RunBy.Role, r.RunBy.Server = e.session.Conn.User(), e.session.String()
		r.Versions.Restored = e.session.DB.ServerVersion().String()
	}
	if e.found != nil && ctx.Err() == nil {
		id, err := e.found.Store.Identity(ctx)
		if err != nil {
			out.Detail("cannot add the AWS identity to the report: %v", err)
		}
		r.RunBy.AWS = id.ARN
	}
}

func (e *evidence) addDump(r *audit.Report) {
	if e.found == nil {
		return
	}
	of := e.found.Dump
	d := &audit.Dump{
		Name: e.found.Name(), Size: of.Size, ETag: of.ETag, Uploaded: of.Upload.UTC(), Label: of.Label, VersionID: e.details.Version,
	}
	if !of.Time.IsZero() {
		taken := of.Time.UTC()
		d.Taken, d.AgeSeconds = &taken, seconds(e.start.Sub(taken))
	}
	r.Dump = d
	if e.dump == nil {
		return
	}
	d.Masked = e.dump.Masked
	if h := e.dump.Head; h != nil {
		d.Database, d.Compression = h.Database, h.Compression.String()
		r.Versions.Source, r.Versions.PGDump, r.Versions.Archive = h.ServerVersion, h.DumpVersion, h.Version.String()
	}
	if m := e.dump.Manifest; m != nil {
		d.Manifest, r.Versions.BackupHectl = catalog.ManifestKey(e.found.Bucket.Base, of.Key), m.HectlVersion
	}
	if e.replaced != nil {
		r.Versions.PGRestore = e.replaced.pre.Tool.Version.String()
	}
}

func (e *evidence) addHashes(r *audit.Report) {
	if e.checked == nil {
		return
	}
	h := &r.Hashes
	h.Object = hex.EncodeToString(e.object.Sum(nil))
	if e.sum.Kind != "" {
		c := audit.Compare(e.sum.Kind, e.sum.Expected(), e.sum.Computed())
		h.Store = &c
	}
	d := e.dump
	if d.Head == nil {
		return
	}
	head, expected := sha256.Sum256(d.HeadBytes), ""
	blocks := map[int]string{}
	if m := d.Manifest; m != nil {
		expected = hex.EncodeToString(m.Head.SHA256[:])
		for _, b := range m.Blocks {
			blocks[b.ID] = hex.EncodeToString(b.SHA256[:])
		}
	}
	c := audit.Compare("SHA-256", expected, hex.EncodeToString(head[:]))
	h.Head = &c
	entries := d.Head.ByID()
	for _, b := range e.checked.BlocksRead() {
		h.Blocks = append(h.Blocks, audit.Block{
			Name: dump.BlockName(entries[b.ID]), Offset: b.Offset, Length: b.Length,
			Compared: audit.Compare("SHA-256", blocks[b.ID], hex.EncodeToString(b.SHA256[:])),
		})
	}
}

// tables returns the row counts of every table whose rows were counted.
func (e *evidence) tables() []audit.Table {
	tables := []audit.Table{}
	if e.checked == nil || e.dump.Head == nil {
		return tables
	}
	inDump, inManifest := e.checked.TableRows(), e.dump.ManifestRows()
	shown := map[int]bool{}
	for _, c := range e.counts.Counts {
		t := audit.Table{Name: c.Table, Dump: &c.Dump, Restored: &c.Restored, Manifest: new(int64)}
		for _, id := range c.Blocks {
			shown[id] = true
			switch n := inManifest[id]; {
			case n == nil:
				t.Manifest = nil
			case t.Manifest != nil:
				*t.Manifest += *n
			}
		}
		tables = append(tables, t)
	}
	for entry := range e.dump.Head.All() {
		if n, counted := inDump[entry.ID]; counted && !shown[entry.ID] {
			name := entry.DisplayName()
			tables = append(tables, audit.Table{Name: name, Manifest: inManifest[entry.ID], Dump: &n, LeftOut: slices.Contains(e.counts.LeftOut, name)})
		}
	}
	slices.SortStableFunc(tables, func(a, b audit.Table) int { return cmp.Compare(a.Name, b.Name) })
	return tables
}

// Console tasks of a verification that a fetch does not have.
const (
	readTask  = "verify"
	countTask = "count rows"
)

// addTimes adds the steps, and the recovery time: the total of all steps that a fetch
// also has.
func (e *evidence) addTimes(r *audit.Report, out *console.Console) {
	steps := slices.Concat(e.steps, out.Steps())
	slices.SortStableFunc(steps, func(a, b console.Step) int { return a.Start.Compare(b.Start) })
	var known, counting time.Duration
	for _, s := range steps {
		counts := s.Label != readTask && s.Label != countTask
		if counts {
			known += s.Took
		}
		if s.Label == countTask {
			counting += s.Took
		}
		name := map[string]string{readTask: "read and check the whole dump", "data": "load rows"}[s.Label]
		r.Steps = append(r.Steps, audit.Step{Name: cmp.Or(name, s.Label), Seconds: seconds(s.Took), Recovery: counts})
	}
	if e.loaded.IsZero() {
		return
	}
	total := e.loaded.Sub(e.loading) - counting + e.steps[0].Took // steps[0] prepares the restore
	r.Steps = append(r.Steps, audit.Step{Name: "everything else", Seconds: seconds(max(0, total-known)), Recovery: true})
	r.Recovery = &audit.Recovery{Seconds: seconds(total), Masked: e.replaced.info.Masked}
}

// Times and durations in a report have millisecond precision.
func moment(t time.Time) time.Time    { return t.UTC().Truncate(time.Millisecond) }
func seconds(d time.Duration) float64 { return d.Round(time.Millisecond).Seconds() }

// checks lists every check, whether it was made or not.
func (e *evidence) checks(err error) []audit.Check {
	var list []audit.Check
	add := func(name, outcome, format string, args ...any) {
		list = append(list, audit.Check{Name: name, Outcome: outcome, Detail: fmt.Sprintf(format, args...)})
	}
	const (
		whole = "the dump as a whole, by the store's checksum"
		head  = "the table of contents, by the manifest"
		block = "every block of data, by the manifest"
		unzip = "every block can be unpacked to its end"
		rows  = "rows in the dump as in the manifest"
	)
	c, unread := e.checked, "the run failed before the dump was read"
	if c != nil {
		unread = c.Opaque
	}
	switch {
	case c == nil:
		add(whole, audit.NotMade, "%s", unread)
	case c.Store == "":
		add(whole, audit.NotMade, "the store has no checksum of this object")
	case e.sum.Matches():
		add(whole, audit.CheckPassed, "%s of %d bytes", c.Store, c.Bytes)
	default:
		add(whole, audit.CheckFailed, "%s differs", c.Store)
	}
	if unread != "" {
		for _, name := range []string{head, block, unzip, rows} {
			add(name, audit.NotMade, "%s", unread)
		}
	} else {
		e.checkManifest(head, block, rows, add)
		e.checkBlocks(unzip, add)
	}
	e.checkRestore(err, add)
	add("values of the rows, compared with the source", audit.NotMade, "verify does not connect to the source; the checksums cover what the backup uploaded")
	add("who wrote the dump", audit.NotMade, "manifests are not signed: anyone who can write to the bucket can replace a dump together with its manifest")
	add("whether the application works with the restored database", audit.NotMade, "verify drops the temp database and starts no application")
	return list
}

// checkBlocks adds the check of the archive's structure.
func (e *evidence) checkBlocks(name string, add func(name, outcome, format string, args ...any)) {
	c := e.checked
	if broken := e.broken(); broken != "" {
		add(name, audit.CheckFailed, "%s", broken)
		return
	}
	how := "compressed with " + c.Compression + ", which has no checksum of its own"
	switch c.Compression {
	case archive.Gzip.String():
		how = "compressed with gzip, which has its own checksums"
	case archive.None.String():
		how = "not compressed"
	}
	add(name, audit.CheckPassed, "%s, %d large objects; %s", text.Count(c.Blocks, "block"), c.LargeObjects, how)
}

// broken returns the first damage to the structure of the archive, "" for none.
func (e *evidence) broken() string {
	for _, d := range e.checked.Damaged {
		if d.What != dump.WholeObject && !strings.HasPrefix(d.Error, "the SHA-256 ") && !strings.HasPrefix(d.Error, "it has ") {
			return d.String()
		}
	}
	return ""
}

// checkManifest adds the checks that need a manifest.
func (e *evidence) checkManifest(head, block, rows string, add func(name, outcome, format string, args ...any)) {
	m := e.dump.Manifest
	if m == nil {
		for _, name := range []string{head, block, rows} {
			add(name, audit.NotMade, "the dump has no manifest")
		}
		return
	}
	var r audit.Report
	e.addHashes(&r)
	if *r.Hashes.Head.Equal {
		add(head, audit.CheckPassed, "SHA-256 of %d bytes", m.Head.Length)
	} else {
		add(head, audit.CheckFailed, "SHA-256 differs")
	}
	equal, counted, different := 0, 0, 0
	for _, b := range r.Hashes.Blocks {
		if b.Equal != nil && *b.Equal {
			equal++
		}
	}
	outcome := audit.CheckPassed
	if equal != len(m.Blocks) {
		outcome = audit.CheckFailed
	}
	add(block, outcome, "SHA-256 of %d of %s", equal, text.Count(len(m.Blocks), "block"))
	inDump := e.checked.TableRows()
	for id, n := range e.dump.ManifestRows() {
		if got, ok := inDump[id]; ok && n != nil {
			counted++
			if got != *n {
				different++
			}
		}
	}
	switch {
	case different > 0:
		add(rows, audit.CheckFailed, "the counts of %s differ", text.Count(different, "table"))
	case counted == 0:
		add(rows, audit.NotMade, `the manifest has no row counts; "hectl verify --write-manifest" adds them`)
	case counted < len(inDump):
		add(rows, audit.CheckPassed, "%d of %s; the manifest does not count the others", counted, text.Count(len(inDump), "table"))
	default:
		add(rows, audit.CheckPassed, "%s", text.Count(counted, "table"))
	}
}

// checkRestore adds the checks of the test restore.
func (e *evidence) checkRestore(err error, add func(name, outcome, format string, args ...any)) {
	const (
		restored = "test restore into a temp database"
		counts   = "rows restored as in the dump"
		objects  = "large objects, counted after the restore"
	)
	why := ""
	switch {
	case !e.wanted:
		why = "--restore was not given"
	case !e.loading.IsZero():
	case e.checked != nil && len(e.checked.Damaged) > 0:
		why = "the dump is damaged"
	case err != nil:
		why = "the run failed before it"
	}
	switch {
	case why != "":
		add(restored, audit.NotMade, "%s", why)
	case !e.loaded.IsZero():
		add(restored, audit.CheckPassed, "schema, rows, indexes, keys, triggers and statistics, without an error")
	default:
		add(restored, audit.CheckFailed, "see the error of the run")
	}
	different := 0
	for _, c := range e.counts.Counts {
		if c.Dump != c.Restored {
			different++
		}
	}
	left := ""
	if n := len(e.counts.LeftOut); n > 0 {
		left = fmt.Sprintf("; the rows of %s are left out of every restore", text.List(e.counts.LeftOut, n))
	}
	switch {
	case why != "":
		add(counts, audit.NotMade, "%s", why)
	case different > 0:
		add(counts, audit.CheckFailed, "the counts of %s differ%s", text.Count(different, "table"), left)
	case e.counted:
		add(counts, audit.CheckPassed, "%s%s", text.Count(e.counts.Tables, "table"), left)
	default:
		add(counts, audit.NotMade, "the test restore failed before the rows were counted")
	}
	if e.checked != nil && e.checked.LargeObjects > 0 {
		add(objects, audit.NotMade, "verify counts them in the dump only: %d", e.checked.LargeObjects)
	}
}
