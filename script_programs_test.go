package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/rubyforgood/hectl/test/s3test"
)

// exits runs "exits CODE COMMAND ARGS…" and succeeds if the command exits with that
// code. It passes signals on to the command.
func exits() {
	want, err := strconv.Atoi(os.Args[1])
	if err != nil {
		panic(err)
	}
	cmd := exec.Command(os.Args[2], os.Args[3:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	if err := cmd.Start(); err != nil {
		panic(err)
	}
	signals := make(chan os.Signal, 4)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	go func() {
		for s := range signals {
			_ = cmd.Process.Signal(s)
		}
	}()
	_ = cmd.Wait()
	if got := cmd.ProcessState.ExitCode(); got != want {
		fmt.Fprintf(os.Stderr, "exits: %s ended with %s, not with exit code %d\n", os.Args[2], cmd.ProcessState, want)
		os.Exit(1)
	}
}

// until WHAT waits for a condition:
//
//	until upload              there is an open upload in the bucket
//	until sql URI QUERY       the query's answer is t
//	until child NAME          a background command has started a process of that name
//	until file PATTERN N      a file that matches has N bytes or more
//	until request OPERATION   the proxy has seen a request of that kind
func cmdUntil(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: until upload | sql URI QUERY | child NAME | file PATTERN N | request OPERATION")
	}
	w := theWorld(ts)
	var is func() bool
	switch args[0] {
	case "upload":
		is = func() bool {
			for _, line := range w.contents(ts) {
				if strings.HasPrefix(line, "upload ") {
					return true
				}
			}
			return false
		}
	case "sql":
		is = func() bool { return w.sql(ts, args[1], args[2]) == "t" }
	case "child":
		is = func() bool { return len(children(ts, args[1])) > 0 }
	case "file":
		want, err := strconv.ParseInt(args[2], 10, 64)
		ts.Check(err)
		is = func() bool {
			found, err := filepath.Glob(ts.MkAbs(args[1]))
			ts.Check(err)
			for _, path := range found {
				if info, err := os.Stat(path); err == nil && info.Size() >= want {
					return true
				}
			}
			return false
		}
	case "request":
		is = func() bool { return w.proxy.Requests(s3test.Is(args[1])) > 0 }
	default:
		ts.Fatalf("until %s?", args[0])
	}
	for range 600 {
		if is() {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	ts.Fatalf("it never came to %q", args)
}

// kill-child SIGNAL NAME signals the processes called NAME that a background command
// started.
func cmdKillChild(ts *testscript.TestScript, _ bool, args []string) {
	signals := map[string]syscall.Signal{"KILL": syscall.SIGKILL, "TERM": syscall.SIGTERM, "INT": syscall.SIGINT, "STOP": syscall.SIGSTOP}
	pids := children(ts, args[1])
	if len(pids) == 0 {
		ts.Fatalf("no %s runs", args[1])
	}
	for _, pid := range pids {
		if err := syscall.Kill(pid, signals[args[0]]); err != nil && !errors.Is(err, syscall.ESRCH) {
			ts.Fatalf("kill %d: %v", pid, err)
		}
	}
}

// children returns the pids of the processes called name that descend from a
// background command of the script.
func children(ts *testscript.TestScript, name string) []int {
	out, err := exec.Command("ps", "-A", "-o", "pid=,ppid=,comm=").Output()
	ts.Check(err)
	parent, command := map[int]int{}, map[int]string{}
	for line := range strings.Lines(string(out)) {
		f := strings.Fields(line)
		pid, _ := strconv.Atoi(f[0])
		parent[pid], _ = strconv.Atoi(f[1])
		command[pid] = filepath.Base(f[2])
	}
	mine := map[int]bool{}
	for _, cmd := range ts.BackgroundCmds() {
		mine[cmd.Process.Pid] = true
	}
	var pids []int
	for pid, c := range command {
		if c != name {
			continue
		}
		for p := pid; p > 1; p = parent[p] {
			if mine[p] {
				pids = append(pids, pid)
				break
			}
		}
	}
	return pids
}

// ruby LIBRARY… sets $RUBY to a Ruby that has these libraries. Without one, the script
// fails: "make test" installs one.
func cmdRuby(ts *testscript.TestScript, neg bool, libraries []string) {
	if neg || len(libraries) == 0 {
		ts.Fatalf("usage: ruby LIBRARY…")
	}
	// The user's own Ruby, if it comes first in PATH, may lack the libraries that Debian's
	// Ruby has.
	for _, name := range []string{"ruby", "/usr/bin/ruby"} {
		path, err := exec.LookPath(name)
		if err != nil {
			continue
		}
		var args []string
		for _, library := range libraries {
			args = append(args, "-r"+library)
		}
		if exec.Command(path, append(args, "-e", "")...).Run() == nil {
			ts.Setenv("RUBY", path)
			return
		}
	}
	ts.Fatalf("no Ruby with %s: run script/setup --tests", strings.Join(libraries, " and "))
}

// listen NAME [STATUS] starts a server and sets NAME to its URL. It answers with STATUS
// (default 200), and writes each request into NAME.log: a line with method and path, then
// the body.
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

// logs FILE checks that FILE has lines, that each is a JSON object with all required
// fields, and that all have the same run ID.
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
