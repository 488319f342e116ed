package restore

import (
	"fmt"
	"strings"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/pgtools"
	"github.com/rubyforgood/hectl/pgtools/archive"
	"github.com/rubyforgood/hectl/pgtools/schema"
)

// countsBytes reports whether something of a dump may come out otherwise when the
// server converts its text: names and values that have less room then, and
// expressions that count or hash bytes.
func countsBytes(h *archive.Head) bool {
	for i := range h.Entries {
		e := &h.Entries[i]
		if len(e.Text(e.Tag)) > maxIdentifier && len(e.Tag) <= maxIdentifier {
			return true
		}
		switch e.Desc {
		case "TABLE", "DOMAIN", "TYPE", "CHECK CONSTRAINT", "CONSTRAINT", "INDEX":
		default:
			continue
		}
		words, err := schema.Words(e.Definition)
		if err != nil {
			return true
		}
		for _, name := range byteFunctions() {
			if words[name] {
				return true
			}
		}
		if schema.Says(e.Definition, "partition by hash") {
			return true
		}
	}
	for _, t := range schema.Read(h).Tables {
		for _, c := range t.Columns {
			if c.Type.Root().Element().Root().Name == (schema.Name{Name: "name"}) || len(c.Name) > maxIdentifier {
				return true
			}
		}
	}
	return false
}

// byteFunctions are functions whose result depends on the encoding of the text that
// they are given.
func byteFunctions() []string {
	return []string{
		"octet_length", "bit_length", "pg_column_size", "convert", "convert_to", "convert_from", "textsend", "varcharsend", "bpcharsend",
		"ascii", "chr", "encode", "decode", "get_byte", "md5", "sha224", "sha256", "sha384", "sha512", "crc32", "crc32c",
		"digest", "hmac", "hashtext", "hashtextextended", "hashbpchar",
	}
}

// explainConversion gives an error that a conversion may have caused the command that
// does without.
func explainConversion(err error, target pgtools.Conn, p plan, encoding string) error {
	if err == nil || encoding == "" || p.create.Encoding == encoding || !outgrown(err) {
		return err
	}
	statements := []string{"CREATE DATABASE " + pgtools.Quote(p.Target) + " TEMPLATE template0 ENCODING " + pgtools.QuoteLiteral(encoding) + " LOCALE 'C'"}
	with := "make the target in the dump's encoding first"
	if p.Exists {
		statements = append([]string{rename(p.Target, stem(p.Target)+"_converted")}, statements...)
		with = "put one in the dump's encoding in the target's place first"
	}
	hint := fmt.Sprintf("the server converts the dump from %s to %s, in which characters may take more bytes; %s: %s",
		encoding, p.create.Encoding, with, psqlLine(target, target.User(), nil, statements...))
	return fault.Wrap(fault.CodeOf(err), hint, err)
}

// outgrown reports whether an error says that a value or a name broke a limit or a
// check.
func outgrown(err error) bool {
	switch pgtools.SQLState(err) {
	case "23514", "22001", "54000", "42622", "23505", "23503":
		return true
	case "":
		text := err.Error() // of pg_restore, which runs with LC_MESSAGES=C
		for _, said := range []string{"violates check constraint", "violates partition constraint", "value too long", "exceeds btree", "exceeds maximum", "duplicate key", "is violated by some row"} {
			if strings.Contains(text, said) {
				return true
			}
		}
	}
	return false
}
