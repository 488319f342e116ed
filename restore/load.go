package restore

import (
	"bytes"
	"context"
	"maps"
	"regexp"
	"strings"

	"github.com/rubyforgood/hectl/dump"
	"github.com/rubyforgood/hectl/internal/console"
	"github.com/rubyforgood/hectl/mask"
	"github.com/rubyforgood/hectl/pgtools"
	"github.com/rubyforgood/hectl/pgtools/archive"
	"github.com/rubyforgood/hectl/pgtools/schema"
)

// loader fills an empty database from an archive. Its steps are those of
// pg_restore's sections, because each needs something else: the schema and the
// indexes need the head alone, the data needs the bytes.
type loader struct {
	tool pgtools.Tool
	into pgtools.Conn // the temp database
	dump *dump.Dump
	jobs int
	out  *console.Console

	quiet  map[string]string // settings that keep rows out of the server's log
	tables chooser
	mask   *mask.Plan // what happens to the rows on their way
	// given is the dump's head with its edits, as the tool reads it, and raw its bytes.
	given  *archive.Head
	raw    []byte
	folder string // begins the name of a temporary folder

	phrases pgtools.Phrases // what the functions of the dump raise
}

// phrases are the messages that the functions of a dump raise.
func phrases(h *archive.Head) pgtools.Phrases {
	var messages []string
	for i := range h.Entries {
		if e := &h.Entries[i]; e.Desc == "FUNCTION" || e.Desc == "PROCEDURE" {
			messages = append(messages, schema.Raises(e.Definition)...)
		}
	}
	return pgtools.NewPhrases(messages)
}

// load restores schema, data and post-data, in this order, then collects
// statistics. Between data and post-data it calls afterData. It returns the
// warnings of pg_restore that are known to be harmless.
func (l *loader) load(ctx context.Context, afterData func(ctx context.Context) error) (warnings []pgtools.Ignored, err error) {
	if l.given, l.raw, err = editedFor(l.dump, l.tool); err != nil {
		return nil, err
	}
	l.phrases = phrases(l.given)
	head, remove, err := writeHead(l.folder, l.raw)
	if err != nil {
		return nil, err
	}
	defer remove()

	b := newBuilder(l)
	defer b.close(ctx)
	steps := []func(context.Context) ([]pgtools.Ignored, error){
		func(ctx context.Context) ([]pgtools.Ignored, error) { return l.preData(ctx, head) },
		func(ctx context.Context) ([]pgtools.Ignored, error) { return nil, l.try(ctx) },
		func(ctx context.Context) ([]pgtools.Ignored, error) { return l.data(ctx, head, b, afterData) },
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

func (l *loader) preData(ctx context.Context, head string) ([]pgtools.Ignored, error) {
	bar := l.out.Progress("schema", console.Steps, -1)
	defer bar.Done()
	return l.restore(ctx, pgtools.RestoreOptions{
		File: head, Sections: []string{"pre-data"},
		Log: onItem(func(string) { bar.Add(1) }),
	})
}

func (l *loader) restore(ctx context.Context, opt pgtools.RestoreOptions) ([]pgtools.Ignored, error) {
	opt.Settings = map[string]string{
		// The exchange's commit waits for the disk, and for all before it.
		"synchronous_commit":   "off",
		"maintenance_work_mem": l.sortMemory(), // for checking foreign keys
	}
	opt.Phrases = l.phrases
	maps.Copy(opt.Settings, l.quiet)
	warnings, err := pgtools.Restore(ctx, l.tool, l.into, opt)
	if err != nil && ctx.Err() == nil && cutOff(err) {
		err = dump.DamageError(l.dump.Name, err)
	}
	return warnings, err
}

// cutOff tells whether pg_restore found the end of the archive too early. Its
// messages are in English: it runs with LC_MESSAGES=C.
func cutOff(err error) bool {
	for _, text := range []string{"could not read from input file: end of file", "could not find block ID", "unexpected end of file"} {
		if strings.Contains(err.Error(), text) {
			return true
		}
	}
	return false
}

// itemLine is how pg_restore --verbose announces what it does next.
var itemLine = regexp.MustCompile(`^pg_restore: (?:creating|processing data for) (.+) "(.+)"$`)

// onItem calls f with the name of each object that pg_restore begins with.
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
