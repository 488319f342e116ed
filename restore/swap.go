package restore

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/rubyforgood/hectl/dump"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/text"
	"github.com/rubyforgood/hectl/pgtools"
)

// swap puts the temp database in the target's place. All renames are one
// transaction: a run that is killed at any instant leaves either the old order
// or the new one.
//
// The restore may have taken hours, so the guard looks three times more: right
// before the renames; at the catalogs in their transaction, when nobody else can
// connect to these databases; and, since rows cannot be read then, at the replaced
// database once it has its new name and before anything is dropped.
func (r *run) swap(ctx context.Context, admin *pgtools.DB, p plan, judged facts) error {
	existing, err := r.inspected(ctx, admin, &judged)
	if err != nil {
		return err
	}
	if p.Exists != (existing != nil) {
		return fault.New(fault.Refused, "fetch again", "refused to replace %s: it was created or dropped meanwhile", r.target)
	}
	return r.swapWith(ctx, admin, p, existing, judged)
}

// swapWith is swap once the guard has looked at the target.
func (r *run) swapWith(ctx context.Context, admin *pgtools.DB, p plan, existing *pgtools.Database, judged facts) error {
	previous := previousName(p.Target)
	var renames []pgtools.Rename
	opt := pgtools.SwapOptions{AppName: appName, Statements: []string{commentOn(p.Temp, p.mark)}}
	older := false
	if p.Exists {
		var err error
		if _, older, err = admin.Database(ctx, previous); err != nil {
			return err
		}
		if older {
			renames = append(renames, pgtools.Rename{From: previous, To: p.outgoing})
		}
		renames = append(renames, pgtools.Rename{From: p.Target, To: previous})
		kept, err := keptMark(ctx, admin, p.Target)
		if err != nil {
			return err
		}
		opt.Statements = append(opt.Statements, kept)
		opt.Check = func(ctx context.Context, tx *pgtools.Tx) error {
			if err := r.sameDatabase(ctx, tx, previous, judged.OID); err != nil || !older {
				return err
			}
			return r.isKept(ctx, tx, p.outgoing, previous)
		}
	}
	renames = append(renames, pgtools.Rename{From: p.Temp, To: p.Target})
	var drop []string
	if s := p.saves; s != nil {
		if s.replaces != "" {
			renames = append(renames, pgtools.Rename{From: s.replaces, To: s.outgoing})
			drop = append(drop, s.outgoing)
		}
		renames = append(renames, pgtools.Rename{From: s.temp, To: s.database})
		opt.Statements = append(opt.Statements, commentOn(s.temp, s.mark))
	}
	r.out.Detail("swapping %s and %s", p.Target, p.Temp)
	if err := pgtools.SwapDatabases(ctx, r.target, renames, opt); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanUpTimeout)
	defer cancel()
	if p.Exists {
		switch turned, err := r.turned(ctx, previous, judged); {
		case err != nil:
			r.warn("%s is in place; nothing was dropped, because %s could not be looked at again: %v", p.Target, previous, err)
			return nil
		case turned != nil:
			return errors.Join(turned, r.swapBack(ctx, p, existing.Comment, older))
		}
	}
	// From here on the new database is in place: what fails now is said, and
	// mended by the next run, but takes nothing back.
	drop = append(drop, p.outgoing)
	if p.replaceable && p.Exists {
		drop = append(drop, previous)
	}
	for _, name := range drop {
		if err := r.dropKept(ctx, admin, name, judged); err != nil {
			r.warn("%s is in place, but %s was not dropped: %v", p.Target, name, err)
		}
	}
	return nil
}

// sameDatabase fails unless the database that was renamed to name is the one with
// this oid, and no template.
func (r *run) sameDatabase(ctx context.Context, tx *pgtools.Tx, name string, oid uint32) error {
	var same bool
	err := tx.QueryRow(ctx, "SELECT oid = $2 AND NOT datistemplate FROM pg_catalog.pg_database WHERE datname = $1", name, oid).Scan(&same)
	if err != nil {
		return fmt.Errorf("look at %s again: %w", name, err)
	}
	if !same {
		return fault.New(fault.Refused, "fetch again", "refused to replace %s: it became another database, or a template, meanwhile", r.target)
	}
	return nil
}

