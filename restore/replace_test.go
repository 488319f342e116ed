package restore

import (
	"errors"
	"strings"
	"testing"

	"github.com/rubyforgood/hectl/dump"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/pgtools"
	"github.com/rubyforgood/hectl/pgtools/archive"
	"github.com/rubyforgood/hectl/restore/swap"
	"github.com/rubyforgood/hectl/restore/target"
)

// The hint appears only if the conversion to the target's encoding may be the cause.
func TestExplainConversion(t *testing.T) {
	t.Parallel()
	tooLong := errors.New("pg_restore: ERROR:  value too long for type character varying(3)")
	latin1 := "SET client_encoding = 'LATIN1';\n"
	for _, tt := range []struct {
		name             string
		err              error
		encoding, create string // the dump's statement, and the target's encoding
		exists           bool
		hint             string // "" for none
	}{
		{"converted", tooLong, latin1, "UTF8", false, "create the target in the dump's encoding first"},
		{"converted, and there is a target", tooLong, latin1, "UTF8", true, "replace the target with a database in the dump's encoding first"},
		{"not converted", tooLong, latin1, "LATIN1", false, ""},
		{"encoding not known", tooLong, "", "UTF8", false, ""},
		{"another error", errors.New("no space left on device"), latin1, "UTF8", false, ""},
		{"no error", nil, latin1, "UTF8", false, ""},
	} {
		h := &archive.Head{}
		if tt.encoding != "" {
			h.Entries = []archive.Entry{{ID: 1, Desc: "ENCODING", Definition: tt.encoding}}
		}
		r := &replacement{
			dump: &dump.Dump{Head: h}, create: pgtools.CreateOptions{Encoding: tt.create},
			swap:    &swap.Plan{Target: "dev", Exists: tt.exists},
			session: &target.Session{Target: &target.Target{Conn: connTo(t, "postgres://me@localhost/dev")}},
		}
		err := r.explainConversion(tt.err)
		hints := strings.Join(fault.Hints(err), "\n")
		if !errors.Is(err, tt.err) || (hints == "") != (tt.hint == "") || !strings.Contains(hints, tt.hint) {
			t.Errorf("%s: %v, hints %q", tt.name, err, hints)
		}
		if tt.hint != "" && strings.Contains(hints, "RENAME TO") != tt.exists {
			t.Errorf("%s: %s", tt.name, hints)
		}
	}
}
