package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
)

// event is a line of "go test -json": see "go doc test2json".
type event struct {
	Action  string
	Package string
	Test    string
	Output  string
}

// report turns events into the lines of a plain go test: the lines of a package
// immediately, those of a test only with -v, or after it failed or was skipped.
type report struct {
	w       io.Writer
	verbose bool                // also print the lines of tests that passed
	held    map[string][]string // a running test's output, by package and test
	broken  map[string]bool     // packages with a failed test
	passed  int
	failed  int
	skipped int
}

func newReport(w io.Writer) *report {
	return &report{w: w, held: map[string][]string{}, broken: map[string]bool{}}
}

// read reports each event of the stream. It prints other lines, such as "go:
// downloading", unchanged.
func (r *report) read(stream io.Reader) error {
	lines := bufio.NewReader(stream) // not a Scanner: a line may be of any length
	for {
		line, err := lines.ReadString('\n')
		var e event
		switch {
		case line == "":
		case json.Unmarshal([]byte(line), &e) != nil:
			fmt.Fprint(r.w, line)
		default:
			r.add(e)
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func (r *report) add(e event) {
	key := e.Package + "\x00" + e.Test
	switch {
	case e.Action == "build-output":
		fmt.Fprint(r.w, e.Output)
	case e.Test == "":
		r.addPackage(e)
	case e.Action == "output":
		if !noise(e.Output) {
			r.held[key] = append(r.held[key], e.Output)
		}
	case e.Action == "pass":
		r.passed++
		if r.verbose {
			r.release(key)
		}
		delete(r.held, key)
	case e.Action == "fail":
		r.fail(e.Package)
		r.release(key)
	case e.Action == "skip":
		r.skipped++
		r.release(key)
	}
}

func (r *report) addPackage(e event) {
	switch e.Action {
	case "output":
		if e.Output != "PASS\n" && !noise(e.Output) {
			fmt.Fprint(r.w, e.Output)
		}
	case "fail":
		// Tests that did not finish: a panic, a timeout, an exit.
		for _, key := range r.heldKeys(e.Package + "\x00") {
			r.fail(e.Package)
			r.release(key)
		}
		if !r.broken[e.Package] { // the package does not build, or failed outside its tests
			r.fail(e.Package)
		}
	}
}

func (r *report) fail(pkg string) {
	r.failed++
	r.broken[pkg] = true
}

// release prints the output of a test.
func (r *report) release(key string) {
	for _, line := range r.held[key] {
		fmt.Fprint(r.w, line)
	}
	delete(r.held, key)
}

func (r *report) heldKeys(prefix string) []string {
	var keys []string
	for key := range r.held {
		if strings.HasPrefix(key, prefix) {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return keys
}

// finish prints the closing line.
func (r *report) finish() {
	fmt.Fprintf(r.w, "%d passed, %d failed, %d skipped\n", r.passed, r.failed, r.skipped)
}

// noise reports whether only -v prints the line.
func noise(line string) bool {
	for _, mark := range []string{"=== RUN", "=== PAUSE", "=== CONT", "=== NAME", "=== ATTR"} {
		if strings.HasPrefix(line, mark) {
			return true
		}
	}
	return false
}