// isKept fails unless the database that was renamed from previous to name is one
// that hectl keeps.
func (r *run) isKept(ctx context.Context, tx *pgtools.Tx, name, previous string) error {
	var comment string
	err := tx.QueryRow(ctx, `
		SELECT coalesce(pg_catalog.shobj_description(oid, 'pg_database'), '')
		FROM pg_catalog.pg_database WHERE datname = $1`, name).Scan(&comment)
	if err != nil {
		return fmt.Errorf("look at %s again: %w", previous, err)
	}
	if parseMark(comment).kind != keptKind {
		return r.refusal(facts{Env: r.settings.Lookup, Target: r.target, AllowHost: r.allowHost, found: found{Taken: previous}})
	}
	return nil
}

// turned returns the refusal if the replaced database, which is called previous
// now, became production's in the last moment. err says that this is not known.
func (r *run) turned(ctx context.Context, previous string, judged facts) (refused, err error) {
	judged.said, err = environment(ctx, r.target.WithDatabase(previous))
	if err != nil {
		return nil, err
	}
	return r.refusal(judged), nil
}

// swapBack takes a swap back. comment is what the target had.
func (r *run) swapBack(ctx context.Context, p plan, comment string, older bool) error {
	previous := previousName(p.Target)
	renames := []pgtools.Rename{{From: p.Target, To: p.Temp}, {From: previous, To: p.Target}}
	if older {
		renames = append(renames, pgtools.Rename{From: p.outgoing, To: previous})
	}
	err := pgtools.SwapDatabases(ctx, r.target, renames, pgtools.SwapOptions{AppName: appName, Statements: []string{
		commentOn(p.Target, mark{kind: tempKind, Target: p.Target}),
		"COMMENT ON DATABASE " + pgtools.Quote(previous) + " IS " + pgtools.QuoteLiteral(comment),
	}})
	if err != nil {
		return fault.Wrap(fault.Failed, "hectl rollback", fmt.Errorf("%s is kept as %s: swap it back: %w", p.Target, previous, err))
	}
	return nil
}

// notSwapped explains a swap that did not happen. When sessions were in the
// way, the work of the restore is not thrown away.
func (r *run) notSwapped(p plan, err error, busy bool) error {
	if !busy {
		return fmt.Errorf("%s is as it was: %w", p.Target, err)
	}
	return fault.Wrap(fault.Failed,
		fmt.Sprintf("the restored database is %s; when the sessions are gone, put it in place with: %s", p.Temp,
			psqlLine(r.target, r.target.User(), []string{"-1"}, r.renames(p)...)),
		fmt.Errorf("%s is as it was: %w", p.Target, err))
}

// renames are the statements that do by hand what the swap could not. The name
// that the target gets is not one that a later run would drop.
func (r *run) renames(p plan) []string {
	if !p.Exists {
		return []string{rename(p.Temp, p.Target)}
	}
	return []string{rename(p.Target, replacedName(p.Target, r.out.Now())), rename(p.Temp, p.Target)}
}

func rename(from, to string) string {
	return "ALTER DATABASE " + pgtools.Quote(from) + " RENAME TO " + pgtools.Quote(to)
}

// psqlLine is a command line that runs statements on the server of conn as a role,
// with these options of psql's.
func psqlLine(conn pgtools.Conn, role string, options []string, statements ...string) string {
	return psqlLineIn(conn, "postgres", role, options, statements...)
}

