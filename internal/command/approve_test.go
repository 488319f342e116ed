package command

import (
	"strings"
	"testing"

	"github.com/rubyforgood/hectl/internal/config"
)

// The approval of one file does not apply to another.
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

func TestClaimsAddNoLines(t *testing.T) {
	got := ClaimsText([]config.Claim{{Key: "pg_bin", Text: "/usr/bin\n  bucket: s3://fine\r\u202e"}, {Key: "bucket", Text: "s3://b"}})
	if lines := strings.Split(got, "\n"); len(lines) != 2 || strings.ContainsAny(got, "\r\u202e") {
		t.Errorf("%q", got)
	}
}
