package restore

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/urfave/cli/v2"

	"github.com/rubyforgood/hectl/dump"
	"github.com/rubyforgood/hectl/internal/command"
	"github.com/rubyforgood/hectl/internal/config"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/finding"
	"github.com/rubyforgood/hectl/internal/s3store"
	"github.com/rubyforgood/hectl/internal/text"
	"github.com/rubyforgood/hectl/pgtools"
	"github.com/rubyforgood/hectl/pgtools/archive"
	"github.com/rubyforgood/hectl/restore/load"
	"github.com/rubyforgood/hectl/restore/target"
)

// Newest is the dump that a fetch would restore, with its head read.
type Newest struct{ dump *dump.Dump }

// Wanted specifies where CheckNewest looks for the newest dump, and what it expects.
type Wanted struct {
	Dumps   config.Bucket
	Masked  config.Bucket // the bucket with masked dumps; Name is "" for none
	Label   string
	MaxAge  time.Duration
	BacksUp bool // this machine makes the dumps, so the first one may not exist yet
	Fetches bool // this machine restores dumps, so it must be able to read one
}

// reportUnreadable adds the finding for a newest dump that is missing or unreadable.
func (w Wanted) reportUnreadable(f *finding.List, about string, err error) {
	switch {
	case w.BacksUp && fault.CodeOf(err) == fault.NotFound:
		f.Advise(about, "hectl backup", "%v yet", err)
	case w.BacksUp && !w.Fetches && s3store.IsAccessDenied(err):
		f.OK(about, "these credentials cannot read it, and backups do not need to")
	default:
		f.Fail(about, err)
	}
}

// CheckNewest checks the newest dump of a label that these credentials can read. It
// returns nil if none can be restored.
func CheckNewest(ctx context.Context, f *finding.List, env *command.Env, want Wanted) *Newest {
	const about = "newest dump"
	src, instead, err := command.NewFinder(env).NewestReadable(ctx, dump.Choice{Bucket: want.Dumps, Label: want.Label}, want.Masked)
	if err != nil {
		want.reportUnreadable(f, about, err)
		return nil
	}
	d, err := src.Open(ctx)
	if err != nil {
		want.reportUnreadable(f, about, err)
		return nil
	}
	if settings, err := env.Settings(); err == nil {
		if rules, err := command.MaskRules(settings, env.Console); err == nil && !rules.None() {
			dump.Trust{Bucket: want.Masked, Rules: rules.Hash()}.Judge(d)
		}
	}
	if instead {
		f.OK(about, "%s cannot be read with these credentials: this is the newest masked dump, from %s", want.Dumps, want.Masked)
	}
	if err := d.CheckDefinitions(); err != nil {
		f.Fail(about, err)
		return nil
	}
	h := d.Head
	if age := env.Console.Now().Sub(d.Taken); age > want.MaxAge {
		f.Warn(about, "hectl status", "%s: %s old, which is more than %s", d.Info(), age.Round(time.Hour), want.MaxAge)
	} else {
		f.OK(about, "%s", d.Info())
	}
	f.OK(about, "of %s on PostgreSQL %s, by pg_dump %s, archive format %s, %s, %d tables",
		h.Database, h.ServerVersion, h.DumpVersion, h.Version, dump.CompressionName(h.Compression), h.Tables())
	switch m := d.Manifest; {
	case m == nil:
		f.Advise(about, "hectl verify --write-manifest "+fault.ShellQuote(src.Name()), "it has no manifest, so damage to a table could go unnoticed")
	case m.Verified != nil:
		f.OK(about, "verified %s", text.Minute(*m.Verified))
	}
	return &Newest{d}
}

// CheckTarget checks what a fetch would change in the target and what would prevent it.
// newest is nil if there is none.
func CheckTarget(ctx context.Context, f *finding.List, env *command.Env, c *cli.Context, newest *Newest, tools *pgtools.Tools) {
	const about = "target"
	o, err := newServerOptions(env, c)
	if err != nil {
		f.Fail(about, err)
		return
	}
	s, err := o.target.Guard(ctx, target.Replace)
	if err != nil {
		f.Fail(about, err)
		if fault.CodeOf(err) == fault.Denied {
			checkRights(ctx, f, o.target, about)
		}
		return
	}
	defer s.Close(ctx)
	if newest != nil {
		if err := s.RefuseDump(newest.dump); err != nil {
			f.Fail(about, err)
			return
		}
	}
	x := &examination{List: f, Session: s, load: o.load}
	x.target(ctx, about)
	x.unmasked(ctx, about, env, c)
	x.superuser(ctx, about)
	if newest != nil {
		x.fits(ctx, about, newest.dump, tools)
	} else {
		x.rights(ctx, about)
	}
	x.room(ctx, about, newest)
	x.settings(ctx, "server settings")
}

