package pgtools

import (
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"sync"
	"syscall"

	"github.com/rubyforgood/hectl/internal/fault"
)

// tailSize is how many bytes to keep from the end of a child's stderr.
const tailSize = 4 << 10

// maxAbout is how many lines about the first error to keep.
const maxAbout = 40

// A tail keeps the first error line and the last lines of a child's stderr.
type tail struct {
	mu      sync.Mutex
	lines   lines
	log     func(line string) // may be nil
	first   string            // the first line with an error
	about   []string          // the following lines that belong to first
	program string            // the program named in first
	past    bool              // a later line did not belong to first
	last    []string
	size    int
}

func newTail(log func(line string)) *tail {
	t := &tail{log: log}
	t.lines.f = t.line
	return t
}

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.lines.Write(p)
}

func (t *tail) line(s string) {
	if t.log != nil {
		t.log(s)
	}
	switch program, message, ok := cutError(s); {
	case ok && t.first == "":
		t.first, t.program = message, program
	case t.first != "" && !t.past:
		own, isOwn := strings.CutPrefix(s, t.program+": ")
		if t.past = isOwn && !strings.HasPrefix(own, "detail: ") && !strings.HasPrefix(own, "hint: "); !t.past && len(t.about) < maxAbout {
			t.about = append(t.about, own)
		}
	}
	t.last = append(t.last, s)
	for t.size += len(s); t.size > tailSize && len(t.last) > 1; t.last = t.last[1:] {
		t.size -= len(t.last[0])
	}
}

// cutError splits "pg_dump: error: message".
func cutError(line string) (program, message string, ok bool) {
	program, message, ok = strings.Cut(line, ": error: ")
	return program, message, ok && !strings.ContainsAny(program, " \t")
}

func (t *tail) failure(tool Tool, exit error) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.lines.flush()
	e := &ExitError{Tool: tool, Status: -1, Message: t.first, Stderr: strings.Join(t.last, "\n"), err: exit}
	if tool.Name == "pg_dump" {
		e.Detail, e.hint = detailOf(t.about)
	}
	if ee, ok := errors.AsType[*exec.ExitError](exit); ok {
		e.Status = ee.ExitCode()
		if ws, ok := ee.Sys().(syscall.WaitStatus); ok && ws.Signaled() {
			e.Signal = ws.Signal()
		}
	}
	code, hint := explain(e)
	return fault.Wrap(code, hint, e)
}

// An ExitError is the error of a child that failed.
type ExitError struct {
	Tool    Tool
	Status  int            // exit status; -1 if there is none
	Signal  syscall.Signal // the signal that killed it, or 0
	Message string         // the first error on stderr, or ""
	Detail  string         // pg_dump's detail, without row values; one line
	Stderr  string         // the end of stderr, about 4 KiB at most
	hint    string         // from the server or the program
	err     error
}

// Error returns one line: the exit status or signal, and the first error or else the last
// line.
func (e *ExitError) Error() string {
	how := fmt.Sprintf("exit status %d", e.Status)
	switch {
	case e.Signal != 0:
		how = fmt.Sprintf("killed by signal %d (%v)", int(e.Signal), e.Signal)
	case e.Status < 0:
		how = e.err.Error()
	}
	switch {
	case e.Message != "" && e.Detail != "":
		return fmt.Sprintf("%s: %s: %s: %s", e.Tool.Name, how, strings.TrimRight(e.Message, ".: "), e.Detail)
	case e.Message != "":
		return fmt.Sprintf("%s: %s: %s", e.Tool.Name, how, e.Message)
	case strings.TrimSpace(e.Stderr) != "":
		said := strings.TrimSpace(e.Stderr)
		return fmt.Sprintf("%s: %s: %s", e.Tool.Name, how, said[strings.LastIndexByte(said, '\n')+1:])
	default:
		return fmt.Sprintf("%s: %s, without a message", e.Tool.Name, how)
	}
}

// Unwrap returns the error of package exec.
func (e *ExitError) Unwrap() error { return e.err }

// RecoveryConflictHint is the advice for a dump that a standby has canceled.
const RecoveryConflictHint = "set hot_standby_feedback = on on the standby and a max_standby_streaming_delay longer than a dump takes, " +
	"or dump from the primary: the dump conflicted with changes that the standby had to apply"

