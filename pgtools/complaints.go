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
// --verbose, without which the entry is not named, in PostgreSQL 12 to 19
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
//
// The processes of parallel jobs write all this into one pipe, each line in up to
// four pieces: "pg_restore:", " ", "error: ", and the rest, which holds message and
// statement. Those of one process may come between those of another, so then only
// what is in one piece belongs together: the entry is found by its statement, and
// an error is harmless only if its own statement says so. An error about no
// statement is known by its piece "error: " alone, which makes one too many.
type complaints struct {
	tail     *tail
	fatal    func() // called at the first complaint that is not harmless
	parallel bool
	entryOf  func(statement string) string // names an entry, "" when it is not clear which
	phrases  Phrases

	mu      sync.Mutex
	lines   lines
	entry   string
	current *complaint // being read
	ignored []Ignored
	first   *complaint // not harmless
	errors  int        // pieces that begin one, when parallel
	counted int        // how many errors pg_restore says it ignored
}

// A complaint is a Complaint that is being read.
type complaint struct {
	Complaint
	statement []string // its lines
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

// mixedLine is line for what parallel jobs write.
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

// more takes a line that belongs to the current complaint.
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

// decide looks the current complaint up as soon as enough of it is known: the
// next line may be an hour away.
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
		return c.ignored, fault.Wrap(restoreHint(c.first.Complaint, &RestoreError{c.firstWithoutRow()}))
	case c.parallel && c.errors > len(c.ignored):
		if len(fault.Hints(exit)) == 0 {
			exit = fault.Wrap(fault.Failed, "parallel jobs wrote at the same time: run it again with -j 1 to see which one failed", exit)
		}
		return c.ignored, exit
	case errors.As(exit, &status) && status.Status == 1 && c.counted > 0 && c.counted <= len(c.ignored):
		// pg_restore exits with 1 for harmless errors too. It does not count those
		// with which the sessions of its parallel jobs begin.
		return c.ignored, nil
	default:
		return c.ignored, exit
	}
}

// firstWithoutRow is the complaint that ended the restore, with its entry.
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

// restoreHint returns what fault.Wrap takes.
func restoreHint(c Complaint, err *RestoreError) (code fault.Code, hint string, wrapped error) {
	switch {
	case strings.HasPrefix(c.Command, "CREATE EXTENSION"):
		hint = "install the extension on the target server, or have a superuser create it"
	case tooMany(c.Message):
		hint = tooManyHint
	case poolerHint("", c.Message) != "":
		hint = poolerAdvice
	case strings.Contains(c.Message, "server closed the connection"):
		hint = "the connection to the server broke: the server's log may say why"
	case noSharedMemory(c.Message):
		hint = sharedMemoryHint
	case strings.Contains(c.Message, "No space left on device"):
		hint = diskFullHint
	default:
		hint = serverHint(c.Message, c.Message)
	}
	return fault.Failed, hint, err
}
