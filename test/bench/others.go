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

// busy is the share of the processors above which others make figures doubtful.
const busy = 0.1

// processorTime is what has passed so far, in seconds of one processor.
type processorTime struct {
	all  float64 // used or not
	used float64 // by anybody; what the host took away counts as well
	ours float64 // by the bench and all that it has started, the servers included
}

// since returns how much of our own time has passed since then, and which share
// of the processors, 0 to 1, others have used. Both are 0 where there is no
// /proc.
func (then processorTime) since() (ours, others float64) {
	now := processorsSoFar()
	if now.all == then.all {
		return 0, 0
	}
	ours = now.ours - then.ours
	return ours, max(0, (now.used-then.used-ours)/(now.all-then.all))
}

func processorsSoFar() (t processorTime) {
	const tick = 0.01                    // seconds; Linux has told it to programs in this unit for ever
	text, _ := os.ReadFile("/proc/stat") // only Linux has it
	line, _, _ := strings.Cut(string(text), "\n")
	for i, n := range numbers(line) {
		if i == 0 || i > 8 {
			continue // the name; guests' time, which is in the user's
		}
		t.all += n * tick
		if i != 4 && i != 5 { // idle, and idle because of the disk
			t.used += n * tick
		}
	}
	for pid := range descent(os.Getpid()) {
		stat, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid)) // it may have ended
		_, fields, _ := strings.Cut(string(stat), ") ")           // a name may hold spaces
		if n := numbers(fields); len(n) > 14 {
			t.ours += (n[11] + n[12] + n[13] + n[14]) * tick // its own, and its children's that have ended
		}
	}
	return t
}

// numbers returns the fields of a line, 0 for those that are no numbers.
func numbers(line string) (all []float64) {
	for field := range strings.FieldsSeq(line) {
		n, _ := strconv.ParseFloat(field, 64)
		all = append(all, n)
	}
	return all
}

// descent yields a process and all that descend from it, as far as they are
// still there.
func descent(pid int) iter.Seq[int] {
	return func(yield func(int) bool) { walk(pid, yield) }
}

func walk(pid int, yield func(int) bool) bool {
	if !yield(pid) {
		return false
	}
	threads, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid)) // the pattern is well-formed
	for _, file := range threads {
		children, _ := os.ReadFile(file) // it may have ended
		for field := range strings.FieldsSeq(string(children)) {
			if child, err := strconv.Atoi(field); err == nil && !walk(child, yield) {
				return false
			}
		}
	}
	return true
}

// waitForQuiet waits until others use little of the processors, but no longer
// than told.
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
