package restore

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strconv"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/finding"
	"github.com/rubyforgood/hectl/pgtools"
)

// isSuperuser reports whether the session's role is a superuser.
func isSuperuser(ctx context.Context, admin *pgtools.DB) (is bool, err error) {
	if err := admin.QueryRow(ctx, `SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user`).Scan(&is); err != nil {
		return false, fmt.Errorf("look up the role's rights: %w", err)
	}
	return is, nil
}

// saySuperuser says what it means to restore as a superuser, the first time that
// hectl restores this target.
func (r *run) saySuperuser(ctx context.Context, admin *pgtools.DB, existing *pgtools.Database) error {
	if existing != nil && parseMark(existing.Comment).Origin != nil {
		return nil // it has been said
	}
	is, err := isSuperuser(ctx, admin)
	if is {
		r.out.Say(`restoring as the superuser %s: code in the dump can do what %[1]s can; "hectl doctor" shows how to use a role of its own`, r.target.User())
	}
	return err
}

// ownRole is the role that hectl suggests for restores.
const ownRole = "hectl_dev"

// superuser advises on a role for restores when the target's role is a superuser.
func (x *examination) superuser(ctx context.Context, about string) {
	is, err := isSuperuser(ctx, x.admin)
	if err != nil {
		x.Fail(about, err)
	}
	if !is {
		return
	}
	role := pgtools.Quote(ownRole)
	statements := []string{"CREATE ROLE " + role + " LOGIN CREATEDB"}
	if x.existing != nil {
		for _, name := range []string{x.existing.Name, previousName(x.existing.Name)} {
			if _, exists, err := x.admin.Database(ctx, name); err == nil && exists {
				statements = append(statements, "ALTER DATABASE "+pgtools.Quote(name)+" OWNER TO "+role)
			}
		}
	}
	t := x.run.target
	*x.List = append(*x.List, finding.Finding{
		About: about, Level: finding.Advice,
		Text: fmt.Sprintf("restores run as the superuser %s: code in a dump could read files, run programs and change other databases. "+
			"A role of its own for hectl and the application cannot (docs/security.md). Set its password with \\password in psql if the server asks for one.", t.User()),
		Fixes: slices.Concat(
			[]string{psqlLine(t, t.User(), nil, statements...)},
			x.grants(ctx, about),
			[]string{"hectl doctor --target " + fault.ShellQuote(ownTarget(t))}),
	})
}

// grants returns the commands that let ownRole see what environment the target and its
// previous database are of: their tables stay another role's until the next fetch.
func (x *examination) grants(ctx context.Context, about string) (commands []string) {
	h, err := x.run.holdings(ctx, x.admin)
	if err != nil {
		x.Fail(about, err)
		return nil
	}
	for _, d := range []*held{h.target, h.previous} {
		if d == nil {
			continue
		}
		command, err := x.run.grant(ctx, d.Name)
		if err != nil {
			x.Fail(about, err)
		}
		if command != "" {
			commands = append(commands, command)
		}
	}
	return commands
}

// grant returns the command for one database, "" when none is needed.
func (r *run) grant(ctx context.Context, database string) (string, error) {
	db, err := pgtools.Connect(ctx, r.target.WithDatabase(database), appName)
	if err != nil {
		return "", err
	}
	defer db.Close(context.WithoutCancel(ctx))
	tables, err := metadataTables(ctx, db)
	if err != nil || len(tables) == 0 {
		return "", err
	}
	var statements []string
	for _, t := range tables {
		name, role := pgtools.Quote(t.Schema), pgtools.Quote(ownRole)
		statements = append(statements, "GRANT USAGE ON SCHEMA "+name+" TO "+role, "GRANT SELECT ON "+name+"."+pgtools.Quote(t.Name)+" TO "+role)
	}
	return psqlLineIn(r.target, database, r.target.User(), nil, statements...), nil
}

// ownTarget is the target as ownRole names it.
func ownTarget(t pgtools.Conn) string {
	u := url.URL{Scheme: "postgres", User: url.User(ownRole), Path: "/" + t.Database(), Host: net.JoinHostPort(t.Host(), strconv.Itoa(t.Port()))}
	if t.IsSocket() {
		u.Host, u.RawQuery = "", url.Values{"host": {t.Host()}, "port": {strconv.Itoa(t.Port())}}.Encode()
	}
	return u.String()
}
