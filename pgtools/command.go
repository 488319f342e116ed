package pgtools

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// A Command is a program that the user configured, such as a migration.
type Command struct {
	Words []string // the program and its arguments
	Dir   string   // its working directory; a relative program path with a slash starts here
	Env   []string
	// Limit is how long the command may run; 0 means forever.
	Limit time.Duration
	// Grace is the time between SIGTERM and SIGKILL; 0 means 10 seconds.
	Grace time.Duration
	// Line gets each line of the output, without the line break.
	Line func(line string)
}

// Program returns the path of the command's program.
func (c Command) Program() (string, error) {
	name := c.Words[0]
	if strings.Contains(name, "/") && !filepath.IsAbs(name) {
		name = filepath.Join(c.Dir, name)
	}
	return exec.LookPath(name)
}

// A TimeoutError is the error for a command that took longer than its limit.
type TimeoutError struct{ Limit time.Duration }

func (e *TimeoutError) Error() string { return fmt.Sprintf("not finished after %s", e.Limit) }

// Run runs the command and waits for it to exit. The command has no terminal and an empty
// standard input. Run then kills all processes left in the command's process group.
// Processes that leave the group, like daemons, keep running.
func (c Command) Run(ctx context.Context) error {
	path, err := c.Program()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	if c.Limit > 0 {
		timer := time.AfterFunc(c.Limit, func() { cancel(&TimeoutError{c.Limit}) })
		defer timer.Stop()
	}
	r, w, err := os.Pipe()
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, path, c.Words[1:]...)
	cmd.Args[0] = c.Words[0]
	cmd.Dir, cmd.Env = c.Dir, c.Env
	cmd.Stdout, cmd.Stderr = w, w // files, so that Wait does not wait for other processes that have them open
	cmd.SysProcAttr = sessionAttributes()
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) }
	cmd.WaitDelay = cmp.Or(c.Grace, killDelay)
	ended, err := startHeld(cmd)
	_ = w.Close() // the program has its own copy
	if err != nil {
		_ = r.Close()
		if reason := context.Cause(ctx); reason != nil {
			return reason
		}
		return err
	}
	read := make(chan struct{})
	go func() {
		defer close(read)
		l := &lines{f: c.Line}
		_, _ = io.Copy(l, r) // ends when the last process closes the other end
		l.flush()
	}()
	err = <-ended
	killGroup(cmd.Process.Pid)
	select {
	case <-read:
	case <-time.After(time.Second): // a daemon still has the other end open
		_ = r.SetReadDeadline(time.Unix(1, 0))
		<-read
	}
	_ = r.Close()
	return outcomeOf(ctx, cmd, err)
}

// outcomeOf returns nil if the command exited with status 0, and the cause otherwise.
func outcomeOf(ctx context.Context, cmd *exec.Cmd, err error) error {
	if cmd.ProcessState != nil && cmd.ProcessState.Success() {
		return nil
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	exit, ok := errors.AsType[*exec.ExitError](err)
	if !ok {
		return err
	}
	if status, ok := exit.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return fmt.Errorf("killed by signal %d (%s)", status.Signal(), status.Signal())
	}
	return fmt.Errorf("exit status %d", exit.ExitCode())
}
