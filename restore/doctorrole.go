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
	"github.com/rubyforgood/hectl/restore/target"
)

// ownRole is the role that hectl suggests for restores.
const ownRole = "hectl_dev"

// superuser recommends a separate role for restores if the target's role is a superuser.
func (x *examination) superuser(ctx context.Context, about string) {
	is, err := target.IsSuperuser(ctx, x.DB)
	if err != nil {
		x.Fail(about, err)
	}
	if !is {
		return
	}
	role := pgtools.Quote(ownRole)
	statements := []string{"CREATE ROLE " + role + " LOGIN CREATEDB"}
	if x.Existing != nil {
		for _, name := range []string{x.Existing.Name, target.PreviousName(x.Existing.Name)} {
			if _, exists, err := x.DB.Database(ctx, name); err == nil && exists {
				statements = append(statements, "ALTER DATABASE "+pgtools.Quote(name)+" OWNER TO "+role)
			}
		}
	}
	t := x.Conn
	*x.List = append(*x.List, finding.Finding{
		About: about, Level: finding.Advice,
		Text: fmt.Sprintf("restores run as the superuser %s: code in a dump could read files, run programs and change other databases. "+
			"A separate role for hectl and the application cannot (docs/security.md). Set its password with \\password in psql if the server asks for one.", t.User()),
		Fixes: slices.Concat(
			[]string{pgtools.PsqlLine(t, t.User(), nil, statements...)},
			x.grants(ctx, about),
			[]string{"hectl doctor --target " + fault.ShellQuote(ownTarget(t))}),
	})
}

// grants returns the commands that let ownRole read the environment that the target and
// its previous database record. Until the next fetch, another role owns their tables.
func (x *examination) grants(ctx context.Context, about string) (commands []string) {
	h, err := x.Holdings(ctx, x.DB)
	if err != nil {
		x.Fail(about, err)
		return nil
	}
	for _, d := range []*target.Held{h.Target, h.Previous} {
		if d == nil {
			continue
		}
		command, err := x.grantTo(ctx, d.Name)
		if err != nil {
			x.Fail(about, err)
		}
		if command != "" {
			commands = append(commands, command)
		}
	}
	return commands
}

// grantTo returns the command for one database, "" when none is needed.
func (x *examination) grantTo(ctx context.Context, database string) (string, error) {
	db, err := pgtools.Connect(ctx, x.Conn.WithDatabase(database), pgtools.RestoreApp)
	if err != nil {
		return "", err
	}
	defer db.Close(context.WithoutCancel(ctx))
	tables, err := target.MetadataTables(ctx, db)
	if err != nil || len(tables) == 0 {
		return "", err
	}
	var statements []string
	for _, t := range tables {
		name, role := pgtools.Quote(t.Schema), pgtools.Quote(ownRole)
		statements = append(statements, "GRANT USAGE ON SCHEMA "+name+" TO "+role, "GRANT SELECT ON "+name+"."+pgtools.Quote(t.Name)+" TO "+role)
	}
	return pgtools.PsqlLineIn(x.Conn, database, x.Conn.User(), nil, statements...), nil
}

// ownTarget returns the URI of the target for ownRole.
func ownTarget(t pgtools.Conn) string {
	u := url.URL{Scheme: "postgres", User: url.User(ownRole), Path: "/" + t.Database(), Host: net.JoinHostPort(t.Host(), strconv.Itoa(t.Port()))}
	if t.IsSocket() {
		u.Host, u.RawQuery = "", url.Values{"host": {t.Host()}, "port": {strconv.Itoa(t.Port())}}.Encode()
	}
	return u.String()
}
