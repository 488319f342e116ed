package notify

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/rubyforgood/hectl/internal/fault"
)

// Report describes a run. It is the body of the request to a webhook.
type Report struct {
	Command  string     `json:"command"`
	RunID    string     `json:"run_id"`
	Host     string     `json:"host"`
	Version  string     `json:"hectl_version"`
	ExitCode fault.Code `json:"exit_code"`
	Error    string     `json:"error,omitempty"`
	Hints    []string   `json:"hints,omitempty"`
	Started  time.Time  `json:"started_at"`
	Finished time.Time  `json:"finished_at"`
	Result   Result     `json:"result,omitempty"` // same as with --json; may also be set after an error
}

// Result is the result of the command, as JSON and as text.
type Result interface {
	Text() string
}

// event is the occasion of a notification.
type event string

const (
	start   event = "start"
	success event = "success"
	failure event = "failure"
)

func (r Report) event() event {
	if r.ExitCode == fault.Done {
		return success
	}
	return failure
}

// message returns the body of the request that notifies t of e, and its content type.
func (t Target) message(e event, r Report) (body []byte, contentType string, err error) {
	switch {
	case e == start:
		return nil, "text/plain; charset=utf-8", nil
	case t.kind == healthchecks:
		return []byte(r.headline() + "\n" + r.details()), "text/plain; charset=utf-8", nil
	case t.kind == slack:
		body, err = json.Marshal(map[string]string{"text": r.slackText()})
	default:
		body, err = json.Marshal(r)
	}
	return body, "application/json", err
}

// headline describes the run in one line.
func (r Report) headline() string {
	outcome := fmt.Sprintf("failed with exit code %d after", r.ExitCode)
	switch r.ExitCode {
	case fault.Done:
		outcome = "finished in"
	case fault.Warnings:
		outcome = "finished with warnings (exit code 3) in"
	}
	return fmt.Sprintf("hectl %s on %s %s %s (run %s)",
		r.Command, r.Host, outcome, r.Finished.Sub(r.Started).Round(100*time.Millisecond), r.RunID)
}

// details returns the result, the error and the hints, shortened.
func (r Report) details() string {
	var parts []string
	if r.Result != nil {
		parts = append(parts, short(r.Result.Text()))
	}
	if r.Error != "" {
		parts = append(parts, short("error: "+r.Error))
	}
	for _, hint := range r.Hints {
		parts = append(parts, short("hint: "+hint))
	}
	return strings.Join(parts, "\n")
}

// short keeps the first line and the last lines of a long text: the last line of a table
// is its total.
func short(text string) string {
	const maxLines, maxRunes = 12, 300
	lines := strings.Split(strings.TrimSpace(text), "\n")
	if n := len(lines); n > maxLines {
		lines = append([]string{lines[0], "…"}, lines[n-maxLines+2:]...)
	}
	for i, line := range lines {
		if runes := []rune(line); len(runes) > maxRunes {
			lines[i] = string(runes[:maxRunes-1]) + "…"
		}
	}
	return strings.Join(lines, "\n")
}

// slackText returns the report in Slack's markup. It escapes the details, so that text
// from outside cannot mention a channel or a person.
func (r Report) slackText() string {
	sign := ":x:"
	switch r.ExitCode {
	case fault.Done:
		sign = ":white_check_mark:"
	case fault.Warnings:
		sign = ":warning:"
	}
	text := sign + " " + r.headline()
	if details := r.details(); details != "" {
		// Such text cannot close the code block either.
		text += "\n```\n" + strings.ReplaceAll(details, "```", "'''") + "\n```"
	}
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(text)
}
