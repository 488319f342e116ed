package archive

import (
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// Text converts text of the entry from the archive's encoding to UTF-8, for messages and
// for comparisons with what users write. Text in SQL_ASCII or an unknown encoding and
// damaged text stay unchanged. Do not use Text for statements sent to the server.
func (e *Entry) Text(s string) string {
	if e.encoding == nil || isASCII(s) {
		return s
	}
	text, err := e.encoding.NewDecoder().String(s)
	if err != nil || !utf8.ValidString(text) {
		return s
	}
	if back, err := e.encoding.NewEncoder().String(text); err != nil || back != s {
		return s
	}
	return text
}

// InEncoding converts text from UTF-8 to the encoding with this Postgres name. Text that
// cannot be converted stays unchanged.
func InEncoding(name, s string) string {
	to := textEncoding(name)
	if to == nil || isASCII(s) {
		return s
	}
	if text, err := to.NewEncoder().String(s); err == nil {
		return text
	}
	return s
}

// Names returns the entry's schema and name in UTF-8; see Text.
func (e *Entry) Names() (namespace, tag string) { return e.Text(e.Namespace), e.Text(e.Tag) }

// DisplayName returns the name of the entry's object for messages. It omits the schema
// public.
func (e *Entry) DisplayName() string {
	namespace, tag := e.Names()
	if namespace == "public" || namespace == "" {
		return tag
	}
	return namespace + "." + tag
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// textEncoding returns the encoding with this Postgres name, or nil for UTF-8 and for
// encodings without a conversion table.
func textEncoding(name string) encoding.Encoding {
	return map[string]encoding.Encoding{
		"LATIN1": charmap.ISO8859_1, "LATIN2": charmap.ISO8859_2, "LATIN3": charmap.ISO8859_3, "LATIN4": charmap.ISO8859_4,
		"LATIN5": charmap.ISO8859_9, "LATIN6": charmap.ISO8859_10, "LATIN7": charmap.ISO8859_13, "LATIN8": charmap.ISO8859_14,
		"LATIN9": charmap.ISO8859_15, "LATIN10": charmap.ISO8859_16,
		"ISO_8859_5": charmap.ISO8859_5, "ISO_8859_6": charmap.ISO8859_6, "ISO_8859_7": charmap.ISO8859_7, "ISO_8859_8": charmap.ISO8859_8,
		"WIN866": charmap.CodePage866, "WIN874": charmap.Windows874, "WIN1250": charmap.Windows1250, "WIN1251": charmap.Windows1251,
		"WIN1252": charmap.Windows1252, "WIN1253": charmap.Windows1253, "WIN1254": charmap.Windows1254, "WIN1255": charmap.Windows1255,
		"WIN1256": charmap.Windows1256, "WIN1257": charmap.Windows1257, "WIN1258": charmap.Windows1258,
		"KOI8R": charmap.KOI8R, "KOI8U": charmap.KOI8U,
		"EUC_JP": japanese.EUCJP, "EUC_JIS_2004": japanese.EUCJP, "EUC_KR": korean.EUCKR,
		"EUC_CN": simplifiedchinese.GBK, // a superset of EUC_CN
	}[name]
}

// decodeNames sets the encoding of each entry to the archive's.
func (h *Head) decodeNames() {
	known := textEncoding(h.Encoding())
	for i := range h.Entries {
		h.Entries[i].encoding = known
	}
}
