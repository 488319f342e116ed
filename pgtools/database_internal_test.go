package pgtools

import "testing"

func TestCreateDatabaseSQL(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		like *Database
		want string
	}{
		{nil, `CREATE DATABASE "d" TEMPLATE template0 OWNER "o" ENCODING 'UTF8'`},
		{&Database{Collate: "C", Ctype: "C", Tablespace: "pg_default"}, `CREATE DATABASE "d" TEMPLATE template0 OWNER "o" LC_COLLATE 'C' LC_CTYPE 'C' ENCODING 'UTF8'`},
		{&Database{Collate: "C", Ctype: "C", LocaleProvider: "builtin", Locale: "C.UTF-8", Tablespace: "fast"}, `CREATE DATABASE "d" TEMPLATE template0 OWNER "o" LC_COLLATE 'C' LC_CTYPE 'C' LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' TABLESPACE "fast" ENCODING 'UTF8'`},
		{&Database{Collate: "C", Ctype: "C", LocaleProvider: "icu", Locale: "de", ICURules: "&a<b", Tablespace: "pg_default"}, `CREATE DATABASE "d" TEMPLATE template0 OWNER "o" LC_COLLATE 'C' LC_CTYPE 'C' LOCALE_PROVIDER icu ICU_LOCALE 'de' ICU_RULES '&a<b' ENCODING 'UTF8'`},
	} {
		if got := createDatabaseSQL(Version{17, 0}, "d", CreateOptions{Owner: "o", Encoding: "UTF8", Like: tt.like}); got != tt.want {
			t.Errorf("got  %s\nwant %s", got, tt.want)
		}
	}
}
