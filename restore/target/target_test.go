package target

import (
	"errors"
	"strings"
	"testing"

	"github.com/rubyforgood/hectl/internal/fault"
)

func TestNewRefusesALongName(t *testing.T) {
	t.Parallel()
	for n, ok := range map[int]bool{63: true, 64: false} {
		_, err := New(nil, Options{Conn: conn(t, "dbname="+strings.Repeat("x", n))})
		if (err == nil) != ok || !ok && fault.CodeOf(err) != fault.Usage {
			t.Errorf("%d bytes: %v", n, err)
		}
	}
}

// A command line for the same target has no password.
func TestAgain(t *testing.T) {
	t.Parallel()
	for flag, want := range map[string]string{
		"":                                    "hectl purge",
		"my dev":                              "hectl purge --target='my dev'",
		"postgres://me:secret@localhost/dev":  "hectl purge --target='dbname=dev host=localhost port=5432 user=me'",
		"host=localhost dbname=dev user=me":   "hectl purge --target='dbname=dev host=localhost port=5432 user=me'",
		"postgres://me@localhost:5433/my_dev": "hectl purge --target='dbname=my_dev host=localhost port=5433 user=me'",
	} {
		dsn := flag
		if dsn == "" || !strings.ContainsAny(dsn, "=:") {
			dsn = "dbname='my dev' host=localhost"
		}
		target, err := New(nil, Options{Conn: conn(t, dsn), Flag: flag})
		if err != nil {
			t.Fatal(err)
		}
		if got := target.Again("purge"); got != want {
			t.Errorf("%s: %s", flag, got)
		}
	}
}

func TestOutcome(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken pipe")
	for _, tt := range []struct {
		warned  bool
		printed error
		want    fault.Code
	}{
		{false, nil, fault.Done},
		{true, nil, fault.Warnings},
		{false, broken, fault.Warnings},
		{true, broken, fault.Warnings},
	} {
		err := (&Target{warned: &tt.warned}).Outcome(tt.printed)
		if fault.CodeOf(err) != tt.want || tt.printed != nil && !errors.Is(err, tt.printed) {
			t.Errorf("%+v: %v", tt, err)
		}
	}
}
