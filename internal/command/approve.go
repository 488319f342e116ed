package command

import (
	"context"
	"strings"

	"github.com/rubyforgood/hectl/internal/config"
	"github.com/rubyforgood/hectl/internal/console"
)

// approver decides whether claims of a file are approved.
type approver func(path string, claims []config.Claim, changed bool) bool

// askApproval lets a command ask for approval on a terminal.
func (e *Env) askApproval(ctx context.Context) {
	e.approve = once(func(path string, claims []config.Claim, changed bool) bool {
		asker := e.Console.Asker(e.Stdin)
		if asker == nil {
			return false
		}
		if changed {
			e.Console.Warn("%s, or a file that it names, changed after you approved it", path)
		}
		e.Console.Warn("%s needs your approval for:\n%s", path, ClaimsText(claims))
		answer, err := asker.Answer(ctx, "Approve it? Only if you trust who wrote it. [y/N]")
		return err == nil && (strings.EqualFold(answer, "y") || strings.EqualFold(answer, "yes"))
	})
}

// once asks once about the same claims of a file. An answer about one file says nothing
// about another.
func once(ask approver) approver {
	answers := map[string]bool{}
	return func(path string, claims []config.Claim, changed bool) bool {
		about := path + "\n" + ClaimsText(claims)
		answer, asked := answers[about]
		if !asked {
			answer = ask(path, claims, changed)
			answers[about] = answer
		}
		return answer
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
