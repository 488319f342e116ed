package main

import (
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// memory is what the programs of a contender held resident at most, in bytes;
// the server's side of it is not in it.
type memory struct {
	together int64 // all of them at one moment
	largest  int64 // one of them
}

func (m *memory) add(n memory) {
	m.together, m.largest = max(m.together, n.together), max(m.largest, n.largest)
}

// watchMemory looks at processes and all that descend from them, 20 times a
// second. Their rusage would not do where there is /proc: up to its exec a
// child counts as large as the bench, and there is no sum in it. The function
// that it returns is called after the processes have ended.
func watchMemory(pids []int) (stop func([]*exec.Cmd) memory) {
	var seen memory
	ended, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(50 * time.Millisecond)
		defer tick.Stop()
		for {
			var now memory
			for _, pid := range pids {
				now.look(pid)
			}
			seen.add(now)
			select {
			case <-tick.C:
			case <-ended:
				return
			}
		}
	}()
	return func(cmds []*exec.Cmd) memory {
		close(ended)
		<-done
		if seen.together == 0 {
			return usage(cmds)
		}
		return seen
	}
}

// look adds a process and its descendants.
func (m *memory) look(pid int) {
	for pid := range descent(pid) {
		statm, _ := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid)) // it may have ended
		if fields := strings.Fields(string(statm)); len(fields) > 1 {
			pages, _ := strconv.ParseInt(fields[1], 10, 64) // the kernel's
			bytes := pages * int64(os.Getpagesize())
			m.together += bytes
			m.largest = max(m.largest, bytes)
		}
	}
}

// usage is what the kernel noted of processes that have ended, for want of
// /proc, as on macOS, which counts in bytes. Whether they were as large at one
// moment it does not say.
func usage(cmds []*exec.Cmd) (m memory) {
	for _, cmd := range cmds {
		if used, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
			m.together += used.Maxrss
			m.largest = max(m.largest, used.Maxrss)
		}
	}
	return m
}
