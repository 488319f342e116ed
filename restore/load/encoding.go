package load

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/rubyforgood/hectl/dump"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/pgtools"
	"github.com/rubyforgood/hectl/pgtools/archive"
)

// sqlASCII is the encoding of databases whose bytes the server does not interpret.
const sqlASCII = "SQL_ASCII"

// readNames returns the statement that lets a UTF-8 session use the names in a SQL_ASCII
// database; "" for other databases.
func readNames(d *dump.Dump) string {
	if d.Head.Encoding() == sqlASCII {
		return "SET client_encoding = " + sqlASCII
	}
	return ""
}

// likeness is the model of a new database: the target, or else template0, and whether
// the server can convert to its encoding.
type likeness struct {
	pgtools.Database
	known    bool // the server supports the archive's encoding
	converts bool // the server converts from the archive's encoding to the database's
}

// CreateOptions decides the encoding and the locale of the temp database: the archive's
// encoding, with the target's locale if the two are compatible. Bytes of one encoding are
// never stored in a database with a different encoding. The note names the differences
// from the target; "" for none.
func CreateOptions(ctx context.Context, admin *pgtools.DB, h *archive.Head, existing *pgtools.Database, log func(format string, args ...any)) (opt pgtools.CreateOptions, note string, err error) {
	encoding := h.Encoding()
	opt = pgtools.CreateOptions{Encoding: encoding, Like: existing}
	if existing != nil {
		opt.Owner = existing.Owner
	}
	if encoding == "" { // archives of pg_dump always record it
		return opt, "", nil
	}
	server, _, err := admin.Database(ctx, "template0")
	if err != nil {
		return opt, "", err
	}
	like := likeness{Database: server}
	if existing != nil {
		like.Database = *existing
	}
	if err := like.ask(ctx, admin, encoding); err != nil {
		return opt, "", err
	}
	if !like.known {
		return opt, "", fault.New(fault.Failed, "restore into a server that supports it", "the dump has the encoding %s, which %s does not support", encoding, admin.Conn().Host())
	}
	how := like.take(encoding)
	if how == convert && countsBytes(h) {
		how = bytewise
	}
	switch how {
	case asIs:
	case convert:
		log("the encoding %s is not compatible with the locale of %s: the server converts to %s", encoding, like.Name, like.Encoding)
		opt.Encoding = like.Encoding
	case bytewise:
		opt.Locale = "C"
		locale := "C, which sorts by bytes"
		if (likeness{Database: server}).fits(encoding) {
			server.Tablespace = like.Tablespace
			opt.Like, opt.Locale, locale = &server, "", likeness{Database: server}.locale()
		}
		note = fmt.Sprintf("the dump is in %s, which is not compatible with the locale %s of %s: the database gets the locale %s", encoding, like.locale(), like.Name, locale)
	}
	return opt, note, nil
}

// ask finds out whether the server supports an encoding and converts from it.
func (l *likeness) ask(ctx context.Context, admin *pgtools.DB, encoding string) error {
	err := admin.QueryRow(ctx, `
		SELECT pg_catalog.pg_char_to_encoding($1::name) >= 0,
		       EXISTS (SELECT FROM pg_catalog.pg_conversion WHERE condefault
		           AND conforencoding = pg_catalog.pg_char_to_encoding($1::name) AND contoencoding = pg_catalog.pg_char_to_encoding($2::name))`,
		encoding, l.Encoding).Scan(&l.known, &l.converts)
	if err != nil {
		return fmt.Errorf("look up the encoding %s: %w", encoding, err)
	}
	return nil
}

// taking is how a new database handles the dump's encoding.
type taking int

const (
	asIs     taking = iota // the dump's encoding, with the model's locale
	convert                // the server converts to the encoding of the model
	bytewise               // the dump's encoding, with locale C
)

// take decides how a new database handles text in an encoding. UTF8 has the characters of
// all other encodings, so a conversion to it loses nothing. A conversion to any other
// encoding could fail on a row.
func (l likeness) take(encoding string) taking {
	switch {
	case l.fits(encoding):
		return asIs
	case l.Encoding == "UTF8" && l.converts:
		return convert
	}
	return bytewise
}

// fits reports whether an encoding is compatible with the locale of l. It returns false
// for SQL_ASCII with most locales: the server lets a superuser combine them, but then
// sorts bytes by the rules of a different encoding.
func (l likeness) fits(encoding string) bool {
	if encoding == l.Encoding && encoding != sqlASCII {
		return true
	}
	libc := plainLocale(l.Collate) && plainLocale(l.Ctype)
	switch l.LocaleProvider {
	case "icu":
		return libc && encoding == "UTF8"
	case "builtin":
		return libc && l.Locale == "C"
	}
	return libc
}

// plainLocale reports whether a locale of the C library is compatible with any encoding.
func plainLocale(name string) bool { return name == "C" || name == "POSIX" }

func (l likeness) locale() string { return cmp.Or(l.Locale, l.Collate) }

// ExplainCreate adds hints to an error of CREATE DATABASE if the server's machine no
// longer has the locale of the target.
func ExplainCreate(err error, opt pgtools.CreateOptions) error {
	if pgtools.SQLState(err) != "42809" || opt.Like == nil { // wrong_object_type
		return err
	}
	for _, name := range []string{opt.Like.Collate, opt.Like.Ctype} {
		if strings.Contains(err.Error(), `"`+name+`"`) {
			return fault.Wrap(fault.CodeOf(err), pgtools.LocaleHint(name),
				fault.Wrap(fault.CodeOf(err), fmt.Sprintf("or rename %s, so that the new database gets the server's locale", opt.Like.Name), err))
		}
	}
	return err
}
