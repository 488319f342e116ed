package main

import (
	"encoding/json"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// logs FILE shows that every line of FILE, of which there is one, is a JSON
// object with what every line must have, all of one run.
func cmdLogs(ts *testscript.TestScript, _ bool, args []string) {
	runs := map[string]bool{}
	for line := range strings.Lines(ts.ReadFile(args[0])) {
		var record struct {
			Time, Level, Msg string
			RunID            string `json:"run_id"`
		}
		if err := json.Unmarshal([]byte(line), &record); err != nil {
			ts.Fatalf("%q: %v", line, err)
		}
		if record.Time == "" || record.Level == "" || record.Msg == "" || len(record.RunID) != 8 {
			ts.Fatalf("%q lacks something", line)
		}
		runs[record.RunID] = true
	}
	if len(runs) != 1 {
		ts.Fatalf("the runs are %v", runs)
	}
}
