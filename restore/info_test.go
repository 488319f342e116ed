package restore

import (
	"strings"
	"testing"
	"time"

	"github.com/rubyforgood/hectl/restore/snapshot"
)

func TestInformationText(t *testing.T) {
	t.Parallel()
	saved := time.Date(2026, 11, 23, 8, 30, 0, 0, time.UTC)
	database := &databaseInfo{Name: "dev", Size: 9_500_000}
	previous := &databaseInfo{Name: "dev_previous", Size: -1}
	for _, tt := range []struct {
		name       string
		i          information
		paragraphs []string // a substring of each paragraph
	}{
		{"nothing", information{}, []string{"dev does not exist on the server"}},
		{"only the target", information{Database: database}, []string{"dev, 9.5 MB (the server)"}},
		{"with a previous one", information{Database: database, Previous: previous}, []string{"dev, ", "the previous database; to go back: hectl rollback"}},
		{"recreated", information{Database: database, Previous: previous, Recreated: true}, []string{"dev, ", "since); to put it back: hectl rollback"}},
		{"gone", information{Previous: previous, Recreated: true}, []string{"does not exist", "gone); to put it back"}},
		{"all of it", information{
			Database: database, Snapshots: []snapshot.Info{{Name: "a", Saved: saved}, {Name: "b", Saved: saved, Automatic: true}},
			Temps: []databaseInfo{{Name: "dev_hectl_1"}}, Beside: 2000,
		}, []string{"dev, ", "snapshot a, ", "saved 2026-11-23 08:30 UTC by a fetch", "dev_hectl_1, ", "2.0 kB beside dev; to remove all of it: hectl purge"}},
	} {
		tt.i.Target, tt.i.Server, tt.i.rollback, tt.i.purge = "dev", "the server", "hectl rollback", "hectl purge"
		paragraphs := strings.Split(tt.i.Text(), "\n\n")
		if len(paragraphs) != len(tt.paragraphs) {
			t.Errorf("%s: %q", tt.name, paragraphs)
			continue
		}
		for i, want := range tt.paragraphs {
			if !strings.Contains(paragraphs[i], want) {
				t.Errorf("%s: %q does not contain %q", tt.name, paragraphs[i], want)
			}
		}
	}
}
