package schema

import (
	"fmt"
	"slices"
	"strings"

	"github.com/rubyforgood/hectl/pgtools/archive"
)

// textRules is one way to read the text of an archive. The archive's ENCODING and
// STDSTRINGS entries select it.
type textRules struct {
	lexer
	wide     bool // an ASCII byte may be part of a character; see EmbedsASCII
	katakana bool // some bytes beyond ASCII are complete characters; only if wide
}

// textRulesOf returns every way to read the text of an archive. A pg_dump archive has only
// one, because it states its encoding and its string syntax. For any other archive,
// pg_restore, the server and hectl may each assume something else, so the text must be
// harmless under all rules.
func textRulesOf(h *archive.Head) (all []textRules) {
	encoding := h.Encoding()
	standard, said := h.StandardStrings()
	for _, escapes := range []bool{false, true} {
		if said && escapes == standard {
			continue
		}
		if !EmbedsASCII(encoding) {
			all = append(all, textRules{lexer: lexer{escapes: escapes}})
		} else {
			all = append(all, textRules{lexer: lexer{escapes: escapes}, wide: true, katakana: isSJIS(encoding)})
		}
		if encoding == "" {
			all = append(all, textRules{lexer: lexer{escapes: escapes}, wide: true}, textRules{lexer: lexer{escapes: escapes}, wide: true, katakana: true})
		}
	}
	return all
}

// EmbedsASCII reports whether a character of the encoding may contain bytes that are
// ASCII on their own, such as a backslash. Postgres supports such encodings for clients
// only, but pg_dump can write them.
func EmbedsASCII(encoding string) bool {
	return slices.Contains([]string{"SJIS", "SHIFT_JIS_2004", "BIG5", "GBK", "UHC", "GB18030", "JOHAB"}, encoding)
}

func isSJIS(encoding string) bool { return encoding == "SJIS" || encoding == "SHIFT_JIS_2004" }

// narrowEncodings returns the encodings in pg_dump 12 to 19 for which EmbedsASCII is
// false.
func narrowEncodings() []string {
	return strings.Fields(`SQL_ASCII UTF8 EUC_JP EUC_JIS_2004 EUC_CN EUC_KR EUC_TW MULE_INTERNAL
		LATIN1 LATIN2 LATIN3 LATIN4 LATIN5 LATIN6 LATIN7 LATIN8 LATIN9 LATIN10
		ISO_8859_5 ISO_8859_6 ISO_8859_7 ISO_8859_8 KOI8R KOI8U
		WIN866 WIN874 WIN1250 WIN1251 WIN1252 WIN1253 WIN1254 WIN1255 WIN1256 WIN1257 WIN1258`)
}

// isSetting reports whether entries of a kind determine how to read all others.
func isSetting(desc string) bool {
	return desc == "ENCODING" || desc == "STDSTRINGS" || desc == "SEARCHPATH"
}

// settings refuses entries for which isSetting is true, unless they are exactly as pg_dump
// writes them. pg_restore only looks for the first quote in them, so a comment could make
// it read a different value than hectl does.
func settings(h *archive.Head) error {
	seen := map[string]bool{}
	for e := range h.All() {
		if !isSetting(e.Desc) {
			continue
		}
		if seen[e.Desc] {
			return fmt.Errorf("it has two %s entries", e.Desc)
		}
		seen[e.Desc] = true
		if !settingIsGenuine(e) {
			return fmt.Errorf("%s: it contains %.80q, which pg_dump never writes there", e, e.Definition)
		}
	}
	return nil
}

func settingIsGenuine(e *archive.Entry) bool {
	alone := &archive.Head{Entries: []archive.Entry{*e}}
	switch e.Desc {
	case "ENCODING":
		encoding := alone.Encoding()
		return slices.Contains(narrowEncodings(), encoding) || EmbedsASCII(encoding)
	case "STDSTRINGS":
		_, said := alone.StandardStrings()
		return said
	}
	return e.Definition == "SELECT pg_catalog.set_config('search_path', '', false);\n"
}

// begins reports whether a byte is the first of a two-byte character. A four-byte character
// of GB18030 is treated as two of them.
func (r textRules) begins(c byte) bool {
	single := r.katakana && c >= 0xa1 && c <= 0xdf
	return r.wide && c > 0x80 && !single
}

// narrow replaces each multibyte character of a wide encoding with letters of the same
// length, so none of its bytes can be mistaken for ASCII.
func (r textRules) narrow(sql string) string {
	if !r.wide {
		return sql
	}
	b := []byte(sql)
	for i := 0; i < len(b); i++ {
		if !r.begins(b[i]) {
			continue
		}
		b[i] = 'x'
		if i++; i < len(b) {
			b[i] = 'x'
		}
	}
	return string(b)
}
