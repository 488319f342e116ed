package backup

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/pgtools"
	"github.com/rubyforgood/hectl/pgtools/archive"
)

// check refuses a source of which pg_dump could not read everything, before an
// hour is spent on finding that out. What a standby does not have is a warning.
func (s *source) check(ctx context.Context, exclude []string, warn func(format string, args ...any)) error {
	found, err := s.db.Unreadable(ctx)
	if err != nil {
		return err
	}
	objects, example, err := s.db.UnreadableLargeObjects(ctx)
	if err != nil {
		return err
	}
	p := dumpable(found, exclude)
	if objects > 0 {
		p.objects = fmt.Sprintf("large object %d", example)
	}
	if objects > 1 {
		p.objects += fmt.Sprintf(" and %d more", objects-1)
	}
	if len(p.absent) > 0 {
		warn("the source is a standby, which does not have the rows of unlogged tables: %s will be empty in the dump", few(p.absent))
	}
	return p.err(s.db.Conn().User(), s.db.ServerVersion())
}

// patterns returns patterns for tables in the encoding of the database, in which
// pg_dump reads its arguments. In any other they match nothing, and pg_dump dumps what
// was to stay away.
func (s *source) patterns(ctx context.Context, patterns []string) ([]string, error) {
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

// A preflight is what of a source cannot be dumped.
type preflight struct {
	denied  []string // may not be read
	objects string   // likewise; "": none
	hidden  []string // in part, by row security
	absent  []string // has no rows to be read
}

// dumpable sorts what the role cannot dump by what would happen. Rows that are left
// out anyway do not count; but to lock a table, as pg_dump does with each, takes
// the right to read it.
func dumpable(found []pgtools.Unreadable, exclude []string) preflight {
	var p preflight
	for _, u := range found {
		name := u.Schema + "." + u.Name
		if u.Sequence {
			name = "sequence " + name
		}
		left := excluded(exclude, u.Schema, u.Name)
		switch {
		case (u.NoUsage || u.NoSelect) && (!u.Sequence || !left):
			p.denied = append(p.denied, name)
		case u.RowSecurity && !left:
			p.hidden = append(p.hidden, name)
		case u.Unlogged && !left:
			p.absent = append(p.absent, name)
		}
	}
	return p
}

// err names all that is in the way, and how a superuser gets it out.
func (p preflight) err(role string, server pgtools.Version) error {
	var reasons, hints []string
	if len(p.denied) > 0 {
		hint := "GRANT pg_read_all_data TO " + pgtools.Quote(role)
		if server.Major < 14 { // where that role came
			hint = "GRANT USAGE on the schemas, and SELECT on all tables and sequences in them, TO " + pgtools.Quote(role)
		}
		hints = append(hints, hint)
	}
	if p.objects != "" {
		hints = append(hints, "GRANT SELECT ON LARGE OBJECT … TO "+pgtools.Quote(role))
	}
	if len(p.denied) > 0 || p.objects != "" {
		names := few(p.denied)
		if names != "" && p.objects != "" {
			names += ", "
		}
		reasons = append(reasons, fmt.Sprintf("role %s may not read %s", role, names+p.objects))
	}
	if len(p.hidden) > 0 {
		hints = append(hints, "ALTER ROLE "+pgtools.Quote(role)+" BYPASSRLS")
		reasons = append(reasons, fmt.Sprintf("row security hides rows of %s from role %s", few(p.hidden), role))
	}
	if len(reasons) == 0 {
		return nil
	}
	return fault.Wrap(fault.Denied, strings.Join(hints, "; "), errors.New(strings.Join(reasons, "; ")))
}

// few names a few, and counts the rest.
func few(names []string) string {
	const most = 20
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
}

// excluded tells whether one of the patterns of --exclude-table-data may be
// meant for a table. pg_dump decides on that, by the search path and by quotes;
// in doubt the answer is yes here, because this only refuses what cannot go well.
func excluded(patterns []string, schema, table string) bool {
	for _, p := range patterns {
		parts := strings.Split(strings.ReplaceAll(p, `"`, ""), ".")
		inSchema := "*"
		if len(parts) > 1 {
			inSchema = parts[len(parts)-2]
		}
		if matches(parts[len(parts)-1], table) && matches(inSchema, schema) {
			return true
		}
	}
	return false
}

// matches compares s with a pattern of pg_dump's: a regular expression, but for
// what *, ? and $ mean.
func matches(pattern, s string) bool {
	re, err := regexp.Compile("(?is)^(" + strings.NewReplacer("*", ".*", "?", ".", "$", `\$`).Replace(pattern) + ")$")
	return err != nil || re.MatchString(s)
}
