//go:build linux

package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// killed is the exit code of a process that a signal killed.
const killed = -1

// patience limits how long a run may take under any fault.
const patience = 12 * time.Minute

// running is a running hectl.
type running struct {
	cmd    *exec.Cmd
	id     string // value of idVariable in the environment of all its processes
	stdout bytes.Buffer
	stderr bytes.Buffer
	done   chan struct{}

	memory, files int64 // peaks: resident bytes, open descriptors
}

// outcome is the result of a run.
type outcome struct {
	code   int
	stdout string
	stderr string
	took   time.Duration
	memory int64 // peak resident memory, in bytes
	files  int64 // peak number of open descriptors
}

const idVariable = "FAULTS_RUN" // hectl keeps HECTL_* from its children

// start starts hectl, or another program with the same settings.
func (p *place) start(program string, args ...string) (*running, error) {
	p.runs++
	r := &running{id: fmt.Sprintf("%d-%s-%d", os.Getpid(), p.bucket, p.runs), done: make(chan struct{})}
	r.cmd = &exec.Cmd{
		Path: program, Args: append([]string{"hectl"}, args...), Dir: p.dir,
		Env: append(p.environ(), idVariable+"="+r.id), Stdout: &r.stdout, Stderr: &r.stderr,
		// A separate process group keeps the terminal's Ctrl-C away from hectl.
		SysProcAttr: &syscall.SysProcAttr{Setpgid: true},
	}
	if err := r.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		defer close(r.done)
		_ = r.cmd.Wait() // ProcessState has the result
	}()
	return r, nil
}

func (r *running) signal(s syscall.Signal) { _ = r.cmd.Process.Signal(s) } // an error means that it has exited

// wait waits until hectl exits.
func (r *running) wait(ctx context.Context, since time.Time) (outcome, error) {
	late := time.NewTimer(patience)
	defer late.Stop()
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	for {
		select {
		case <-look.C:
			r.measure()
		case <-r.done:
			o := outcome{
				code: r.cmd.ProcessState.ExitCode(), stdout: r.stdout.String(), stderr: r.stderr.String(),
				took: time.Since(since), memory: r.memory, files: r.files,
			}
			return o, nil
		case <-ctx.Done():
			r.signal(syscall.SIGTERM)
			<-r.done
			return outcome{}, ctx.Err()
		case <-late.C:
			r.signal(syscall.SIGKILL)
			<-r.done
			return outcome{}, fmt.Errorf("it did not exit within %s:\n%s", patience, r.stderr.String())
		}
	}
}

// measure updates the peaks. The kernel's own figure at the exit does not help: it
// starts with the memory that this program had at the fork.
func (r *running) measure() {
	proc := fmt.Sprintf("/proc/%d", r.cmd.Process.Pid)
	if open, err := os.ReadDir(proc + "/fd"); err == nil {
		r.files = max(r.files, int64(len(open)))
	}
	status, err := os.ReadFile(proc + "/status")
	if _, rest, ok := strings.Cut(string(status), "VmHWM:"); ok && err == nil {
		var kib int64
		if _, err := fmt.Sscan(rest, &kib); err == nil {
			r.memory = max(r.memory, kib<<10)
		}
	}
}

// processes returns the pids of the run and everything that it started. If name is not
// empty, it returns only processes with that name.
func (r *running) processes(name string) (pids []int) {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil
	}
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		environ, err := os.ReadFile("/proc/" + e.Name() + "/environ")
		if err != nil || !bytes.Contains(environ, []byte(idVariable+"="+r.id+"\x00")) {
			continue
		}
		comm, err := os.ReadFile("/proc/" + e.Name() + "/comm")
		if err == nil && (name == "" || strings.TrimSpace(string(comm)) == name) {
			pids = append(pids, pid)
		}
	}
	return pids
}

// tail returns the last lines of text.
func tail(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.Join(lines[max(0, len(lines)-4):], "\n      ")
}