// examination checks a target that the guard allows a fetch to replace.
type examination struct {
	*finding.List
	*target.Session
	load load.Options
}

// target reports on the target in its current state.
func (x *examination) target(ctx context.Context, about string) {
	name := x.Name()
	x.OK(about, "%s, PostgreSQL %s", x.Conn, x.DB.ServerVersion())
	if x.Existing == nil {
		x.OK(about, "%s does not exist yet: a fetch creates it", name)
		return
	}
	x.OK(about, "%s is %s; a fetch keeps it as %s", name, bytesText(x.Existing.Size), target.PreviousName(name))
	sessions, err := x.DB.Sessions(ctx, name)
	if err != nil {
		x.Fail(about, err)
	}
	// hectl's own sessions from the guard may still be closing.
	sessions = slices.DeleteFunc(sessions, func(s pgtools.Session) bool { return s.Application == pgtools.RestoreApp })
	if len(sessions) > 0 {
		x.OK(about, "connected now; a fetch disconnects them: %s", sessionList(sessions))
	}
	leftovers, err := x.Leftovers(ctx)
	if err != nil {
		x.Fail(about, err)
	}
	if len(leftovers) > 0 {
		x.OK(about, "%s, left by an earlier run: the next fetch drops it", strings.Join(leftovers, ", "))
	}
}

// unmasked warns about databases that were fetched before hectl.yml required masking.
func (x *examination) unmasked(ctx context.Context, about string, env *command.Env, c *cli.Context) {
	if path, _, err := command.RequiresMasking(env, c); err != nil || path == "" {
		return // another check reports the error
	}
	h, err := x.Holdings(ctx, x.DB)
	if err != nil {
		x.Fail(about, err)
		return
	}
	if names := h.Unmasked(); len(names) > 0 {
		x.Warn(about, "hectl fetch-latest-db --fresh && hectl purge", "fetched without masking, which %s requires now: %s", config.FileName, strings.Join(names, ", "))
	}
}

func sessionList(sessions []pgtools.Session) string {
	const most = 3
	var texts []string
	for _, s := range sessions[:min(len(sessions), most)] {
		texts = append(texts, s.String())
	}
	if more := len(sessions) - most; more > 0 {
		texts = append(texts, fmt.Sprintf("%d more", more))
	}
	return strings.Join(texts, "; ")
}

// fits reports whether the dump can be restored into the target.
func (x *examination) fits(ctx context.Context, about string, d *dump.Dump, tools *pgtools.Tools) {
	pre, err := x.load.Check(ctx, x.DB, d, tools)
	tool, problems := pre.Tool, pre.Problems
	if err != nil {
		problems = append(problems, err)
	}
	rights, err := x.Lacks(ctx)
	if err != nil {
		problems = append(problems, err)
	}
	problems = append(problems, rights...)
	_, note, err := load.CreateOptions(ctx, x.DB, d.Head, x.Existing, x.Out.Detail)
	if err != nil {
		problems = append(problems, err)
	}
	for _, p := range problems {
		if _, old := errors.AsType[*pgtools.NoToolError](p); old {
			x.Fail(finding.ClientTools, p)
			continue
		}
		x.Fail(about, p)
	}
	if note != "" {
		x.OK(about, "%s", note)
	}
	for _, l := range pre.Left {
		if l.Asked || !l.Matters {
			x.OK(about, "a fetch leaves out %s", l)
		} else {
			x.Warn(about, "", "a fetch leaves out %s", l)
		}
	}
	if tool.Path != "" {
		x.OK(about, "restored by %s (%s)", tool.Path, tool.Version)
		if minor := d.Head.Version.Minor; !tool.Reads(minor) {
			x.OK(about, "pg_restore %s does not read archive format 1.%d: hectl rewrites the dump's table of contents for it", tool.Version, minor)
		}
	}
	if from, _ := pgtools.ParseVersion(d.Head.ServerVersion); from.Major > x.DB.ServerVersion().Major {
		x.Warn(about, "", "the dump is from PostgreSQL %d and the server is %d: features of the newer version cannot be restored", from.Major, x.DB.ServerVersion().Major)
	}
}

