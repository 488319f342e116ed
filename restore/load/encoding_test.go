package load

import (
	"testing"

	"github.com/rubyforgood/hectl/pgtools"
)

func TestTakeEncoding(t *testing.T) {
	libc := func(encoding, locale string) pgtools.Database {
		return pgtools.Database{Encoding: encoding, Collate: locale, Ctype: locale, LocaleProvider: "libc"}
	}
	icu := pgtools.Database{Encoding: "UTF8", Collate: "C", Ctype: "C", LocaleProvider: "icu", Locale: "de"}
	builtin := pgtools.Database{Encoding: "UTF8", Collate: "C", Ctype: "C", LocaleProvider: "builtin", Locale: "C.UTF-8"}
	builtinC := builtin
	builtinC.Locale = "C"
	for _, tt := range []struct {
		name     string
		like     pgtools.Database
		encoding string
		want     taking
	}{
		{"the same", libc("UTF8", "en_US.utf8"), "UTF8", asIs},
		{"any with C", libc("UTF8", "C"), "EUC_JP", asIs},
		{"bytes with C", libc("UTF8", "C"), "SQL_ASCII", asIs},
		{"LATIN1 in UTF8", libc("UTF8", "en_US.utf8"), "LATIN1", convert},
		{"bytes in UTF8", libc("UTF8", "en_US.utf8"), "SQL_ASCII", bytewise},
		{"bytes in bytes that sort as UTF8", libc("SQL_ASCII", "en_US.utf8"), "SQL_ASCII", bytewise},
		{"UTF8 in LATIN1", libc("LATIN1", "de_DE.iso88591"), "UTF8", bytewise},
		{"LATIN2 in LATIN1", libc("LATIN1", "de_DE.iso88591"), "LATIN2", bytewise},
		{"UTF8 in bytes", libc("SQL_ASCII", "C"), "UTF8", asIs},
		{"UTF8 by ICU", icu, "UTF8", asIs},
		{"LATIN1 by ICU", icu, "LATIN1", convert},
		{"bytes by ICU", icu, "SQL_ASCII", bytewise},
		{"UTF8 built in", builtin, "UTF8", asIs},
		{"bytes built in", builtin, "SQL_ASCII", bytewise},
		{"bytes by the built-in C", builtinC, "SQL_ASCII", asIs},
	} {
		t.Run(tt.name, func(t *testing.T) {
			// There is no conversion from or to SQL_ASCII.
			l := likeness{Database: tt.like, converts: tt.encoding != sqlASCII && tt.like.Encoding != sqlASCII}
			if got := l.take(tt.encoding); got != tt.want {
				t.Errorf("%d, not %d", got, tt.want)
			}
		})
	}
}
