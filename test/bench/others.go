package main

import (
	"context"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// busy is the share of the processors above which other programs make figures
// doubtful.
const busy = 0.1

// processorTime is the time used so far, in seconds of one processor.
type processorTime struct {
	all  float64 // used or idle
	used float64 // used by any program, or taken away by the host
	ours float64 // used by the bench and everything it started, including the servers
}

// since returns the time used by the bench since then, and the share of the
// processors, 0 to 1, that other programs used. Both are 0 without /proc.
func (then processorTime) since() (ours, others float64) {
	now := processorsSoFar()
	if now.all == then.all {
		return 0, 0
	}
	ours = now.ours - then.ours
	return ours, max(0, (now.used-then.used-ours)/(now.all-then.all))
}

func processorsSoFar() (t processorTime) {
	const tick = 0.01                    // seconds; Linux's unit of processor time
	text, _ := os.ReadFile("/proc/stat") // only Linux has it
	line, _, _ := strings.Cut(string(text), "\n")
	for i, n := range numbers(line) {
		if i == 0 || i > 8 {
			continue // the line's name, and guest time, which user time includes
		}
		t.all += n * tick
		if i != 4 && i != 5 { // neither idle nor waiting for the disk
			t.used += n * tick
		}
	}
	for pid := range descent(os.Getpid()) {
		stat, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid)) // the process may have exited
		_, fields, _ := strings.Cut(string(stat), ") ")           // a name may contain spaces
		if n := numbers(fields); len(n) > 14 {
			t.ours += (n[11] + n[12] + n[13] + n[14]) * tick // time of the process, and of its children that exited
		}
	}
	return t
}

// numbers returns the fields of a line, with 0 for those that are not numbers.
func numbers(line string) (all []float64) {
	for field := range strings.FieldsSeq(line) {
		n, _ := strconv.ParseFloat(field, 64)
		all = append(all, n)
	}
	return all
}

// descent yields a process and its descendants that are still running.
func descent(pid int) iter.Seq[int] {
	return func(yield func(int) bool) { walk(pid, yield) }
}

func walk(pid int, yield func(int) bool) bool {
	if !yield(pid) {
		return false
	}
	threads, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid)) // the pattern is well-formed
	for _, file := range threads {
		children, _ := os.ReadFile(file) // the process may have exited
		for field := range strings.FieldsSeq(string(children)) {
			if child, err := strconv.Atoi(field); err == nil && !walk(child, yield) {
				return false
			}
		}
	}
	return true
}

// waitForQuiet waits, at most for longest, until other programs use little processor time.
func waitForQuiet(ctx context.Context, longest time.Duration) {
	start := time.Now()
	for time.Since(start) < longest && ctx.Err() == nil {
		then := processorsSoFar()
		select {
		case <-time.After(300 * time.Millisecond):
		case <-ctx.Done():
		}
		if _, others := then.since(); others <= busy {
			return
		}
	}
}