// explain returns the exit code and the hint for a failed child. It matches the program's
// own text, which is English because LC_MESSAGES is C, and the statement that the program
// quotes. The server's text may be in any language.
func explain(e *ExitError) (fault.Code, string) {
	has := func(s string) bool { return strings.Contains(e.Message, s) || strings.Contains(e.Stderr, s) }
	switch {
	case e.Signal == syscall.SIGKILL:
		return fault.Failed, "check this machine's memory: the kernel kills processes when memory runs out"
	case tooMany(e.Message), tooMany(e.Stderr):
		return fault.Failed, tooManyHint
	case poolerHint("", e.Message) != "":
		return fault.Failed, poolerAdvice
	case has("server version mismatch"):
		return fault.Failed, "install client tools of the server's major version or newer, and point --pg-bin at them"
	case has("conflict with recovery"):
		return fault.Failed, RecoveryConflictHint
	case has("permission denied for"):
		return fault.Denied, "grant the role SELECT on it (pg_read_all_data includes all tables)"
	case e.hint != "":
		if strings.Contains(e.hint, "max_locks_per_transaction") {
			return fault.Failed, "run " + locksHint + ": pg_dump locks all tables at once. The server says: " + e.hint
		}
		return fault.Failed, "the server says: " + e.hint
	case has("LOCK TABLE ") && !has("server closed the connection") && !has("out of shared memory"):
		return fault.Failed, "wait for the session that holds a lock on " + lockedTables(e.Stderr) + ", or look for it in pg_locks"
	case has("no password supplied"), has("password authentication failed"):
		return fault.Denied, "check the password: \"hectl doctor\" shows where it comes from"
	case has("server closed the connection"), has("connection has been closed"), has("could not receive data from server"), has("terminating connection"):
		return fault.Failed, "run it again, and check the server's log: the connection to the server broke"
	case noSharedMemory(e.Stderr):
		return fault.Failed, sharedMemoryHint
	case has("No space left on device"):
		return fault.Failed, "free space on the disk of the source's server"
	}
	return fault.Failed, ""
}

// locksHint is the command for a server with too few locks.
const locksHint = `"ALTER SYSTEM SET max_locks_per_transaction = 256", and restart the server`

// detailOf summarizes the lines from pg_dump and the server after an error line. libpq puts
// English labels before the parts of the server's message:
//
//	pg_dump: error: Dumping the contents of table "items" failed: PQgetResult() failed.
//	pg_dump: detail: Error message from server: ERROR:  missing chunk number 0
//	pg_dump: detail: Command was: COPY public.items (id, body) TO stdout;
//
// detailOf cuts values out of the server's message, and leaves out the server's CONTEXT and
// DETAIL, which may quote rows.
func detailOf(about []string) (detail, hint string) {
	var parts []string
	var command, server string
	at := ""
	for _, line := range about {
		line = strings.TrimPrefix(line, "detail: ")
		switch {
		case strings.HasPrefix(line, "Error message from server: "):
			at, server = "server", strings.TrimPrefix(line, "Error message from server: ")
		case strings.HasPrefix(line, "Query was: "), strings.HasPrefix(line, "Command was: "), strings.HasPrefix(line, "The command was: "):
			at, command = "command", line
		case strings.HasPrefix(line, "HINT:  "), strings.HasPrefix(line, "hint: "):
			_, text, _ := strings.Cut(line, ": ")
			at, hint = "hint", strings.TrimSpace(text)
		case strings.HasPrefix(line, "DETAIL:  "):
			at = "detail"
			if server == "" {
				parts = append(parts, line)
			}
		case strings.HasPrefix(line, "CONTEXT:  PL/") && server != "":
			at, server = "", "error raised by "+strings.TrimPrefix(line, "CONTEXT:  ") // the function chose the message
		case strings.HasPrefix(line, "CONTEXT:  "), strings.HasPrefix(line, "LOCATION:  "):
			at = ""
		case at == "hint":
			hint += " " + strings.TrimSpace(line)
		}
	}
	if server = strings.TrimSpace(server); server != "" {
		parts = append([]string{withoutValues(server, command)}, parts...)
	}
	if command != "" {
		parts = append(parts, shortened(command))
	}
	return strings.Join(parts, "; "), hint
}

// shortened returns the beginning of a statement.
func shortened(command string) string {
	const most = 120
	if len(command) <= most {
		return command
	}
	return strings.ToValidUTF8(command[:most], "") + cut
}

// lockedTables returns the tables in the LOCK TABLE statement that pg_dump quotes.
func lockedTables(stderr string) string {
	_, rest, ok := strings.Cut(stderr, "LOCK TABLE ")
	if !ok {
		return "a table"
	}
	tables, _, _ := strings.Cut(rest, " IN ")
	names := strings.Split(tables, ", ")
	if len(names) > 3 {
		return fmt.Sprintf("%s or one of %d more tables", strings.Join(names[:3], ", "), len(names)-3)
	}
	return strings.Join(names, " or ")
}
