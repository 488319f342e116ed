package pgtools

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/rubyforgood/hectl/internal/fault"
)

// killDelay is the time between SIGINT and SIGKILL.
const killDelay = 10 * time.Second

// errClosed is the cause for a child that Close stopped.
var errClosed = errors.New("closed early")

// A Process is the standard output of a running child. Its Read returns io.EOF only after
// the child has exited with status 0, and an error after any other end.
type Process struct {
	child  *child
	stdout *os.File

	once sync.Once
	err  error // the error after the output, or io.EOF; set by once
}

// start starts a tool and returns its standard output as a stream.
func start(ctx context.Context, tool Tool, args, env []string, stderr lineWriter) (*Process, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", tool.Name, err)
	}
	c, err := startChild(ctx, childOptions{tool: tool, args: args, env: env, stdout: w, stderr: stderr})
	_ = w.Close() // the child has its own copy
	if err != nil {
		_ = r.Close()
		return nil, err
	}
	return &Process{child: c, stdout: r}, nil
}

// PID returns the child's process ID.
func (p *Process) PID() int { return p.child.cmd.Process.Pid }

// Read implements io.Reader; see Process.
func (p *Process) Read(b []byte) (int, error) {
	n, err := p.stdout.Read(b)
	if err == nil || n > 0 {
		return n, nil
	}
	return 0, p.finish(err)
}

// finish waits for the child after the end of its output, and returns its result.
func (p *Process) finish(readErr error) error {
	p.once.Do(func() {
		if !errors.Is(readErr, io.EOF) {
			p.child.stop(readErr)
		}
		p.err = p.child.wait()
		_ = p.stdout.Close()
		if p.err == nil {
			p.err = io.EOF
		}
	})
	return p.err
}

// WhenFailed calls f once if the child fails before Close. It does so right after the
// failure, even if the reader of the output is blocked elsewhere. f gets the same error
// that Read returns after the rest of the output.
func (p *Process) WhenFailed(f func(err error)) {
	go func() {
		if err := p.child.wait(); err != nil && !errors.Is(err, errClosed) {
			f(err)
		}
	}()
}

// Close stops the child if it is running, and waits for it to exit. It always returns nil:
// a caller that closes the stream early does not need the result.
func (p *Process) Close() error {
	p.child.stop(errClosed)
	_ = p.stdout.Close() // a child that is blocked in a write gets EPIPE
	_ = p.finish(errClosed)
	return nil
}

// Stop is like Close, but returns the error of a child that had already failed.
func (p *Process) Stop() error {
	_ = p.Close()
	if err := p.child.wait(); err != nil && !errors.Is(err, errClosed) {
		return err
	}
	return nil
}

// A child is a process in its own process group.
type child struct {
	tool   Tool
	cmd    *exec.Cmd
	ctx    context.Context //nolint:containedctx // the child's life, ended by stop
	stop   context.CancelCauseFunc
	stderr lineWriter
	done   chan struct{}
	err    error // see outcome; valid after done
}

// A lineWriter takes a child's stderr.
type lineWriter interface {
	io.Writer
	// failure returns the error for a failed child from its stderr.
	failure(tool Tool, exit error) error
}

// childOptions are the options of startChild. A nil stdin or stdout means /dev/null.
type childOptions struct {
	tool      Tool
	args, env []string
	stdin     *os.File
	stdout    *os.File
	stderr    lineWriter
}

// startChild starts a tool in its own process group, out of reach of the terminal's Ctrl-C.
// Canceling ctx, or stop, sends SIGINT to the child and, after killDelay, SIGKILL to the
// group.
func startChild(ctx context.Context, opt childOptions) (*child, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	c := &child{tool: opt.tool, ctx: ctx, stop: cancel, stderr: opt.stderr, done: make(chan struct{})}
	c.cmd = exec.CommandContext(ctx, opt.tool.Path, opt.args...)
	c.cmd.Env = opt.env
	c.cmd.Stderr = opt.stderr
	if opt.stdout != nil { // a nil *os.File is not a nil io.Writer
		c.cmd.Stdout = opt.stdout
	}
	if opt.stdin != nil {
		c.cmd.Stdin = opt.stdin
	}
	c.cmd.SysProcAttr = childAttributes()
	c.cmd.Cancel = func() error { return c.cmd.Process.Signal(syscall.SIGINT) }
	c.cmd.WaitDelay = killDelay

	ended, err := startHeld(c.cmd)
	if err != nil {
		if reason := context.Cause(ctx); reason != nil {
			err = reason
		}
		cancel(nil)
		return nil, fmt.Errorf("start %s: %w", opt.tool.Path, err)
	}
	go func() {
		err := <-ended
		if err != nil {
			killGroup(c.cmd.Process.Pid)
		}
		c.err = c.outcome(err)
		close(c.done)
		cancel(nil)
	}()
	return c, nil
}