// checkRights reports which rights the role lacks after the guard could not read the
// target. It reports nothing if the server refuses the login.
func checkRights(ctx context.Context, f *finding.List, t *target.Target, about string) {
	admin, err := pgtools.ConnectMaintenance(ctx, t.Conn, pgtools.RestoreApp)
	if err != nil {
		return // an earlier check has reported the error
	}
	defer admin.Close(context.WithoutCancel(ctx))
	x := &examination{List: f, Session: &target.Session{Target: t, DB: admin}}
	if d, exists, err := admin.Database(ctx, t.Name()); err == nil && exists {
		x.Existing = &d
	}
	x.rights(ctx, about)
}

// rights reports which rights the role lacks for any restore.
func (x *examination) rights(ctx context.Context, about string) {
	lacks, err := x.Lacks(ctx)
	if err != nil {
		x.Fail(about, err)
	}
	for _, lack := range lacks {
		x.Fail(about, lack)
	}
}

// room reports the free disk space.
func (x *examination) room(ctx context.Context, about string, newest *Newest) {
	where, err := target.FindDataFolder(ctx, x.DB)
	switch {
	case err != nil:
		x.Fail(about, err)
		return
	case where.Behind != "":
		x.OK(about, "%s:%d leads to %s: a container or a tunnel, so hectl cannot see free disk space", x.Conn.Host(), x.Conn.Port(), where.Behind)
		return
	case where.Free < 0:
		x.OK(about, "this role cannot see free disk space")
		return
	}
	if newest != nil {
		if text := where.WarnIfSmall(newest.dump.Manifest); text != "" {
			x.Warn(about, "df -h "+fault.ShellQuote(where.Dir), "%s", text)
			return
		}
	}
	x.OK(about, "%s are free in %s", bytesText(where.Free), where.Dir)
}

// serverSettings are the settings that decide how fast a server restores and that are
// safe to change for the whole server: a crash loses nothing, standbys and archiving
// keep working, and no restart is needed. fsync and wal_level do not qualify.
type serverSettings struct {
	MaxWALSize string // max_wal_size, in MB
	From       string // source of MaxWALSize, from pg_settings.source
	MayAlter   bool   // the role may use ALTER SYSTEM and reload the settings
}

// faster returns the statements that would speed up restores: none if the role cannot
// run them or they would have no effect.
func (s serverSettings) faster() []string {
	installed := s.MaxWALSize == "1024" && s.From != "command line"
	if !installed || !s.MayAlter {
		return nil
	}
	return []string{"ALTER SYSTEM SET max_wal_size = 4096", "SELECT pg_reload_conf()"} // unit MB: a plain number needs no quotes
}

// settings recommends settings that speed up restores.
func (x *examination) settings(ctx context.Context, about string) {
	var s serverSettings
	err := x.DB.QueryRow(ctx, `
		SELECT setting, source,
		       (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user)
		         AND coalesce(current_setting('allow_alter_system', true), 'on') = 'on'
		FROM pg_catalog.pg_settings WHERE name = 'max_wal_size'
	`).Scan(&s.MaxWALSize, &s.From, &s.MayAlter)
	if err != nil {
		x.Fail(about, fmt.Errorf("read the server's settings: %w", err))
		return
	}
	statements := s.faster()
	if len(statements) == 0 {
		x.OK(about, "max_wal_size is %s MB", s.MaxWALSize)
		return
	}
	x.Advise(about, pgtools.PsqlLine(x.Conn, x.Conn.User(), nil, statements...),
		"max_wal_size is %s MB: 4096 MB avoids checkpoints while a large dump is restored. The change needs no restart and is safe for the server's other databases.", s.MaxWALSize)
}

// bytesText renders a size in bytes; -1 means unknown.
func bytesText(n int64) string {
	if n < 0 {
		return "an unknown number of bytes"
	}
	return humanize.Bytes(uint64(n))
}

// HasAttachments reports whether the dump has Active Storage's tables.
func (n *Newest) HasAttachments() bool {
	return n != nil && slices.ContainsFunc(n.dump.Head.Entries, func(e archive.Entry) bool {
		return e.Desc == "TABLE" && e.Tag == "active_storage_blobs"
	})
}
