package pgtools

import (
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

// A Command is a program of the user's own, such as a migration.
type Command struct {
	Words []string // the program and its arguments
	Dir   string   // where it runs, and what a program with a slash in its name is relative to
	Env   []string
	// Limit ends the command when it takes longer; 0: never.
	Limit time.Duration
	// Grace is how long the command has between SIGTERM and SIGKILL; 0: 10 seconds.
	Grace time.Duration
	// Line gets each line of its output, without its end.
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

// A TimeoutError says that a command took longer than its limit.
type TimeoutError struct{ Limit time.Duration }

func (e *TimeoutError) Error() string { return fmt.Sprintf("not finished after %s", e.Limit) }

// Run runs the command to its end: without a terminal, with nothing to read, and
// with all that it starts in one process group. When Run returns, whatever of that
// group was left has been killed. A program that makes itself a group of its own, as
// a daemon does, is beyond that.
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
	cmd.Stdout, cmd.Stderr = w, w // files, so that Wait does not wait for who else holds them
	cmd.SysProcAttr = sessionAttributes()
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) }
	cmd.WaitDelay = c.Grace
	if c.Grace == 0 {
		cmd.WaitDelay = killDelay
	}
	ended, err := startHeld(cmd)
	_ = w.Close() // the program has its own
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
		_, _ = io.Copy(l, r) // it ends with the last process that holds the other end
		l.flush()
	}()
	err = <-ended
	killGroup(cmd.Process.Pid)
	select {
	case <-read:
	case <-time.After(time.Second): // a daemon has it
		_ = r.SetReadDeadline(time.Unix(1, 0))
		<-read
	}
	_ = r.Close()
	return outcomeOf(ctx, cmd, err)
}

// outcomeOf returns nil if the command exited with status 0, else why it did not.
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
