package console

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/term"

	"github.com/rubyforgood/hectl/internal/fault"
)

// Options configure a Console.
type Options struct {
	Stdout, Stderr io.Writer
	NoColor        bool             // no colours even on a terminal
	Now            func() time.Time // the clock; required
	RunID          string           // which of all runs this is, in logs and notifications
}

// Console writes results, talk and progress. Its methods may be called from
// several goroutines.
type Console struct {
	opt      Options
	terminal bool // standard error is one
	columns  func() int
	quiet    bool
	verbose  bool
	json     bool
	log      slog.Handler // nil: the talk is text
	command  string
	result   Result

	mu  sync.Mutex
	bar *Progress // drawn at the moment, or nil
}

// New returns a Console that says what is usual; see Mode.
func New(opt Options) *Console {
	c := &Console{opt: opt, columns: func() int { return 80 }}
	if terminalColumns(opt.Stderr) > 0 {
		c.terminal = true
		c.columns = func() int { return terminalColumns(opt.Stderr) }
	}
	return c
}

// terminalColumns returns how wide the terminal that w writes to is, 0 where it writes
// to none.
func terminalColumns(w io.Writer) int {
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return 0
	}
	if width, _, err := term.GetSize(int(f.Fd())); err == nil && width > 0 {
		return width
	}
	return 80
}

// Mode sets how much is said, and the form of the result.
func (c *Console) Mode(quiet, verbose, json bool) {
	c.quiet, c.verbose, c.json = quiet, verbose, json
}

// Command sets the name of the command that runs, for the logs.
func (c *Console) Command(name string) { c.command = name }

// RunID returns which of all runs this is.
func (c *Console) RunID() string { return c.opt.RunID }

// Now returns the time by the console's clock.
func (c *Console) Now() time.Time { return c.opt.Now() }

// Say writes a line of talk to standard error, unless --quiet.
func (c *Console) Say(format string, args ...any) {
	if !c.quiet {
		c.talk(slog.LevelInfo, fmt.Sprintf(format, args...))
	}
}

// Detail writes a line of talk to standard error with --verbose.
func (c *Console) Detail(format string, args ...any) {
	if c.verbose {
		c.talk(slog.LevelDebug, fmt.Sprintf(format, args...))
	}
}

// Warn writes a warning to standard error, always.
func (c *Console) Warn(format string, args ...any) {
	c.talk(slog.LevelWarn, fmt.Sprintf(format, args...))
}

// Fail writes an error and its hints to standard error.
func (c *Console) Fail(err error) {
	hints := fault.Hints(err)
	for i, hint := range hints {
		hints[i] = fault.Redact(hint)
	}
	attrs := []slog.Attr{slog.Int("exit_code", int(fault.CodeOf(err)))}
	if len(hints) > 0 {
		attrs = append(attrs, slog.Any("hints", hints))
	}
	c.talk(slog.LevelError, err.Error(), attrs...)
	if c.log != nil {
		return
	}
	for _, hint := range hints {
		c.line(plain, "hint: "+hint)
	}
}

// Result is what a command found out or did, as a struct with JSON tags and a
// text for people.
type Result interface {
	Text() string
}

// Prose is a Result whose text is for reading: on a terminal its long lines are broken
// between words. Other texts may go into a file or a crontab.
type Prose interface {
	Result
	IsProse()
}

func isProse(r Result) bool {
	_, ok := r.(Prose)
	return ok
}

// Result writes r to standard output: its JSON with --json, else its text, in
// which control characters are made harmless. A log has it as well.
func (c *Console) Result(r Result) error {
	c.result = r
	var err error
	if c.log != nil && !c.quiet {
		if text, err := redacted(r); err == nil {
			c.record(slog.LevelInfo, "result", slog.Any("result", text))
		}
	}
	if c.json {
		var text json.RawMessage
		if text, err = redacted(r); err == nil {
			enc := json.NewEncoder(escaping{c.opt.Stdout})
			enc.SetIndent("", "  ")
			enc.SetEscapeHTML(false)
			err = enc.Encode(text)
		}
	} else if text := r.Text(); text != "" {
		text = printable(strings.TrimSuffix(text, "\n"))
		if columns := terminalColumns(c.opt.Stdout); columns > 0 && isProse(r) {
			text = foldResult(text, columns)
		}
		_, err = io.WriteString(c.opt.Stdout, text+"\n")
	}
	if errors.Is(err, syscall.EPIPE) {
		return nil // the reader has had enough: "hectl list | head -1"
	}
	if err != nil {
		return fmt.Errorf("write result: %w", err)
	}
	return nil
}

// Terminal tells whether standard error is a terminal, where somebody sees it.
func (c *Console) Terminal() bool { return c.terminal }

// LastResult returns what Result was given last, nil if there was nothing.
func (c *Console) LastResult() Result { return c.result }

type style string

// ANSI's codes for the styles.
const (
	plain  style = ""
	dim    style = "\x1b[2m"
	red    style = "\x1b[31m"
	yellow style = "\x1b[33m"
	reset        = "\x1b[0m"
)

// line writes one line of talk; a bar on the screen is redrawn below it.
// Control characters that came in with an argument are made harmless.
func (c *Console) line(s style, text string) {
	text = printable(text)
	if c.terminal {
		text = fold(text, c.columns())
	}
	if s != plain && c.terminal && !c.opt.NoColor {
		text = string(s) + text + reset
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.bar != nil {
		c.bar.clear()
	}
	// There is nobody left to tell when standard error itself fails.
	_, _ = io.WriteString(c.opt.Stderr, text+"\n")
	if c.bar != nil {
		c.bar.draw()
	}
}

// Clean replaces all control characters in s, line breaks and tabs included:
// for a single value, such as an object's key, that goes into a line or a table.
func Clean(s string) string {
	return strings.NewReplacer("\n", "\uFFFD", "\t", "\uFFFD").Replace(printable(s))
}

// printable makes harmless what object names, names in a dump and messages of
// servers may contain: control characters other than newline and tab are replaced;
// characters that have no width, or that change the direction of text, are escaped.
func printable(s string) string {
	s = strings.Map(func(r rune) rune {
		if (r < 0x20 && r != '\n' && r != '\t') || (r >= 0x7f && r < 0xa0) {
			return '\uFFFD'
		}
		return r
	}, s)
	if !strings.ContainsFunc(s, invisible) {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if invisible(r) {
			writeEscape(&b, r)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}
