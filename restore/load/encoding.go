package load

import (
	"context"
	"fmt"
	"strings"

	"github.com/rubyforgood/hectl/dump"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/pgtools"
	"github.com/rubyforgood/hectl/pgtools/archive"
)

// sqlASCII is the encoding of databases whose bytes mean nothing to the server.
const sqlASCII = "SQL_ASCII"

// readNames is what a session needs to be told, which is in UTF-8, to get the names in
// a database of bytes.
func readNames(d *dump.Dump) string {
	if d.Head.Encoding() == sqlASCII {
		return "SET client_encoding = " + sqlASCII
	}
	return ""
}

// likeness is what a new database is made like: the target, or else template0, and
// what the server can convert to that.
type likeness struct {
	pgtools.Database
	known    bool // the server knows the archive's encoding
	converts bool // it converts from the archive's encoding to that of the database
}

// CreateOptions decides the encoding and the locale of the temp database: the archive's
// encoding, with the target's locale where the two go together. Bytes of one encoding
// never get into a database that claims another. The note says what is not as in the
// target; "" when nothing is.
func CreateOptions(ctx context.Context, admin *pgtools.DB, h *archive.Head, existing *pgtools.Database, log func(format string, args ...any)) (opt pgtools.CreateOptions, note string, err error) {
	encoding := h.Encoding()
	opt = pgtools.CreateOptions{Encoding: encoding, Like: existing}
	if existing != nil {
		opt.Owner = existing.Owner
	}
	if encoding == "" { // an archive made by pg_dump always says
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
		return opt, "", fault.New(fault.Failed, "choose a server that has it", "the dump is in the encoding %s, which %s does not have", encoding, admin.Conn().Host())
	}
	how := like.take(encoding)
	if how == convert && countsBytes(h) {
		how = bytewise
	}
	switch how {
	case asIs:
	case convert:
		log("the encoding %s does not go with the locale of %s: the server converts to %s", encoding, like.Name, like.Encoding)
		opt.Encoding = like.Encoding
	case bytewise:
		opt.Locale = "C"
		locale := "C, which sorts by bytes"
		if (likeness{Database: server}).fits(encoding) {
			server.Tablespace = like.Tablespace
			opt.Like, opt.Locale, locale = &server, "", likeness{Database: server}.locale()
		}
		note = fmt.Sprintf("the dump is in %s, which does not go with the locale %s of %s: the database gets the locale %s", encoding, like.locale(), like.Name, locale)
	}
	return opt, note, nil
}

// ask completes what the server knows of an encoding.
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

// taking is how a dump's encoding is taken.
type taking int

const (
	asIs     taking = iota // with the locale of what the database is like
	convert                // the server converts to the encoding that goes with the locale
	bytewise               // with the locale C
)

// take decides how a new database takes text in an encoding. UTF8 has every
// character of the others, so that a conversion to it loses nothing; one to any other
// might fail at the first row that it cannot hold.
func (l likeness) take(encoding string) taking {
	switch {
	case l.fits(encoding):
		return asIs
	case l.Encoding == "UTF8" && l.converts:
		return convert
	}
	return bytewise
}

// fits reports whether a database may have an encoding with the locale of l. The
// server would let a superuser have SQL_ASCII with any, and then sort bytes by the
// rules of an encoding that they are not in.
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

// plainLocale reports whether a locale of the C library goes with any encoding.
func plainLocale(name string) bool { return name == "C" || name == "POSIX" }

// locale names the locale of l.
func (l likeness) locale() string {
	if l.Locale != "" {
		return l.Locale
	}
	return l.Collate
}

// ExplainCreate adds how to have the locale of the target, if the server's machine has
// lost it.
func ExplainCreate(err error, opt pgtools.CreateOptions) error {
	if pgtools.SQLState(err) != "42809" || opt.Like == nil { // wrong_object_type
		return err
	}
	for _, name := range []string{opt.Like.Collate, opt.Like.Ctype} {
		if strings.Contains(err.Error(), `"`+name+`"`) {
			return fault.Wrap(fault.CodeOf(err), pgtools.LocaleHint(name),
				fault.Wrap(fault.CodeOf(err), fmt.Sprintf("or have a new database get the server's locale: rename %s first", opt.Like.Name), err))
		}
	}
	return err
}
