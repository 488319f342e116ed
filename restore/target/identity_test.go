package target

import (
	"testing"

	"github.com/rubyforgood/hectl/pgtools"
)

// The configured source is recognized by its identity, whatever its address.
func TestAskSource(t *testing.T) {
	run(t, "postgres", "CREATE DATABASE asked")
	c := shared.Cluster(t).Conn("asked")
	s := on(t, c, Options{})
	want, err := s.DB.Identity(t.Context(), "asked")
	if err != nil || want == "" {
		t.Fatal(want, err)
	}
	missing, unreachable := c.WithDatabase("missing"), conn(t, "postgres://me@127.0.0.1:1/asked")
	for _, tt := range []struct {
		name   string
		source *pgtools.Conn
		want   pgtools.Identity
		failed bool
	}{
		{"none", nil, "", false},
		{"the target", &c, want, false},
		{"missing", &missing, "", true},
		{"unreachable", &unreachable, "", true},
	} {
		got, err := (&Target{source: tt.source}).askSource(t.Context())
		if got != tt.want || (err != nil) != tt.failed {
			t.Errorf("%s: %q, %v", tt.name, got, err)
		}
	}
}

// Without permission to read it, the identity is unknown, which is not an error.
func TestIdentify(t *testing.T) {
	run(t, "postgres", "CREATE DATABASE identified", "CREATE DATABASE identified_previous", "CREATE ROLE stranger LOGIN")
	run(t, "identified", "REVOKE EXECUTE ON FUNCTION pg_control_system() FROM PUBLIC")
	c := shared.Cluster(t).Conn("identified")
	db := on(t, c, Options{}).DB
	var f serverFacts
	if err := f.identify(t.Context(), db, "identified", "identified_previous"); err != nil || f.OID == 0 || f.Identity == "" || f.PreviousIdentity == "" || f.Identity == f.PreviousIdentity || f.Unidentified {
		t.Errorf("%+v, %v", f, err)
	}
	f = serverFacts{}
	if err := f.identify(t.Context(), db, "identified", "no_previous"); err != nil || f.Identity == "" || f.PreviousIdentity != "" || f.Unidentified {
		t.Errorf("without a previous database: %+v, %v", f, err)
	}
	if err := f.identify(t.Context(), db, "missing", "identified_previous"); err == nil {
		t.Error("a missing target was identified")
	}
	// Each database has its own privileges on the function, and hectl also calls it in
	// the maintenance database.
	run(t, "postgres", "REVOKE EXECUTE ON FUNCTION pg_control_system() FROM PUBLIC")
	defer run(t, "postgres", "GRANT EXECUTE ON FUNCTION pg_control_system() TO PUBLIC")
	f = serverFacts{}
	denied := on(t, connAs(t, "stranger", "identified"), Options{}).DB
	if err := f.identify(t.Context(), denied, "identified", "identified_previous"); err != nil || f.OID == 0 || !f.Unidentified {
		t.Errorf("without permission: %+v, %v", f, err)
	}
}
