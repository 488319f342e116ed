package command

import (
	"context"
	"strings"

	"github.com/rubyforgood/hectl/internal/config"
	"github.com/rubyforgood/hectl/internal/console"
)

// askApproval lets a command ask for approval of hectl.yml on a terminal, once.
func (e *Env) askApproval(ctx context.Context) {
	asked, approved := false, false
	e.approve = func(path string, claims []config.Claim) bool {
		if asked {
			return approved
		}
		asked = true
		asker := e.Console.Asker(e.Stdin)
		if asker == nil {
			return false
		}
		e.Console.Warn("%s needs your approval for:\n%s", path, ClaimsText(claims))
		answer, err := asker.Answer(ctx, "Approve it? Only if you trust who wrote it. [y/N]")
		approved = err == nil && (strings.EqualFold(answer, "y") || strings.EqualFold(answer, "yes"))
		return approved
	}
}

// ClaimsText lists claims, one a line.
func ClaimsText(claims []config.Claim) string {
	var lines []string
	for _, c := range claims {
		lines = append(lines, "  "+c.Key+": "+console.Clean(c.Text)) // which may not add lines
	}
	return strings.Join(lines, "\n")
}
