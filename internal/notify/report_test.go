package notify

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rubyforgood/hectl/internal/fault"
)

type text string

func (t text) Text() string { return string(t) }

func report(code fault.Code, problem string, result Result) Report {
	at := time.Date(2026, 11, 23, 8, 30, 0, 0, time.UTC)
	r := Report{
		Command: "backup", RunID: "r1", Host: "db", Version: "1.2.3", ExitCode: code, Error: problem,
		Started: at, Finished: at.Add(1234 * time.Millisecond), Result: result,
	}
	if problem != "" {
		r.Hints = []string{"look <there>"}
	}
	return r
}

func TestMessages(t *testing.T) {
	done := report(fault.Done, "", text("backed up\n"))
	failed := report(fault.Denied, "<!channel> & more", nil)
	fenced := report(fault.Denied, "a```b", nil)
	warned := report(fault.Warnings, "no manifest", text("backed up"))
	for _, tt := range []struct {
		kind kind
		r    Report
		want string
	}{
		{webhook, done, `{"command":"backup","run_id":"r1","host":"db","hectl_version":"1.2.3","exit_code":0,` +
			`"started_at":"2026-11-23T08:30:00Z","finished_at":"2026-11-23T08:30:01.234Z","result":"backed up\n"}`},
		{webhook, failed, `{"command":"backup","run_id":"r1","host":"db","hectl_version":"1.2.3","exit_code":12,` +
			`"error":"\u003c!channel\u003e \u0026 more","hints":["look \u003cthere\u003e"],` +
			`"started_at":"2026-11-23T08:30:00Z","finished_at":"2026-11-23T08:30:01.234Z"}`},
		{slack, done, `{"text":":white_check_mark: hectl backup on db finished in 1.2s (run r1)\n` + "```" + `\nbacked up\n` + "```" + `"}`},
		{slack, failed, `{"text":":x: hectl backup on db failed with exit code 12 after 1.2s (run r1)\n` +
			"```" + `\nerror: \u0026lt;!channel\u0026gt; \u0026amp; more\nhint: look \u0026lt;there\u0026gt;\n` + "```" + `"}`},
		{slack, fenced, `{"text":":x: hectl backup on db failed with exit code 12 after 1.2s (run r1)\n` +
			"```" + `\nerror: a'''b\nhint: look \u0026lt;there\u0026gt;\n` + "```" + `"}`},
		{slack, warned, `{"text":":warning: hectl backup on db finished with warnings (exit code 3) in 1.2s (run r1)\n` +
			"```" + `\nbacked up\nerror: no manifest\nhint: look \u0026lt;there\u0026gt;\n` + "```" + `"}`},
		{healthchecks, failed, "hectl backup on db failed with exit code 12 after 1.2s (run r1)\nerror: <!channel> & more\nhint: look <there>"},
		{healthchecks, done, "hectl backup on db finished in 1.2s (run r1)\nbacked up"},
	} {
		got, _, err := Target{kind: tt.kind}.message(tt.r.event(), tt.r)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(tt.want, string(got)); diff != "" {
			t.Errorf("%s:\n%s", tt.kind, diff)
		}
	}
	if got, _, err := (Target{kind: healthchecks}).message(start, Report{}); err != nil || len(got) > 0 {
		t.Errorf("start: %q, %v", got, err)
	}
}

func TestShort(t *testing.T) {
	var lines []string
	for i := range 100 {
		lines = append(lines, fmt.Sprint(i))
	}
	if got, want := short(strings.Join(lines, "\n")+"\n"), "0\n…\n90\n91\n92\n93\n94\n95\n96\n97\n98\n99"; got != want {
		t.Errorf("%q", got)
	}
	if got := short(strings.Repeat("ä", 301)); got != strings.Repeat("ä", 299)+"…" {
		t.Errorf("%q", got)
	}
}
