package notify

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/rubyforgood/hectl/internal/fault"
)

// Report is what there is to say of a run, and the body of a webhook's request.
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
	Result   Result     `json:"result,omitempty"` // as with --json; there may be one beside an error
}

// Result is what the command found out or did: its JSON, and a text for people.
type Result interface {
	Text() string
}

// event is what a target is told of.
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

// message returns the body of the request that tells t of e, and its type.
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

// headline is the run in one line.
func (r Report) headline() string {
	outcome := fmt.Sprintf("failed with exit code %d", r.ExitCode)
	switch r.ExitCode {
	case fault.Done:
		outcome = "is done"
	case fault.Warnings:
		outcome = "is done, with warnings (exit code 3)"
	}
	return fmt.Sprintf("hectl %s on %s %s after %s (run %s)",
		r.Command, r.Host, outcome, r.Finished.Sub(r.Started).Round(100*time.Millisecond), r.RunID)
}

// details are the result, the error and the hints, in few lines.
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

// short leaves out of a long text what is neither its first line nor among its
// last: a table's total is below it.
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

// slackText is the run in Slack's own markup, in which nothing that came from
// outside may mention a channel or a person.
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
		// What came from outside must not end the block either.
		text += "\n```\n" + strings.ReplaceAll(details, "```", "'''") + "\n```"
	}
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(text)
}
