package restore

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/rubyforgood/hectl/dump"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/mask"
	"github.com/rubyforgood/hectl/pgtools"
	"github.com/rubyforgood/hectl/pgtools/schema"
	"github.com/rubyforgood/hectl/restore/load"
	"github.com/rubyforgood/hectl/restore/swap"
	"github.com/rubyforgood/hectl/restore/target"
)

// replacement is an open dump with everything that its restore needs.
type replacement struct {
	options
	session *target.Session
	dump    *dump.Dump
	pre     load.Preflight
	mask    *mask.Plan
	info    maskInfo
	kept    []string // tables whose rows are restored because --keep-rows names them
	create  pgtools.CreateOptions
	inserts bool              // rows are INSERT statements: loaded unmasked, replaced later
	quiet   map[string]string // settings that keep rows out of the server's log
	swap    *swap.Plan
	etag    string // ETag of the dump; "" if it has none

	refresh *refresh // refresh of a snapshot; nil to restore the whole dump
	whole   string   // why the whole dump is restored although there is a snapshot
}

func (r *replacement) close() {
	_ = r.dump.Close() // after a success, it is already closed, which is harmless
	if r.refresh != nil {
		_ = r.refresh.close() // opened for reading only
	}
}

// open opens a dump, and decides how it is restored. It refuses a dump that must not or
// cannot be restored here.
func (o options) open(ctx context.Context, s *target.Session, found dump.Opener, tools func() (*pgtools.Tools, error)) (_ *replacement, err error) {
	d, err := found.Open(ctx)
	if err != nil {
		return nil, err
	}
	r := &replacement{options: o, session: s, dump: d}
	defer func() {
		if err != nil {
			r.close()
		}
	}()
	if err := d.CheckDefinitions(); err != nil {
		return nil, err
	}
	if err := s.RefuseDump(d); err != nil {
		return nil, err
	}
	if err := r.load.CheckNames(d.Head); err != nil {
		return nil, err
	}
	if err := checkLoginAs(r.login.As, d.Head); err != nil {
		return nil, err
	}
	if why := r.masking.trust.Judge(d); why != "" && r.masking.rules != nil {
		r.out.Say("masking %s again: its manifest says that it is masked, but %s", d.Name, why)
	}
	if r.mask, err = r.planMasking(d); err != nil {
		return nil, err
	}
	r.leaveOutSecrets()
	if warning := load.CutUnknownOptions(d, s.DB.ServerVersion()); warning != "" {
		r.out.Warn("%s", warning)
	}
	var complete bool
	r.quiet, complete = s.DB.QuietLog(ctx)
	r.inserts = r.load.InsertsRows(d, r.mask)
	r.warnOfInserts(complete)
	if err := r.preflight(ctx, tools); err != nil {
		return nil, err
	}
	r.kept = r.findKept()
	r.info = r.maskInfo()
	var note string
	if r.create, note, err = load.CreateOptions(ctx, s.DB, d.Head, s.Existing, r.out.Detail); err != nil {
		return nil, err
	}
	if s.Use == target.RestoreBeside {
		r.create.Owner = ""
	}
	if note != "" {
		r.out.Warn("%s", note)
	}
	if r.swap, err = swap.NewPlan(ctx, s, r.after.commands, r.dropPrevious); err != nil {
		return nil, err
	}
	r.swap.Dump, r.swap.LeftOut = d.Info(), r.pre.Left
	r.swap.Masked, r.swap.Rules = r.info.Masked, r.info.Rules
	return r, nil
}

