package pgtools

import (
	"errors"
	"strconv"
	"strings"
	"sync"

	"github.com/rubyforgood/hectl/internal/fault"
)

// A Complaint is one error of pg_restore's.
type Complaint struct {
	Entry   string // the archive entry: "3383; 0 0 COMMENT EXTENSION citext"; "" if none
	Message string // pg_restore's words, with the server's; several lines
	Command string // the first line of the statement, "" if there was none
}

// Ignored is an error of pg_restore's that does no harm.
type Ignored struct {
	Complaint
	Reason string // why it does none
}

// String returns one line.
func (i Ignored) String() string { return i.text() + " (" + i.Reason + ")" }

// A RestoreError is the error of pg_restore's that ended a restore.
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

// harmless returns why a complaint may be ignored, or "". This is the whole
// list; all else ends the restore. It goes by the statement, never by the
// server's message, which may be in any language.
func harmless(c Complaint) string {
	for _, h := range []struct{ command, reason string }{
		// A dump has CREATE EXTENSION IF NOT EXISTS and the extension's comment.
		// Where a superuser has created the extension beforehand (template1, or
		// by hand because it is not a trusted one), the first does nothing, and
		// the second is for the owner only.
		{"COMMENT ON EXTENSION ", "only the comment of an extension is missing"},
		// pg_dump --schema=public of version 15 and later makes the schema that every
		// new database has. That one serves: owner and privileges of the dumped one
		// would not be restored anyway. The comment is for the owner only, which
		// before version 15 is the superuser.
		{"CREATE SCHEMA public;", "every database has the schema"},
		{"COMMENT ON SCHEMA public ", "only the comment of a schema is missing"},
		// pg_restore 17 and later sets it without asking which server it talks
		// to; servers before 17 have no such parameter.
		{"SET transaction_timeout = 0", "the server is older than the parameter, which only turns a timeout off"},
	} {
		if strings.HasPrefix(c.Command, h.command) {
			return h.reason
		}
	}
	return ""
}

// complaints reads pg_restore's stderr as it is written. The format with
// --verbose, without which the entry is not named, in PostgreSQL 12 to 18
// (warn_or_exit_horribly and ExecuteSqlCommand in pg_backup_archiver.c and
// pg_backup_db.c), is
//
//	pg_restore: while PROCESSING TOC:
//	pg_restore: from TOC entry 3383; 0 0 COMMENT EXTENSION citext
//	pg_restore: error: could not execute query: ERROR:  must be owner of extension citext
//	Command was: COMMENT ON EXTENSION citext IS 'data type for case-insensitive character strings';
//
//	pg_restore: warning: errors ignored on restore: 1
//
// where the entry is not named again for its next error, and a message and a
// statement may have several lines.
type complaints struct {
	tail  *tail
	fatal func() // called at the first complaint that is not harmless

	mu      sync.Mutex
	lines   lines
	entry   string
	current *Complaint // being read
	decided bool       // about current
	ignored []Ignored
	first   *Complaint // not harmless
	counted int        // how many errors pg_restore says it ignored
}

func newComplaints(log func(line string)) *complaints {
	c := &complaints{tail: newTail(log), fatal: func() {}}
	c.lines.f = c.line
	return c
}

// Write implements io.Writer.
func (c *complaints) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	_, _ = c.tail.Write(p)
	return c.lines.Write(p)
}

// failure implements lineWriter.
func (c *complaints) failure(tool Tool, exit error) error {
	err := c.tail.failure(tool, exit)
	if e, ok := errors.AsType[*ExitError](err); ok && ofRows.MatchString(c.entry) {
		e.Message, e.Stderr = Complaint{Entry: c.entry, Message: e.Message}.withoutRow().Message, ""
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
		c.current, c.decided = &Complaint{Entry: c.entry, Message: rest}, false
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

// more takes a line that belongs to the current complaint.
func (c *complaints) more(s string) {
	if c.current == nil || c.current.Command != "" {
		return
	}
	if command, ok := strings.CutPrefix(s, "Command was: "); ok {
		c.current.Command = command
		c.decide()
		return
	}
	c.current.Message += "\n" + s
}

// decide looks the current complaint up as soon as enough of it is known: the
// next line may be an hour away.
func (c *complaints) decide() {
	if c.decided {
		return
	}
	c.decided = true
	if reason := harmless(*c.current); reason != "" {
		c.ignored = append(c.ignored, Ignored{*c.current, reason})
		return
	}
	if c.first == nil {
		c.first = c.current
		c.fatal()
	}
}

// end ends the current complaint.
func (c *complaints) end() {
	if c.current != nil {
		c.decide()
		c.current = nil
	}
}

// verdict says how a restore ended, given how pg_restore did, and why it was
// stopped if it was.
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
		return c.ignored, fault.Wrap(restoreHint(*c.first, &RestoreError{c.first.withoutRow()}))
	case errors.As(exit, &status) && status.Status == 1 && c.counted > 0 && c.counted <= len(c.ignored):
		// pg_restore exits with 1 for harmless errors too. It does not count those
		// with which the sessions of its parallel jobs begin.
		return c.ignored, nil
	default:
		return c.ignored, exit
	}
}

// restoreHint returns what fault.Wrap takes.
func restoreHint(c Complaint, err *RestoreError) (code fault.Code, hint string, wrapped error) {
	switch {
	case strings.HasPrefix(c.Command, "CREATE EXTENSION"):
		hint = "install the extension on the target server, or have a superuser create it"
	case tooMany(c.Message):
		hint = tooManyHint
	case strings.Contains(c.Message, "server closed the connection"):
		hint = "the connection to the server broke: the server's log may say why"
	case strings.Contains(c.Message, "No space left on device"):
		hint = "there is no room left on the server's disk"
	}
	return fault.Failed, hint, err
}
