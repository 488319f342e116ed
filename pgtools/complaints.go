package pgtools

import (
	"errors"
	"strconv"
	"strings"
	"sync"

	"github.com/rubyforgood/hectl/internal/fault"
)

// A Complaint is one error that pg_restore reports.
type Complaint struct {
	Entry   string // the archive entry: "3383; 0 0 COMMENT EXTENSION citext"; "" if none
	Message string // from pg_restore and the server; may have several lines
	Command string // the first line of the statement; "" if there is none
}

// Ignored is a harmless error of pg_restore.
type Ignored struct {
	Complaint
	Reason string // why it is harmless
}

// String returns one line.
func (i Ignored) String() string { return i.text() + " (" + i.Reason + ")" }

// A RestoreError is the pg_restore error that ended a restore.
type RestoreError struct{ Complaint }

// Error returns one line.
func (e *RestoreError) Error() string { return "pg_restore: " + e.text() }

func (c Complaint) text() string {
	s := strings.Join(strings.Fields(c.Message), " ")
	if c.Command != "" {
		s += ", command: " + c.Command
	}
	if c.Entry != "" {
		s += ", entry " + c.Entry
	}
	return s
}

// harmless returns the reason to ignore a complaint, or "". Any complaint not on this list
// ends the restore. The list matches statements, because the server's messages may be in
// any language.
func harmless(c Complaint) string {
	for _, h := range []struct{ command, reason string }{
		// A dump has CREATE EXTENSION IF NOT EXISTS and the extension's comment. If a
		// superuser has already created the extension (in template1, or by hand because it
		// is not trusted), CREATE EXTENSION does nothing, and only the owner may set the
		// comment.
		{"COMMENT ON EXTENSION ", "only the comment on an extension is missing"},
		// pg_dump --schema=public of version 15 and later creates the schema public, which
		// every new database already has. hectl restores neither its owner nor its
		// privileges. Only the owner may set its comment: before version 15, that is the
		// superuser.
		{"CREATE SCHEMA public;", "every database has the schema"},
		{"COMMENT ON SCHEMA public ", "only the comment on a schema is missing"},
		// Since version 17, pg_restore sets this parameter on every server, but older
		// servers do not have it.
		{"SET transaction_timeout = 0", "the server is older than the parameter, which only turns a timeout off"},
	} {
		if strings.HasPrefix(c.Command, h.command) {
			return h.reason
		}
	}
	return ""
}

// complaints reads pg_restore's stderr. It needs --verbose, which adds the names of
// entries. The format in PostgreSQL 12 to 19 (warn_or_exit_horribly and ExecuteSqlCommand
// in pg_backup_archiver.c and pg_backup_db.c) is
//
//	pg_restore: while PROCESSING TOC:
//	pg_restore: from TOC entry 3383; 0 0 COMMENT EXTENSION citext
//	pg_restore: error: could not execute query: ERROR:  must be owner of extension citext
//	Command was: COMMENT ON EXTENSION citext IS 'data type for case-insensitive character strings';
//
//	pg_restore: warning: errors ignored on restore: 1
//
// An entry is named only before its first error. Messages and statements may have several
// lines.
//
// Parallel jobs write to one pipe, and each line comes in up to four pieces: "pg_restore:",
// " ", "error: ", and the rest with message and statement. Pieces from different processes
// may be interleaved, so only text within one piece is known to belong together. The entry
// is then found by its statement, and an error is harmless only if the statement in the
// same piece is. For an error without a statement, only the piece "error: " is certain: it
// makes the number of errors exceed the number of ignored ones.
type complaints struct {
	tail     *tail
	fatal    func() // called at the first complaint that is not harmless
	parallel bool
	entryOf  func(statement string) string // returns a statement's entry; "" if uncertain
	phrases  Phrases

	mu      sync.Mutex
	lines   lines
	entry   string
	current *complaint // the complaint that is being read
	ignored []Ignored
	first   *complaint // the first complaint that is not harmless
	errors  int        // number of "error: " pieces, if parallel
	counted int        // number of ignored errors that pg_restore reports
}

// A complaint is a Complaint that is not complete yet.
type complaint struct {
	Complaint
	statement []string // lines of the failed statement
	decided   bool
}

func newComplaints(opt RestoreOptions) *complaints {
	c := &complaints{tail: newTail(opt.Log), fatal: func() {}, parallel: opt.Jobs > 1, entryOf: opt.Entry, phrases: opt.Phrases}
	c.lines.f = c.line
	if c.parallel {
		c.lines.f = c.mixedLine
	}
	return c
}

func (c *complaints) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	_, _ = c.tail.Write(p)
	return c.lines.Write(p)
}

func (c *complaints) failure(tool Tool, exit error) error {
	err := c.tail.failure(tool, exit)
	if e, ok := errors.AsType[*ExitError](err); ok && (ofRows.MatchString(c.entry) || c.parallel && strings.Contains(e.Message+e.Stderr, notExecuted)) {
		e.Message, e.Stderr = Complaint{Entry: c.entry, Message: e.Message}.cut(c.phrases).Message, ""
	}
	return err
}

