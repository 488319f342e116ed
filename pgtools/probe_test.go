package pgtools_test

import (
	"strings"
	"testing"

	"github.com/rubyforgood/hectl/pgtools"
)

// Probes find out what the server lacks without changing anything.
func TestProbes(t *testing.T) {
	c, name := database(t)
	db := connect(t, c.Conn(name))
	if loaded, err := db.LabelProviderLoaded(t.Context(), "selinux"); err != nil || loaded {
		t.Errorf("selinux is loaded: %t, %v", loaded, err)
	}
	for library, want := range map[string]bool{
		"$libdir/plpgsql": false, "$libdir/no_such_library": true, "/no/such/library": true, "found_through_a_search_path": false,
	} {
		if missing, err := db.LibraryMissing(t.Context(), library); err != nil || missing != want {
			t.Errorf("%s is missing: %t, %v", library, missing, err)
		}
	}
	for options, want := range map[string]string{
		"(LOCALE = 'C')":                "",
		"(LOCALE = 'no_SUCH.utf8')":     "could not create locale",
		"(LOCALE = 'C', nonsense = '')": "", // not about the machine's locales
	} {
		err := db.TryCollation(t.Context(), options)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", options, err)
		}
	}
}

func TestLocaleHint(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"de_AT.utf8":        "localedef -i de_AT -f UTF-8 de_AT.utf8",
		"de_AT.UTF-8":       "localedef -i de_AT -f UTF-8 de_AT.UTF-8",
		"de_AT":             "localedef -i de_AT -f UTF-8 de_AT",
		"de_DE.iso88591":    "localedef -i de_DE -f ISO-8859-1 de_DE.iso88591",
		"fr_FR.ISO-8859-15": "localedef -i fr_FR -f ISO-8859-15 fr_FR.ISO-8859-15",
		"ca_ES.utf8@euro":   "localedef -i ca_ES@euro -f UTF-8 ca_ES.utf8@euro",
		"ru_RU.koi8r":       "localedef -i ru_RU -f koi8r ru_RU.koi8r",
	} {
		if got := pgtools.LocaleHint(name); !strings.HasSuffix(got, want) {
			t.Errorf("%s: %s", name, got)
		}
	}
}
