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

// memory is the peak resident memory of a contender's programs in bytes, without
// the servers.
type memory struct {
	together int64 // sum of all programs at one moment
	largest  int64 // largest of the programs
}

func (m *memory) add(n memory) {
	m.together, m.largest = max(m.together, n.together), max(m.largest, n.largest)
}

// watchMemory measures processes and their descendants 20 times a second. With /proc,
// that is more accurate than rusage, which counts a child as large as the bench until
// its exec, and has no sum. Call stop after the processes have exited.
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
		statm, _ := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid)) // the process may have exited
		if fields := strings.Fields(string(statm)); len(fields) > 1 {
			pages, _ := strconv.ParseInt(fields[1], 10, 64) // the kernel writes a number
			bytes := pages * int64(os.Getpagesize())
			m.together += bytes
			m.largest = max(m.largest, bytes)
		}
	}
}

// usage returns the kernel's peaks, in bytes, of exited processes on systems without
// /proc, such as macOS. The peaks may be from different moments.
func usage(cmds []*exec.Cmd) (m memory) {
	for _, cmd := range cmds {
		if used, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
			m.together += used.Maxrss
			m.largest = max(m.largest, used.Maxrss)
		}
	}
	return m
}