// superuserLine is a command line that runs a statement as the superuser of the
// server of conn. On this machine that is over the server's socket, as the account of
// the server: over TCP, Debian's superuser has no password.
func superuserLine(conn pgtools.Conn, superuser, statement string) string {
	words := conn.Superuser("psql")
	if len(words) < 3 || words[0] != "sudo" || words[2] != superuser {
		return psqlLine(conn, superuser, nil, statement)
	}
	return strings.Join(append(words, "-c", fault.ShellQuote(statement)), " ")
}

// psqlLineIn is psqlLine for statements that must run in a database.
func psqlLineIn(conn pgtools.Conn, database, role string, options []string, statements ...string) string {
	words := slices.Concat([]string{"psql"}, options, []string{"-h", fault.ShellQuote(conn.Host()), "-p", strconv.Itoa(conn.Port()), "-U", fault.ShellQuote(role), "-d", fault.ShellQuote(database)})
	for _, s := range statements {
		words = append(words, "-c", fault.ShellQuote(s))
	}
	return strings.Join(words, " ")
}

// report is the result of a replacement.
type report struct {
	Dump     dump.Info `json:"dump,omitzero"`
	Target   string    `json:"target"`
	Server   string    `json:"server"`
	Masked   bool      `json:"masked"`               // by rules; credentials always are
	Rules    string    `json:"mask_rules,omitempty"` // their hash
	Previous string    `json:"previous_database,omitempty"`
	GoBack   string    `json:"go_back,omitempty"`  // a command line
	Snapshot string    `json:"snapshot,omitempty"` // that it was restored from
	saved    time.Time
	asked    bool      // for the snapshot, and not for the dump
	Saved    string    `json:"saved_snapshot,omitempty"` // that was made of it
	LeftOut  []leftOut `json:"left_out,omitempty"`
	// AfterRestore are the commands that ran.
	AfterRestore []string `json:"after_restore,omitempty"`
	Login        *login   `json:"login,omitempty"` // to the application
	Seconds      float64  `json:"seconds"`
}

func (r *run) report(p plan, took time.Duration) report {
	rep := report{Dump: p.Dump, Target: p.Target, Server: p.Server, Masked: p.Masking.Masked, Rules: p.Masking.Rules, Previous: p.Previous, LeftOut: p.LeftOut, AfterRestore: p.AfterRestore, Login: p.login, Seconds: took.Seconds()}
	if p.Previous != "" {
		rep.GoBack = r.again("rollback")
	}
	if p.saves != nil {
		rep.Saved = p.saves.name
	}
	return rep
}

// again is a command line for the same target.
func (r *run) again(args string) string {
	if r.flag == "" {
		return "hectl " + args
	}
	return "hectl " + args + " --target=" + fault.ShellQuote(r.flag)
}

// targetFlag returns what to give as --target to name a database again, without a
// password: text, when it is but a name.
func targetFlag(text string, target pgtools.Conn) string {
	if strings.ContainsAny(text, "=:/") {
		return target.Conninfo()
	}
	return text
}

// IsProse lets a terminal break its lines.
func (report) IsProse() {}

// Text says what is now where, and how to go back.
func (r report) Text() string {
	var b strings.Builder
	took := text.Seconds(r.Seconds)
	what := r.Dump.String()
	switch {
	case r.asked:
		what = fmt.Sprintf("the snapshot %s (saved %s)", r.Snapshot, text.Minute(r.saved))
	case r.Snapshot != "":
		what += ", from the snapshot " + r.Snapshot
	}
	if r.Masked {
		what += ", masked"
	}
	fmt.Fprintf(&b, "%s now holds %s, after %s\n", r.Target, what, took)
	if r.Login != nil {
		fmt.Fprintf(&b, "%s\n", r.Login)
	}
	if r.Saved != "" {
		fmt.Fprintf(&b, "it is kept as the snapshot %s, too, for the next fetch of this dump\n", r.Saved)
	}
	if r.Previous != "" {
		fmt.Fprintf(&b, "The previous database is kept as %s; to go back:\n  %s\n", r.Previous, r.GoBack)
	}
	return b.String()
}
