package main

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/rubyforgood/hectl/internal/command"
	"github.com/rubyforgood/hectl/internal/config"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/pgtools"
	"github.com/rubyforgood/hectl/restore"
)

// firstLook is what "hectl" alone says: what it is for, what of it is there, and
// the one command to type next.
type firstLook struct {
	Bucket string `json:"bucket"`
	Target string `json:"target"`
	Source string `json:"source,omitempty"` // "" where none is set
	Next   string `json:"next"`

	// What is missing, in the order in which it is to be mended; nil for what is
	// there.
	settings, tools, credentials, server error
}

// lookTime is how long a look at another machine may take: somebody waits for it.
const lookTime = 3 * time.Second

// look finds out what of a first fetch, or backup, is in place. Nothing is asked
// of the bucket.
func look(ctx context.Context, env *command.Env) firstLook {
	var f firstLook
	settings, err := env.Settings()
	if err != nil {
		f.settings = err
		f.Next = f.next()
		return f
	}
	var target pgtools.Conn
	bucket, bucketErr := settings.Bucket(nil)
	database, err := settings.Target(nil)
	if err == nil {
		target, err = command.Resolve(database, settings)
	}
	if f.settings = cmp.Or(bucketErr, err); f.settings != nil {
		f.Next = f.next()
		return f
	}
	bin, err := command.PGBin(settings, nil)
	if f.settings = err; err != nil {
		f.Next = f.next()
		return f
	}
	f.Bucket, f.Target = bucket.String(), target.String()
	if source, err := settings.Source(nil); err == nil && !strings.HasPrefix(source.Origin, "PG") {
		if conn, err := command.Resolve(source, settings); err == nil {
			f.Source = conn.String()
		}
	}
	f.ask(ctx, env, settings, bin, bucket, target)
	f.Next = f.next()
	return f
}

// ask looks for tools, credentials and the server, at once.
func (f *firstLook) ask(ctx context.Context, env *command.Env, settings *config.Sources, bin string, bucket config.Bucket, target pgtools.Conn) {
	ctx, cancel := context.WithTimeoutCause(ctx, lookTime, fmt.Errorf("no answer within %s", lookTime))
	defer cancel()
	var all sync.WaitGroup
	all.Go(func() {
		tools, err := pgtools.FindTools(ctx, bin, settings.Lookup)
		if err == nil && len(tools.All()) == 0 {
			err = fault.New(fault.Failed, tools.Advice(), "no pg_dump and pg_restore")
		}
		f.tools = err
	})
	all.Go(func() { _, f.credentials = env.Open(ctx, bucket) })
	if f.Source == "" { // a machine that makes backups needs no target
		all.Go(func() {
			if f.server = restore.CheckEnvironment(settings, target); f.server == nil {
				f.server = restore.CheckRole(ctx, target)
			}
		})
	}
	all.Wait()
}

// next is the one command to type.
func (f firstLook) next() string {
	switch {
	case f.settings != nil && fault.Command(cmp.Or(append(fault.Hints(f.settings), "")...)) != "":
		return fault.Command(fault.Hints(f.settings)[0])
	case f.settings != nil, f.tools != nil, f.server != nil:
		return "hectl doctor"
	case f.credentials != nil:
		for _, hint := range fault.Hints(f.credentials) {
			if c := fault.Command(hint); c != "" {
				return c // that renews a session
			}
		}
		return "aws configure sso"
	case f.Source != "":
		return "hectl backup"
	}
	return "hectl fetch-latest-db"
}

// Text renders the look in six lines.
func (f firstLook) Text() string {
	lines := []string{"hectl backs up Postgres to S3 and loads the newest dump into a local database."}
	line := func(name, is string, err error) {
		if err != nil {
			is = firstClause(err)
		}
		lines = append(lines, fmt.Sprintf("  %-10s %s", name, is))
	}
	if f.settings != nil {
		line("settings", "", f.settings)
	} else {
		line("dumps", f.Bucket, f.credentials)
		line("tools", "pg_dump and pg_restore are there", f.tools)
		if f.Source != "" {
			line("source", f.Source, nil)
		} else {
			line("database", f.Target, f.server)
		}
	}
	lines = append(lines, "Next:        "+f.Next, `All commands: "hectl help"`)
	return strings.Join(lines, "\n")
}

// firstClause is an error in one short line: "hectl doctor" says the rest.
func firstClause(err error) string {
	text, _, _ := strings.Cut(err.Error(), "\n")
	const most = 66 // so that the line fits 80 columns
	if _, cause, ok := strings.Cut(text, ": "); ok && utf8.RuneCountInString(text) > most {
		text = cause
	}
	if i := strings.LastIndex(text, " ("); i > 0 && utf8.RuneCountInString(text) > most {
		text = text[:i]
	}
	if runes := []rune(text); len(runes) > most {
		text = string(runes[:most-1])
		if i := strings.LastIndexAny(text, ",;"); i > most/2 {
			return text[:i] // a part that makes sense by itself
		}
		text += "…"
	}
	return text
}
