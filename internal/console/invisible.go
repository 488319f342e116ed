package console

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// invisible reports whether r has no width, or changes the direction or line breaks of
// the text around it. With such a character one name can look like another.
func invisible(r rune) bool {
	return r > unicode.MaxASCII && unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}

func writeEscape(b *strings.Builder, r rune) {
	units := utf16.Encode([]rune{r})
	for _, u := range units {
		_, _ = fmt.Fprintf(b, `\u%04x`, u) // a Builder never fails
	}
}

// escapeWriter escapes the control characters and invisible characters of JSON
// documents. JSON allows them in strings and nowhere else.
type escapeWriter struct{ io.Writer }

// Write implements io.Writer. Each call must write a complete document.
func (e escapeWriter) Write(p []byte) (int, error) {
	risky := func(r rune) bool { return invisible(r) || r >= 0x7f && r < 0xa0 }
	if !bytes.ContainsFunc(p, risky) {
		return e.Writer.Write(p)
	}
	var b strings.Builder
	for rest := p; len(rest) > 0; {
		r, size := utf8.DecodeRune(rest)
		if risky(r) {
			writeEscape(&b, r)
		} else {
			b.Write(rest[:size])
		}
		rest = rest[size:]
	}
	if _, err := io.WriteString(e.Writer, b.String()); err != nil {
		return 0, err
	}
	return len(p), nil
}
