package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"sync"

	"github.com/rogpeppe/go-internal/testscript"
)

// listen NAME [STATUS] starts a server, whose URL is in NAME from then on. It
// answers with STATUS (200), and writes each request into NAME.log: a line of
// method and path, then the body.
func cmdListen(ts *testscript.TestScript, _ bool, args []string) {
	status := http.StatusOK
	if len(args) > 1 {
		var err error
		status, err = strconv.Atoi(args[1])
		ts.Check(err)
	}
	log, err := os.Create(ts.MkAbs(args[0] + ".log"))
	ts.Check(err)
	var mu sync.Mutex
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		body, _ := io.ReadAll(r.Body)
		_, _ = fmt.Fprintf(log, "%s %s\n%s\n", r.Method, r.URL, body)
		w.WriteHeader(status)
	}))
	ts.Defer(func() {
		server.Close()
		_ = log.Close()
	})
	ts.Setenv(args[0], server.URL)
}

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
