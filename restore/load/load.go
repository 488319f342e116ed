package load

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/rubyforgood/hectl/dump"
	"github.com/rubyforgood/hectl/internal/console"
	"github.com/rubyforgood/hectl/mask"
	"github.com/rubyforgood/hectl/pgtools"
	"github.com/rubyforgood/hectl/pgtools/archive"
	"github.com/rubyforgood/hectl/pgtools/schema"
)

// Options select the parts of a dump to load, and how to load them.
type Options struct {
	Jobs     int
	Tables   Chooser
	KeepRows KeptRows
	Without  Without
	Password string // new password of every user
}

// CheckNames refuses patterns that match nothing in an archive.
func (o *Options) CheckNames(h *archive.Head) error {
	if err := o.Tables.check(h); err != nil {
		return err
	}
	o.Tables.partitions = schema.PartitionsOf(h)
	return checkPatterns(h, o.KeepRows)
}

// Loader fills an empty database from an archive. Its steps follow the sections of
// pg_restore, because the sections need different parts of the archive: the schema and
// the indexes only the head, the data the blocks.
type Loader struct {
	Options
	Tool pgtools.Tool
	Into pgtools.Conn // the temp database
	Dump *dump.Dump
	Out  *console.Console

	Quiet map[string]string // settings that keep rows out of the server's log
	Mask  *mask.Plan        // masks the rows
	// Loaded is called when all rows are loaded, before credentials are scrubbed. It may
	// be nil.
	Loaded func(ctx context.Context, temp pgtools.Conn) error
	// given is the dump's head with its edits, in the version that Tool reads; raw is its
	// bytes.
	given  *archive.Head
	raw    []byte
	Folder string // prefix of the name of the temporary folder

	phrases pgtools.Phrases // messages that the functions of the dump raise
}

// phrases returns the messages that the functions of a dump raise.
func phrases(h *archive.Head) pgtools.Phrases {
	var messages []string
	for e := range h.All() {
		if e.Desc == "FUNCTION" || e.Desc == "PROCEDURE" {
			messages = append(messages, schema.Raises(e.Definition)...)
		}
	}
	return pgtools.NewPhrases(messages)
}

// Load restores schema, data and post-data, in this order, then runs ANALYZE.
func (l *Loader) Load(ctx context.Context) error {
	doubts := l.Mask.Doubts()
	warnings, err := l.loadSections(ctx)
	for _, w := range warnings { // from pg_restore, all known to be harmless
		l.Out.Detail("harmless: %s", w)
	}
	return explainDoubts(err, doubts)
}

func (l *Loader) loadSections(ctx context.Context) (warnings []pgtools.Ignored, err error) {
	if l.given, l.raw, err = editedFor(l.Dump, l.Tool); err != nil {
		return nil, err
	}
	l.phrases = phrases(l.given)
	head, remove, err := writeHead(l.Folder, l.raw)
	if err != nil {
		return nil, err
	}
	defer remove()

	b := newBuilder(l)
	defer b.close(ctx)
	steps := []func(context.Context) ([]pgtools.Ignored, error){
		func(ctx context.Context) ([]pgtools.Ignored, error) { return l.preData(ctx, head) },
		func(ctx context.Context) ([]pgtools.Ignored, error) { return nil, l.try(ctx) },
		func(ctx context.Context) ([]pgtools.Ignored, error) { return l.data(ctx, head, b) },
		func(ctx context.Context) ([]pgtools.Ignored, error) { return l.postData(ctx, head, b) },
		func(ctx context.Context) ([]pgtools.Ignored, error) { return nil, b.analyzeRest(ctx) },
	}
	for _, step := range steps {
		w, err := step(ctx)
		warnings = append(warnings, w...)
		if err != nil {
			return warnings, err
		}
	}
	return warnings, nil
}

func (l *Loader) afterData(ctx context.Context) error {
	if l.Loaded != nil {
		if err := l.Loaded(ctx, l.Into); err != nil {
			return err
		}
	}
	return l.scrub(ctx)
}

func (l *Loader) preData(ctx context.Context, head string) ([]pgtools.Ignored, error) {
	bar := l.Out.Progress("schema", console.Steps, -1)
	defer bar.Done()
	return l.restore(ctx, pgtools.RestoreOptions{
		File: head, Sections: []string{"pre-data"},
		Log: onItem(func(string) { bar.Add(1) }),
	})
}

func (l *Loader) restore(ctx context.Context, opt pgtools.RestoreOptions) ([]pgtools.Ignored, error) {
	opt.Settings = map[string]string{
		// The commit of the swap waits for the disk, and so makes all earlier commits
		// durable.
		"synchronous_commit":   "off",
		"maintenance_work_mem": l.sortMemory(), // used to check foreign keys
	}
	opt.Phrases = l.phrases
	maps.Copy(opt.Settings, l.Quiet)
	warnings, err := pgtools.Restore(ctx, l.Tool, l.Into, opt)
	if err != nil && ctx.Err() == nil && cutOff(err) {
		err = dump.DamageError(l.Dump.Name, err)
	}
	return warnings, err
}

// cutOff reports whether pg_restore reached the end of the archive too early. Its
// messages are in English because it runs with LC_MESSAGES=C.
func cutOff(err error) bool {
	return slices.ContainsFunc([]string{"could not read from input file: end of file", "could not find block ID", "unexpected end of file"},
		func(text string) bool { return strings.Contains(err.Error(), text) })
}

// itemLine matches the line with which pg_restore --verbose announces an object.
var itemLine = regexp.MustCompile(`^pg_restore: (?:creating|processing data for) (.+) "(.+)"$`)

// onItem returns a log function that calls f with the name of each object that
// pg_restore starts on.
func onItem(f func(name string)) func(line string) {
	return func(line string) {
		if m := itemLine.FindStringSubmatch(line); m != nil {
			f(strings.TrimPrefix(m[2], "public."))
		}
	}
}

// editedFor returns the edited head of a dump and its bytes, for a pg_restore that may
// be older than the archive.
func editedFor(d *dump.Dump, tool pgtools.Tool) (*archive.Head, []byte, error) {
	head, raw, err := d.Edited()
	if err != nil || tool.Reads(head.Version.Minor) {
		return head, raw, err
	}
	if raw, err = archive.Downgrade(raw, head); err != nil {
		return nil, nil, err
	}
	head, err = archive.ReadHead(bytes.NewReader(raw))
	return head, raw, err
}

// writeHead writes the head of an archive to a file in its own folder. To pg_restore, the
// file is an archive with a schema but no rows.
func writeHead(folder string, head []byte) (path string, remove func(), err error) {
	dir, err := os.MkdirTemp("", folder)
	if err != nil {
		return "", nil, fmt.Errorf("create a temporary folder: %w", err)
	}
	remove = func() { _ = os.RemoveAll(dir) } // if this fails, the next run removes it
	path = filepath.Join(dir, "head.dump")
	if err := os.WriteFile(path, head, 0o600); err != nil {
		remove()
		return "", nil, fmt.Errorf("write the archive's head: %w", err)
	}
	return path, remove, nil
}
