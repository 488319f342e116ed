package load

import (
	"slices"
	"strings"

	"github.com/rubyforgood/hectl/pgtools"
	"github.com/rubyforgood/hectl/pgtools/archive"
	"github.com/rubyforgood/hectl/pgtools/schema"
)

// countsBytes reports whether a dump may restore differently if the server converts
// its text: names and values may exceed their limits, and expressions may count or
// hash bytes.
func countsBytes(h *archive.Head) bool {
	for e := range h.All() {
		if len(e.Text(e.Tag)) > pgtools.MaxIdentifier && len(e.Tag) <= pgtools.MaxIdentifier {
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
		counts := slices.ContainsFunc(byteFunctions(), func(name string) bool { return words[name] })
		if counts || schema.Says(e.Definition, "partition by hash") {
			return true
		}
	}
	for _, t := range schema.Read(h).Tables {
		for _, c := range t.Columns {
			if c.Type.Root().Element().Root().Name == (schema.Name{Name: "name"}) || len(c.Name) > pgtools.MaxIdentifier {
				return true
			}
		}
	}
	return false
}

// byteFunctions returns the functions whose result depends on the encoding of their
// argument.
func byteFunctions() []string {
	return []string{
		"octet_length", "bit_length", "pg_column_size", "convert", "convert_to", "convert_from", "textsend", "varcharsend", "bpcharsend",
		"ascii", "chr", "encode", "decode", "get_byte", "md5", "sha224", "sha256", "sha384", "sha512", "crc32", "crc32c",
		"digest", "hmac", "hashtext", "hashtextextended", "hashbpchar",
	}
}

// Outgrown reports whether an error is about a value or a name that exceeds a limit or
// violates a check.
func Outgrown(err error) bool {
	switch pgtools.SQLState(err) {
	case "23514", "22001", "54000", "42622", "23505", "23503":
		return true
	case "":
		text := err.Error() // pg_restore runs with LC_MESSAGES=C
		return slices.ContainsFunc([]string{
			"violates check constraint", "violates partition constraint", "value too long", "exceeds btree", "exceeds maximum", "duplicate key", "is violated by some row",
		}, func(said string) bool { return strings.Contains(text, said) })
	}
	return false
}
