package command

import (
	"testing"

	"github.com/rubyforgood/hectl/internal/config"
)

// Whoever approves one file has not seen what is in another.
func TestAnswersAreForWhatWasShown(t *testing.T) {
	var shown []string
	ask := once(func(path string, claims []config.Claim, _ bool) bool {
		shown = append(shown, path+ClaimsText(claims))
		return path == "/app/.env"
	})
	host := []config.Claim{{Key: "PGHOST in .env", Text: "db.example.com"}}
	program := []config.Claim{{Key: "after_restore", Text: "bin/other"}}
	for range 2 {
		if !ask("/app/.env", host, false) {
			t.Error("the answer for .env is forgotten")
		}
		if ask("/app/hectl.yml", program, false) {
			t.Error("an answer for .env approves hectl.yml")
		}
	}
	ask("/app/hectl.yml", append(program, config.Claim{Key: "mask.after", Text: "more.sql"}), false)
	if len(shown) != 3 {
		t.Errorf("shown: %q", shown)
	}
}