func (c *complaints) line(s string) {
	own, isOwn := strings.CutPrefix(s, "pg_restore: ")
	kind, rest, _ := strings.Cut(own, ": ")
	switch {
	case !isOwn:
		c.more(s)
	case kind == "detail" || kind == "hint":
		c.more(rest)
	case kind == "error":
		c.end()
		c.current = &complaint{Complaint: Complaint{Entry: c.entry, Message: rest}}
		if !strings.HasPrefix(rest, "could not execute query") {
			c.decide() // no statement will follow
		}
	case strings.HasPrefix(own, "from TOC entry "):
		c.end()
		c.entry = strings.TrimPrefix(own, "from TOC entry ")
	case strings.HasPrefix(own, "warning: errors ignored on restore: "):
		c.end()
		c.counted, _ = strconv.Atoi(strings.TrimPrefix(own, "warning: errors ignored on restore: "))
	default:
		c.end()
	}
}

// notExecuted begins the message about a statement that the server refused.
const notExecuted = "could not execute query: "

// mixedLine handles a line of output from parallel jobs.
func (c *complaints) mixedLine(s string) {
	const program, label, summary = "pg_restore: ", "error: ", "errors ignored on restore: "
	c.errors += strings.Count(s, label)
	message := strings.Index(s, notExecuted)
	command := strings.Index(s, "Command was: ")
	_, total, isTotal := strings.Cut(s, summary)
	switch {
	case message >= 0:
		c.end()
		c.current = &complaint{Complaint: Complaint{Message: s[message:]}}
	case command >= 0:
		if c.current == nil || c.current.Command != "" {
			c.end()
			c.current = &complaint{}
		}
		c.more(s[command:])
	case isTotal:
		c.end()
		c.counted, _ = strconv.Atoi(total)
	case strings.HasPrefix(s, program):
		c.end()
	default:
		c.more(s)
	}
}

// more adds a line to the current complaint.
func (c *complaints) more(s string) {
	if c.current == nil {
		return
	}
	if c.current.Command != "" {
		c.current.statement = append(c.current.statement, s)
		return
	}
	if command, ok := strings.CutPrefix(s, "Command was: "); ok {
		c.current.Command, c.current.statement = command, []string{command}
		c.decide()
		return
	}
	c.current.Message += "\n" + s
}

// decide checks whether the current complaint is harmless as soon as its statement is
// known: the next line may be an hour away.
func (c *complaints) decide() {
	if c.current.decided {
		return
	}
	c.current.decided = true
	if reason := harmless(c.current.Complaint); reason != "" {
		c.ignored = append(c.ignored, Ignored{c.current.Complaint, reason})
		return
	}
	if c.first == nil {
		c.first = c.current
		c.fatal()
	}
}

func (c *complaints) end() {
	if c.current != nil {
		c.decide()
		c.current = nil
	}
}

// verdict returns the result of a restore. exit is pg_restore's exit error, and stopped is
// the cause if hectl stopped it.
func (c *complaints) verdict(stopped, exit error) ([]Ignored, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lines.flush()
	c.end()

	var status *ExitError
	switch {
	case exit == nil:
		return c.ignored, nil
	case stopped != nil && !errors.Is(stopped, errFatal):
		return c.ignored, exit
	case c.first != nil:
		return c.ignored, fault.Wrap(restoreHint(c.first.Complaint, &RestoreError{c.firstWithoutRow()}))
	case c.parallel && c.errors > len(c.ignored):
		if len(fault.Hints(exit)) == 0 {
			exit = fault.Wrap(fault.Failed, "run it again with -j 1 to see which one failed: parallel jobs wrote their errors at the same time", exit)
		}
		return c.ignored, exit
	case errors.As(exit, &status) && status.Status == 1 && c.counted > 0 && c.counted <= len(c.ignored):
		// pg_restore exits with 1 even if all errors are harmless. It does not count errors
		// that occur when its parallel jobs connect.
		return c.ignored, nil
	default:
		return c.ignored, exit
	}
}

// firstWithoutRow returns the complaint that ended the restore, with its entry and
// without row values.
func (c *complaints) firstWithoutRow() Complaint {
	found := c.first.Complaint
	if !c.parallel {
		return found.withoutRow(c.phrases)
	}
	if c.entryOf != nil && len(c.first.statement) > 0 {
		found.Entry = c.entryOf(strings.TrimSpace(strings.Join(c.first.statement, "\n")))
	}
	if found.Entry == "" {
		return found.cut(c.phrases)
	}
	return found.withoutRow(c.phrases)
}

// restoreHint returns the arguments of fault.Wrap for err.
func restoreHint(c Complaint, err *RestoreError) (code fault.Code, hint string, wrapped error) {
	switch {
	case strings.HasPrefix(c.Command, "CREATE EXTENSION"):
		hint = "install the extension on the target server, or have a superuser create it"
	case tooMany(c.Message):
		hint = tooManyHint
	case poolerHint("", c.Message) != "":
		hint = poolerAdvice
	case strings.Contains(c.Message, "server closed the connection"):
		hint = "check the server's log: the connection to the server broke"
	case noSharedMemory(c.Message):
		hint = sharedMemoryHint
	case strings.Contains(c.Message, "No space left on device"):
		hint = diskFullHint
	default:
		hint = serverHint(c.Message, c.Message)
	}
	return fault.Failed, hint, err
}
