package command

import (
	"context"
	"strings"

	"github.com/rubyforgood/hectl/internal/config"
	"github.com/rubyforgood/hectl/internal/console"
)

// approver reports whether the user approves claims of a file.
type approver func(path string, claims []config.Claim, changed bool) bool

// askApproval makes Settings ask for approval if there is a terminal.
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
		answer, err := asker.Answer(ctx, "Approve it only if you trust its author. Approve it now? [y/N]")
		return err == nil && (strings.EqualFold(answer, "y") || strings.EqualFold(answer, "yes"))
	})
}

// once returns an approver that asks only once about the same claims of a file. An answer
// for one file does not apply to another.
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

// ClaimsText lists claims, one per line.
func ClaimsText(claims []config.Claim) string {
	var lines []string
	for _, c := range claims {
		lines = append(lines, "  "+c.Key+": "+console.Clean(c.Text)) // without line breaks
	}
	return strings.Join(lines, "\n")
}
