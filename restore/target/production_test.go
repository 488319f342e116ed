package target

import (
	"strings"
	"testing"

	"github.com/rubyforgood/hectl/pgtools"
)

func TestProductionReason(t *testing.T) {
	const metadata = "CREATE TABLE ar_internal_metadata AS SELECT 'environment'::text AS key, 'production'::text AS value"
	run(t, "postgres", "CREATE DATABASE kept", "CREATE DATABASE kept_production", "CREATE DATABASE source")
	run(t, "kept_production", metadata)
	c := shared.Cluster(t).Conn("kept")
	source := c.WithDatabase("source")
	for _, tt := range []struct {
		name, database string
		opt            Options
		want           string // "" for no reason
		drop           bool   // try to drop it
	}{
		{"nothing known", "kept", Options{}, "", true},
		{"production by its rows", "kept_production", Options{}, "production", true},
		{"with --force", "kept_production", Options{Force: true}, "", false},
		{"the source, by its address", "source", Options{Source: &source, Force: true}, "it is the source of the dumps", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := on(t, c, tt.opt)
			d, exists, err := s.DB.Database(t.Context(), tt.database)
			if err != nil || !exists {
				t.Fatal(exists, err)
			}
			got, err := s.ProductionReason(t.Context(), Held{d, ParseMark(d.Comment)})
			if err != nil || (got == "") != (tt.want == "") || !strings.Contains(got, tt.want) {
				t.Errorf("%q, %v", got, err)
			}
			if !tt.drop {
				return
			}
			if err := s.DropKept(t.Context(), tt.database); (err == nil) != (tt.want == "") {
				t.Errorf("dropped: %v", err)
			}
			if _, there, err := s.DB.Database(t.Context(), tt.database); err != nil || there != (tt.want != "") {
				t.Errorf("there: %t, %v", there, err)
			}
		})
	}
}

// hectl does not connect to a database that accepts no connections or is about to be
// dropped.
func TestKeptNotes(t *testing.T) {
	t.Parallel()
	unreachable := &Target{Conn: conn(t, "postgres://me@127.0.0.1:1/dev")}
	snapshot := func(production bool) Mark {
		return Mark{Kind: SnapshotKind, Snapshot: &SnapshotFacts{Name: "x", Production: production}}
	}
	for _, tt := range []struct {
		name  string
		d     Held
		asked bool
		want  string
	}{
		{"a drop that was interrupted", Held{Database: pgtools.Database{ConnectionLimit: -2, AllowConn: true}}, false, ""},
		{"a snapshot", Held{Mark: snapshot(false)}, false, ""},
		{"a snapshot of production", Held{Mark: snapshot(true)}, false, "production"},
		{"a snapshot that accepts connections", Held{pgtools.Database{AllowConn: true}, snapshot(false)}, true, ""},
		{"a temp database", Held{Mark: Mark{Kind: TempKind}}, false, ""},
		{"a temp database with rows of the dump", Held{pgtools.Database{AllowConn: true}, Mark{Kind: TempKind, Raw: true}}, false, ""},
		{"the previous database, closed to connections", Held{pgtools.Database{Comment: "x"}, Mark{Kind: KeptKind}}, true, ""},
	} {
		got, err := unreachable.keptNotes(t.Context(), tt.d)
		if (err != nil) != tt.asked || got.Existing != tt.want {
			t.Errorf("%s: %+v, %v", tt.name, got, err)
		}
	}
}

func TestSnapshotOf(t *testing.T) {
	run(t, "postgres", "CREATE DATABASE app", "CREATE DATABASE app_snapshot_a")
	s := on(t, shared.Cluster(t).Conn("app"), Options{})
	for name, want := range map[string]string{
		"app": "", "app_snapshot_": "", "app_snapshot_x": "app", "other_snapshot_x": "", "_snapshot_x": "",
		"app_snapshot_a_snapshot_b": "app", "app_snapshotx": "",
	} {
		if got, err := snapshotOf(t.Context(), s.DB, name); err != nil || got != want {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}