// preflight checks everything that would make the restore fail, and reports all
// problems at once.
func (r *replacement) preflight(ctx context.Context, tools func() (*pgtools.Tools, error)) (err error) {
	s, d := r.session, r.dump
	found, err := tools()
	if err != nil {
		return err
	}
	if r.pre, err = r.load.Check(ctx, s.DB, d, found); err != nil {
		return err
	}
	rights, err := s.Lacks(ctx)
	if err != nil {
		return err
	}
	if problems := slices.Concat(r.pre.Problems, rights); len(problems) > 0 {
		return fault.Cannot(problems, "restore %s into %s", d.Name, s)
	}
	if where, err := target.FindDataFolder(ctx, s.DB); err == nil {
		if text := where.WarnIfSmall(d.Manifest); text != "" {
			r.out.Warn("%s", text)
		}
	}
	for _, l := range r.pre.Left {
		switch {
		case l.Asked:
			r.out.Say("leaving out %s", l)
		case l.Matters:
			s.Warn("leaving out %s", l)
		default:
			r.out.Warn("leaving out %s", l)
		}
	}
	h := d.Head
	r.out.Detail("%s: layout %s, %s, database %s, PostgreSQL %s, pg_dump %s, %d entries, %d tables with data",
		d.Name, h.Version, dump.CompressionName(h.Compression), h.Database, h.ServerVersion, h.DumpVersion, len(h.Entries), h.Tables())
	return nil
}

// replaceTarget loads the dump into a temp database, and swaps that with the target.
func (r *replacement) replaceTarget(ctx context.Context) (err error) {
	start := r.out.Now()
	s, p := r.session, r.swap
	if err := s.AnnounceSuperuser(ctx); err != nil {
		return err
	}
	keep := false
	defer func() {
		if err != nil && !keep {
			err = errors.Join(err, s.DropTemp(ctx, p.Temp))
		}
		if err != nil && p.Save != nil {
			err = errors.Join(err, s.DropTemp(ctx, p.Save.Temp))
		}
	}()
	if err := r.fillTemp(ctx); err != nil {
		return p.ExplainInterrupted(ctx, err)
	}
	if r.login.As != "" { // checked before anything else takes time
		if _, err := r.login.Find(ctx, s, p, r.masksAddress); err != nil {
			return err
		}
	}
	if err := r.runScripts(ctx, r.masking.after); err != nil {
		return err
	}
	if err := r.runScripts(ctx, r.after.sql); err != nil {
		keep = r.after.commands.Keeps(ctx)
		return r.after.commands.Explain(ctx, s, p, err)
	}
	if err := r.dump.Close(); err != nil {
		return err
	}
	from := r.origin()
	if err := p.CopySave(ctx, s, from, r.create.Owner, r.load.Password); err != nil {
		return err
	}
	if err := r.after.commands.Run(ctx, s, p); err != nil {
		keep = r.after.commands.Keeps(ctx)
		return r.after.commands.Explain(ctx, s, p, err)
	}
	if p.Login, err = r.login.Find(ctx, s, p, r.masksAddress); err != nil {
		return err
	}
	if err := p.Settle(ctx, s, from); err != nil {
		return err
	}
	if err := p.Swap(ctx, s); err != nil {
		var busy *pgtools.BusyError
		keep = errors.As(err, &busy)
		return p.ExplainNotSwapped(s, err, keep)
	}
	if role := s.Conn.User(); s.Existing != nil && s.Existing.Owner != role {
		r.out.Warn("%s belongs to the role %s, but its contents belong to %s, which restored it: name the target with user %s to change that",
			p.Target, s.Existing.Owner, role, s.Existing.Owner)
	}
	return s.Outcome(r.out.Result(p.Report(s, r.out.Now().Sub(start))))
}

// createTemp drops the leftovers of earlier runs, and creates the temp database.
func (r *replacement) createTemp(ctx context.Context) error {
	s, temp := r.session, r.swap.Temp
	s.DropLeftovers(ctx, r.swap.Leftovers)
	r.out.Say("restoring %s into %s", path.Base(r.swap.Dump.Name), temp)
	if err := s.DB.CreateDatabase(ctx, temp, r.create); err != nil {
		return load.ExplainCreate(err, r.create)
	}
	if err := s.MarkTemp(ctx, temp, r.inserts); err != nil {
		return errors.Join(err, s.DropTemp(ctx, temp))
	}
	return nil
}