// startHeld starts cmd, and sends the result of Wait.
//
// A goroutine that is locked to its thread starts the process and waits for it. The
// kernel sends the parent death signal when the parent's thread ends, and Go may end
// idle threads at any time (golang/go#27505).
func startHeld(cmd *exec.Cmd) (ended <-chan error, err error) {
	started, waited := make(chan error), make(chan error, 1)
	go func() {
		runtime.LockOSThread() // never unlocked: the thread ends after the child
		err := cmd.Start()
		started <- err
		if err == nil {
			waited <- cmd.Wait()
		}
	}()
	return waited, <-started
}

// outcome returns nil if the child exited with status 0, even after it was stopped.
// Otherwise it returns the cause if the child was stopped, or else the error from its
// stderr.
func (c *child) outcome(exit error) error {
	canceled := c.ctx.Err()
	switch {
	case exit == nil, canceled != nil && errors.Is(exit, canceled) && c.cmd.ProcessState.Success():
		return nil
	case canceled != nil:
		return fmt.Errorf("%s: %w", c.tool.Name, context.Cause(c.ctx))
	default:
		return c.stderr.failure(c.tool, exit)
	}
}

func (c *child) wait() error {
	<-c.done
	return c.err
}

// secretName matches the names of variables that children must not get: hectl's, AWS's, and
// secrets.
var secretName = regexp.MustCompile(`^(AWS|HECTL|DIAPER_DB)_|PASS(WORD|WD|PHRASE)|SECRET|TOKEN|CREDENTIAL|WEBHOOK|COOKIE|(^|_)(API_?KEY|KEY|DSN|PWD)$`)

// isSecret reports whether to hide a variable from children. An allowlist would not work:
// pg_dump may be a wrapper with its own variables, and libraries that libpq uses read many.
func isSecret(name, value string) bool {
	return name != "PWD" && (secretName.MatchString(strings.ToUpper(name)) || fault.Redact(value) != value)
}

// childEnviron returns the environment of a child that connects to c. Its only secret is
// the password of c. Messages are in English, because hectl parses them; the rest of the
// locale is unchanged.
func childEnviron(c Conn) []string {
	base := os.Environ()
	ctype := ""
	env := slices.DeleteFunc(base, func(kv string) bool {
		key, value, _ := strings.Cut(kv, "=")
		if key == "LC_ALL" {
			ctype = value
		}
		return isSecret(key, value) || key == "LC_ALL" || key == "LC_MESSAGES" || key == "LANGUAGE"
	})
	env = append(env, "LC_MESSAGES=C")
	if ctype != "" { // the only other part of LC_ALL that matters here
		env = append(env, "LC_CTYPE="+ctype)
	}
	return append(c.environ(env), "PGAPPNAME=hectl")
}

// lines calls f for each complete line, without the line break.
type lines struct {
	partial []byte
	f       func(line string)
}

func (l *lines) Write(p []byte) (int, error) {
	n := len(p)
	for {
		i := bytes.IndexByte(p, '\n')
		if i < 0 {
			if len(l.partial) < maxLine { // the rest of an endless line is dropped
				l.partial = append(l.partial, p...)
			}
			return n, nil
		}
		l.f(strings.TrimSuffix(string(append(l.partial, p[:i]...)), "\r"))
		l.partial, p = l.partial[:0], p[i+1:]
	}
}

// flush calls f for a last line that has no line break.
func (l *lines) flush() {
	if len(l.partial) > 0 {
		l.f(string(l.partial))
		l.partial = nil
	}
}

const maxLine = 64 << 10

// killGroup kills the rest of a child's process group, such as the workers of a killed
// pg_restore --jobs. The leader has exited, but the system does not reuse its number while
// the group has members.
func killGroup(pid int) { _ = syscall.Kill(-pid, syscall.SIGKILL) }
