package source

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/text"
	"github.com/rubyforgood/hectl/pgtools"
	"github.com/rubyforgood/hectl/pgtools/archive"
)

// Check refuses a source that pg_dump could not read completely, which pg_dump itself
// may notice only after an hour. Tables whose rows a standby does not have are only a
// warning. exclude are the patterns of --exclude-table-data. The error is a
// fault.Denied.
func (s *Source) Check(ctx context.Context, exclude []string, warn func(format string, args ...any)) error {
	found, err := s.db.Unreadable(ctx)
	if err != nil {
		return err
	}
	objects, example, err := s.db.UnreadableLargeObjects(ctx)
	if err != nil {
		return err
	}
	p := sortUnreadable(found, exclude)
	if objects > 0 {
		p.objects = fmt.Sprintf("large object %d", example)
	}
	if objects > 1 {
		p.objects += fmt.Sprintf(" and %d more", objects-1)
	}
	if len(p.missing) > 0 {
		warn("the source is a standby, which does not have the rows of unlogged tables: %s will be empty in the dump", text.List(p.missing, mostNames))
	}
	return p.err(s.db.Conn().User(), s.db.ServerVersion())
}

// EncodePatterns returns patterns for tables in the encoding of the database, which is how
// pg_dump reads its arguments. In a different encoding they match nothing, and pg_dump
// dumps rows that should be left out.
func (s *Source) EncodePatterns(ctx context.Context, patterns []string) ([]string, error) {
	if len(patterns) == 0 {
		return nil, nil
	}
	var encoding string
	if err := s.db.QueryRow(ctx, "SELECT pg_catalog.getdatabaseencoding()::text").Scan(&encoding); err != nil {
		return nil, fmt.Errorf("look up the encoding of the source: %w", err)
	}
	encoded := make([]string, len(patterns))
	for i, p := range patterns {
		encoded[i] = archive.InEncoding(encoding, p)
	}
	return encoded, nil
}

// mostNames limits the tables that a message names.
const mostNames = 20

// preflight lists the parts of a source that pg_dump cannot read.
type preflight struct {
	denied  []string // tables and sequences that the role cannot read
	objects string   // large objects that the role cannot read; "" if there are none
	hidden  []string // tables with rows that row security hides
	missing []string // tables whose rows this server does not have
}

// sortUnreadable sorts relations by the reason why pg_dump cannot read them. It ignores
// excluded rows, but not a table that the role cannot read: pg_dump locks every table,
// which requires that permission.
func sortUnreadable(found []pgtools.Unreadable, exclude []string) preflight {
	var p preflight
	for _, u := range found {
		name := u.Schema + "." + u.Name
		if u.Sequence {
			name = "sequence " + name
		}
		excluded := mayExclude(exclude, u.Schema, u.Name)
		switch {
		case (u.NoUsage || u.NoSelect) && (!u.Sequence || !excluded):
			p.denied = append(p.denied, name)
		case u.RowSecurity && !excluded:
			p.hidden = append(p.hidden, name)
		case u.Unlogged && !excluded:
			p.missing = append(p.missing, name)
		}
	}
	return p
}

// err returns all problems as one error; the hint tells a superuser how to fix them.
func (p preflight) err(role string, server pgtools.Version) error {
	var reasons, hints []string
	if len(p.denied) > 0 {
		hint := "GRANT pg_read_all_data TO " + pgtools.Quote(role)
		if server.Major < 14 { // server without pg_read_all_data
			hint = "GRANT USAGE on the schemas, and SELECT on all tables and sequences in them, TO " + pgtools.Quote(role)
		}
		hints = append(hints, hint)
	}
	if p.objects != "" {
		hints = append(hints, "GRANT SELECT ON LARGE OBJECT … TO "+pgtools.Quote(role))
	}
	if len(p.denied) > 0 || p.objects != "" {
		names := text.List(p.denied, mostNames)
		if names != "" && p.objects != "" {
			names += ", "
		}
		reasons = append(reasons, fmt.Sprintf("role %s cannot read %s", role, names+p.objects))
	}
	if len(p.hidden) > 0 {
		hints = append(hints, "ALTER ROLE "+pgtools.Quote(role)+" BYPASSRLS")
		reasons = append(reasons, fmt.Sprintf("row security hides rows of %s from role %s", text.List(p.hidden, mostNames), role))
	}
	if len(reasons) == 0 {
		return nil
	}
	return fault.Wrap(fault.Denied, strings.Join(hints, "; "), errors.New(strings.Join(reasons, "; ")))
}

// mayExclude reports whether a pattern of --exclude-table-data may match a table. pg_dump
// decides that, with the search path and quotes. If the result is not certain, it returns
// true: the preflight rejects only what is certain to fail.
func mayExclude(patterns []string, schema, table string) bool {
	for _, p := range patterns {
		parts := strings.Split(strings.ReplaceAll(p, `"`, ""), ".")
		inSchema := "*"
		if len(parts) > 1 {
			inSchema = parts[len(parts)-2]
		}
		if matchPattern(parts[len(parts)-1], table) && matchPattern(inSchema, schema) {
			return true
		}
	}
	return false
}

// matchPattern matches s with a pattern of pg_dump, a regular expression in which *, ?
// and $ have other meanings.
func matchPattern(pattern, s string) bool {
	re, err := regexp.Compile("(?is)^(" + strings.NewReplacer("*", ".*", "?", ".", "$", `\$`).Replace(pattern) + ")$")
	return err != nil || re.MatchString(s)
}