// loadTemp fills the temp database. If loaded is not nil, it is called once all rows
// are loaded and before credentials are scrubbed.
func (r *replacement) loadTemp(ctx context.Context, loaded func(ctx context.Context, temp pgtools.Conn) error) error {
	s, l := r.session, r.loader()
	var err error
	if l.Into, err = s.DB.WithFixedSettings(ctx, s.Conn.WithDatabase(r.swap.Temp)); err != nil {
		return err
	}
	l.Loaded = loaded
	return r.explainConversion(l.Load(ctx))
}

// loader returns a loader of the dump. The caller sets the database to fill.
func (r *replacement) loader() *load.Loader {
	return &load.Loader{
		Options: r.load, Dump: r.dump, Tool: r.pre.Tool, Mask: r.mask,
		Quiet: r.quiet, Out: r.out, Folder: target.TempFolder(r.session.Conn),
	}
}

// runScripts runs the team's own SQL in the temp database.
func (r *replacement) runScripts(ctx context.Context, scripts load.Scripts) error {
	return scripts.Run(ctx, r.session.DB, r.session.Conn.WithDatabase(r.swap.Temp), r.dump.Head, r.out)
}

// masksAddress reports whether rules replace a column of addresses.
func (r *replacement) masksAddress(table schema.Name, column string) bool {
	return r.mask.MasksAddress(r.dump.Head, table, column)
}

// origin describes where the rows of the temp database come from.
func (r *replacement) origin() *target.Origin {
	info := r.swap.Dump
	return &target.Origin{
		Dump: info.Name, ETag: r.etag, Taken: info.Taken, Fetched: r.out.Now().UTC().Truncate(time.Second),
		Chosen: r.load.Tables.String(), Kept: r.kept, Spared: r.login.As != "" && r.info.Masked, Masked: r.info.Masked, Rules: r.info.Rules,
		Source: r.dump.SourceIdentity(),
	}
}

// explainConversion adds a hint to an error that a conversion of the encoding may have
// caused: the command that avoids the conversion.
func (r *replacement) explainConversion(err error) error {
	p, name, encoding := r.swap, r.session.Conn, r.dump.Head.Encoding()
	if err == nil || encoding == "" || r.create.Encoding == encoding || !load.Outgrown(err) {
		return err
	}
	statements := []string{"CREATE DATABASE " + pgtools.Quote(p.Target) + " TEMPLATE template0 ENCODING " + pgtools.QuoteLiteral(encoding) + " LOCALE 'C'"}
	with := "create the target in the dump's encoding first"
	if p.Exists {
		statements = append([]string{pgtools.Rename{From: p.Target, To: target.ConvertedName(p.Target)}.SQL()}, statements...)
		with = "replace the target with a database in the dump's encoding first"
	}
	hint := fmt.Sprintf("the server converts the dump from %s to %s, in which characters may take more bytes; %s: %s",
		encoding, r.create.Encoding, with, pgtools.PsqlLine(name, name.User(), nil, statements...))
	return fault.Wrap(fault.CodeOf(err), hint, err)
}

// findKept returns the tables whose rows are restored because --keep-rows names them.
// Masking rules that leave out rows take precedence, with a warning.
func (r *replacement) findKept() []string {
	names, ruled := r.load.FindKept(r.dump, r.mask)
	if len(ruled) > 0 {
		r.out.Warn("the masking rules leave out the rows of %s, despite --keep-rows", strings.Join(ruled, ", "))
	}
	return names
}

// warnOfInserts warns about rows that are INSERT statements. quiet reports whether the
// role can keep those out of the server's log.
func (r *replacement) warnOfInserts(quiet bool) {
	if !r.inserts {
		return
	}
	r.out.Warn("the rows of this dump are INSERT statements (pg_dump --inserts): production's passwords and tokens are on this server until they are replaced")
	if !quiet {
		r.out.Warn("the role %s cannot keep statements out of the server's log, so they may remain there", r.session.Conn.User())
	}
}
