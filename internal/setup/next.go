package setup

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
)

// firstLook is the result of "hectl" without a command: what hectl is for, what is
// already set up, and the command to type next.
type firstLook struct {
	Bucket string `json:"bucket"`
	Target string `json:"target"`
	Source string `json:"source,omitempty"` // "" for none
	Next   string `json:"next"`

	// Errors in the order in which to fix them; nil for parts that work.
	settings, tools, credentials, server error
}

// lookTimeout limits requests to other machines. A user is waiting.
const lookTimeout = 3 * time.Second

// TargetCheck returns why a fetch would refuse a target, and nil if it would not.
type TargetCheck func(ctx context.Context, settings *config.Sources, target pgtools.Conn) error

// ShowNext prints which parts of a first fetch or backup already work, and the command to
// type next. It sends no request to the bucket.
func ShowNext(ctx context.Context, env *command.Env, check TargetCheck) error {
	return env.Console.Result(look(ctx, env, check))
}

func look(ctx context.Context, env *command.Env, check TargetCheck) firstLook {
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
	f.tryAll(ctx, trial{env, settings, bin, bucket, target, check})
	f.Next = f.next()
	return f
}

// trial has the settings that tryAll tries out.
type trial struct {
	env      *command.Env
	settings *config.Sources
	bin      string // the folder of pg_dump and pg_restore; "" to search
	bucket   config.Bucket
	target   pgtools.Conn
	check    TargetCheck
}

// tryAll tries the tools, the credentials and the server at the same time.
func (f *firstLook) tryAll(ctx context.Context, t trial) {
	ctx, cancel := context.WithTimeoutCause(ctx, lookTimeout, fmt.Errorf("no answer within %s", lookTimeout))
	defer cancel()
	var all sync.WaitGroup
	all.Go(func() {
		tools, err := pgtools.FindTools(ctx, t.bin, t.settings.Lookup)
		if err == nil && len(tools.All()) == 0 {
			err = fault.New(fault.Failed, tools.Advice(), "no pg_dump or pg_restore")
		}
		f.tools = err
	})
	all.Go(func() { _, f.credentials = t.env.Open(ctx, t.bucket) })
	if f.Source == "" { // a machine that makes backups needs no target
		all.Go(func() { f.server = t.check(ctx, t.settings, t.target) })
	}
	all.Wait()
}

// next returns the command to type.
func (f firstLook) next() string {
	switch {
	case f.settings != nil && fault.Command(cmp.Or(append(fault.Hints(f.settings), "")...)) != "":
		return fault.Command(fault.Hints(f.settings)[0])
	case f.settings != nil, f.tools != nil, f.server != nil:
		return "hectl doctor"
	case f.credentials != nil:
		for _, hint := range fault.Hints(f.credentials) {
			if c := fault.Command(hint); c != "" {
				return c // such as the command that renews a session
			}
		}
		return "aws configure sso"
	case f.Source != "":
		return "hectl backup"
	}
	return "hectl fetch-latest-db"
}

// Text renders the result in six lines.
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
		line("tools", "pg_dump and pg_restore found", f.tools)
		if f.Source != "" {
			line("source", f.Source, nil)
		} else {
			line("database", f.Target, f.server)
		}
	}
	lines = append(lines, "Next:        "+f.Next, `All commands: "hectl help"`)
	return strings.Join(lines, "\n")
}

// firstClause shortens an error to one line. "hectl doctor" prints all of it.
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
			return text[:i] // end with a complete clause
		}
		text += "…"
	}
	return text
}
