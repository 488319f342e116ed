package restore

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/rubyforgood/hectl/internal/command"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/pgtools"
)

// swap puts the temp database in the target's place. All renames are one
// transaction: a run that is killed at any instant leaves either the old order
// or the new one.
func (r *run) swap(ctx context.Context, admin *pgtools.DB, p plan) error {
	previous := previousName(p.Target)
	var renames []pgtools.Rename
	if p.Exists {
		_, older, err := admin.Database(ctx, previous)
		if err != nil {
			return err
		}
		if older {
			renames = append(renames, pgtools.Rename{From: previous, To: p.outgoing})
		}
		renames = append(renames, pgtools.Rename{From: p.Target, To: previous})
	}
	renames = append(renames, pgtools.Rename{From: p.Temp, To: p.Target})

	opt := pgtools.SwapOptions{AppName: appName}
	if p.Exists {
		// So that a later run knows that it may drop it.
		comment, err := databaseComment(ctx, admin, p.Target)
		if err != nil {
			return err
		}
		if !strings.HasPrefix(comment, keptMark) {
			comment = strings.TrimSpace(keptMark + "\n" + comment)
		}
		opt.Statements = []string{"COMMENT ON DATABASE " + pgtools.Quote(p.Target) + " IS " + pgtools.QuoteLiteral(comment)}
	}
	r.out.Detail("exchanging %s and %s", p.Target, p.Temp)
	if err := pgtools.SwapDatabases(ctx, r.target, renames, opt); err != nil {
		return err
	}
	// From here on the new database is in place: what fails now is said, and
	// mended by the next run, but takes nothing back.
	drop := []string{p.outgoing}
	if p.replaceable && p.Exists {
		drop = append(drop, previous)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanUpTimeout)
	defer cancel()
	for _, name := range drop {
		if err := admin.DropDatabase(ctx, name); err != nil {
			r.warn("%s is in place, but %s could not be dropped: %v", p.Target, name, err)
		}
	}
	return nil
}

// keptMark begins the comment on a database that hectl keeps as the previous one,
// and that the next run may therefore drop.
const keptMark = "hectl: the previous database, dropped by the next fetch"

// notSwapped explains a swap that did not happen. When sessions were in the
// way, the work of the restore is not thrown away.
func (r *run) notSwapped(p plan, err error, busy bool) error {
	if !busy {
		return fmt.Errorf("%s is as it was: %w", p.Target, err)
	}
	return fault.Wrap(fault.Failed,
		fmt.Sprintf("the restored database is %s; when the sessions are gone, put it in place with: %s", p.Temp,
			r.psql(r.renames(p)...)),
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

// psql is a command line that runs statements on the target's server, all or
// none.
func (r *run) psql(statements ...string) string {
	words := []string{"psql", "-1", "-h", command.ShellQuote(r.target.Host()), "-p", strconv.Itoa(r.target.Port()), "-U", command.ShellQuote(r.target.User()), "-d", "postgres"}
	for _, s := range statements {
		words = append(words, "-c", command.ShellQuote(s))
	}
	return strings.Join(words, " ")
}

// report is the result of a replacement.
type report struct {
	Dump     dumpInfo `json:"dump"`
	Target   string   `json:"target"`
	Server   string   `json:"server"`
	Masked   bool     `json:"masked"`               // by rules; credentials always are
	Rules    string   `json:"mask_rules,omitempty"` // their hash
	Previous string   `json:"previous_database,omitempty"`
	GoBack   string   `json:"go_back,omitempty"` // a command line
	Seconds  float64  `json:"seconds"`
}

func (r *run) report(p plan, took time.Duration) report {
	rep := report{Dump: p.Dump, Target: p.Target, Server: p.Server, Masked: p.Masking.Masked, Rules: p.Masking.Rules, Previous: p.Previous, Seconds: took.Seconds()}
	if p.Previous != "" {
		rep.GoBack = r.psql(rename(p.Target, replacedName(p.Target, r.out.Now())), rename(p.Previous, p.Target))
	}
	return rep
}

// Text says what is now where, and how to go back.
func (r report) Text() string {
	var b strings.Builder
	took := time.Duration(r.Seconds * float64(time.Second)).Round(100 * time.Millisecond)
	masked := ""
	if r.Masked {
		masked = ", masked"
	}
	fmt.Fprintf(&b, "%s now holds %s%s, after %s\n", r.Target, r.Dump, masked, took)
	if r.Previous != "" {
		fmt.Fprintf(&b, "what it was is kept as %s; to go back:\n  %s\n", r.Previous, r.GoBack)
	}
	return b.String()
}
