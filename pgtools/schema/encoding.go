package schema

import (
	"fmt"
	"slices"
	"strings"

	"github.com/rubyforgood/hectl/pgtools/archive"
)

// textRules are one way to read the text of an archive, which its entries ENCODING and
// STDSTRINGS decide.
type textRules struct {
	lexer
	wide     bool // a byte of ASCII may be a part of a character; see wideEncodings
	katakana bool // if wide, there are characters of one byte beyond ASCII
}

// textRulesOf returns every way in which an archive may be read: a single one for an
// archive that pg_dump wrote, which says how. Where an archive does not say,
// pg_restore, the server and hectl may each assume something else, so that the text
// must be harmless in each reading.
func textRulesOf(h *archive.Head) (all []textRules) {
	encoding := h.Encoding()
	standard, said := h.StandardStrings()
	for _, escapes := range []bool{false, true} {
		if said && escapes == standard {
			continue
		}
		if isWide := slices.Contains(wideEncodings(), encoding); !isWide {
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

// wideEncodings returns the encodings in which a byte of ASCII may be a part of a
// character. Clients may have those, servers not.
func wideEncodings() []string {
	return []string{"SJIS", "SHIFT_JIS_2004", "BIG5", "GBK", "UHC", "GB18030", "JOHAB"}
}

func isSJIS(encoding string) bool { return encoding == "SJIS" || encoding == "SHIFT_JIS_2004" }

// narrowEncodings returns all other encodings that pg_dump 12 to 19 knows.
func narrowEncodings() []string {
	return strings.Fields(`SQL_ASCII UTF8 EUC_JP EUC_JIS_2004 EUC_CN EUC_KR EUC_TW MULE_INTERNAL
		LATIN1 LATIN2 LATIN3 LATIN4 LATIN5 LATIN6 LATIN7 LATIN8 LATIN9 LATIN10
		ISO_8859_5 ISO_8859_6 ISO_8859_7 ISO_8859_8 KOI8R KOI8U
		WIN866 WIN874 WIN1250 WIN1251 WIN1252 WIN1253 WIN1254 WIN1255 WIN1256 WIN1257 WIN1258`)
}

// isSetting reports whether an entry of a kind says how to read the others.
func isSetting(desc string) bool {
	return desc == "ENCODING" || desc == "STDSTRINGS" || desc == "SEARCHPATH"
}

// settings refuses entries that say how to read the others in any but the words of
// pg_dump. pg_restore looks for the first quote in them and no further, so that a
// comment could tell it something else than hectl.
func settings(h *archive.Head) error {
	seen := map[string]bool{}
	for i := range h.Entries {
		e := &h.Entries[i]
		if !isSetting(e.Desc) {
			continue
		}
		if seen[e.Desc] {
			return fmt.Errorf("it has two entries %s", e.Desc)
		}
		seen[e.Desc] = true
		if !settingIsGenuine(e) {
			return fmt.Errorf("%s: it holds %.80q, which pg_dump does not write there", e, e.Definition)
		}
	}
	return nil
}

func settingIsGenuine(e *archive.Entry) bool {
	alone := &archive.Head{Entries: []archive.Entry{*e}}
	switch e.Desc {
	case "ENCODING":
		encoding := alone.Encoding()
		return slices.Contains(narrowEncodings(), encoding) || slices.Contains(wideEncodings(), encoding)
	case "STDSTRINGS":
		_, said := alone.StandardStrings()
		return said
	}
	return e.Definition == "SELECT pg_catalog.set_config('search_path', '', false);\n"
}

// begins reports whether a byte begins a character of two bytes. One of four, as
// GB18030 has them, is as good as two of those.
func (r textRules) begins(c byte) bool {
	single := r.katakana && c >= 0xa1 && c <= 0xdf
	return r.wide && c > 0x80 && !single
}

// narrow replaces the characters of several bytes of an encoding in which one of
// those could be taken for a letter of ASCII. Lengths stay.
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
