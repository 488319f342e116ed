package archive

import "testing"

func TestEntryText(t *testing.T) {
	for _, tt := range []struct{ encoding, raw, want string }{
		{"LATIN1", "K\xfche", "Kühe"},
		{"LATIN9", "\xa4", "€"},
		{"LATIN2", "\xb1", "ą"},
		{"WIN1251", "\xef\xee", "по"},
		{"KOI8R", "\xd0\xcf", "по"},
		{"EUC_JP", "\xc6\xfc", "日"},
		{"EUC_KR", "\xc7\xd1", "한"},
		{"EUC_CN", "\xd6\xd0", "中"},
		{"LATIN1", "plain", "plain"},
		{"UTF8", "Kühe", "Kühe"},
		{"", "Kühe", "Kühe"},
		// These bytes have no known meaning.
		{"SQL_ASCII", "K\xfche", "K\xfche"},
		{"WIN1252", "\x81", "\x81"},
		{"EUC_JP", "\xc6", "\xc6"},
		{"EUC_TW", "\xc4\xe3", "\xc4\xe3"},
	} {
		h := &Head{Entries: []Entry{{Desc: "ENCODING", Definition: "SET client_encoding = '" + tt.encoding + "';\n"}, {Desc: "TABLE", Tag: tt.raw}}}
		h.decodeNames()
		e := &h.Entries[1]
		if got := e.Text(tt.raw); got != tt.want {
			t.Errorf("%q in %s: %q, not %q", tt.raw, tt.encoding, got, tt.want)
		}
		if got := e.String(); got != "TABLE "+tt.want {
			t.Errorf("the entry is %q", got)
		}
		if got := InEncoding(tt.encoding, tt.want); got != tt.raw {
			t.Errorf("%q to %s: %q, not %q", tt.want, tt.encoding, got, tt.raw)
		}
	}
}

func TestDisplayName(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		e    Entry
		want string
	}{
		{Entry{Namespace: "public", Tag: "users"}, "users"},
		{Entry{Namespace: "Shop", Tag: "users"}, "Shop.users"},
		{Entry{Tag: "plpgsql"}, "plpgsql"},
		{Entry{Namespace: "public", Tag: "caf\xe9", encoding: textEncoding("LATIN1")}, "café"},
	} {
		if got := tt.e.DisplayName(); got != tt.want {
			t.Errorf("%+v: %q, want %q", tt.e, got, tt.want)
		}
	}
}
