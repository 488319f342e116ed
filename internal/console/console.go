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
	NoColor        bool             // no colors even on a terminal
	Now            func() time.Time // clock; required
	RunID          string           // ID of the run, for logs and notifications
}

// Console writes results, messages and progress. Its methods are safe for concurrent
// use.
type Console struct {
	opt      Options
	terminal bool // standard error is a terminal
	columns  func() int
	quiet    bool
	verbose  bool
	json     bool
	log      slog.Handler // nil if messages are text
	command  string
	result   Result

	mu    sync.Mutex
	bar   *Progress // bar on the screen; nil for none
	steps []Step
}

// New returns a Console that is neither quiet nor verbose and writes text; see SetMode.
func New(opt Options) *Console {
	c := &Console{opt: opt, columns: func() int { return 80 }}
	if terminalColumns(opt.Stderr) > 0 {
		c.terminal = true
		c.columns = func() int { return terminalColumns(opt.Stderr) }
	}
	return c
}

// terminalColumns returns the width of the terminal that w writes to, 0 if w is not a
// terminal.
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

// SetMode sets which messages are shown and the format of the result.
func (c *Console) SetMode(quiet, verbose, json bool) {
	c.quiet, c.verbose, c.json = quiet, verbose, json
}

// SetCommand sets the name of the running command, for logs.
func (c *Console) SetCommand(name string) { c.command = name }

// RunID returns the ID of the run.
func (c *Console) RunID() string { return c.opt.RunID }

// Now returns the time of the console's clock.
func (c *Console) Now() time.Time { return c.opt.Now() }

// Say writes a message to standard error, except with --quiet.
func (c *Console) Say(format string, args ...any) {
	if !c.quiet {
		c.talk(slog.LevelInfo, fmt.Sprintf(format, args...))
	}
}

// Detail writes a message to standard error with --verbose.
func (c *Console) Detail(format string, args ...any) {
	if c.verbose {
		c.talk(slog.LevelDebug, fmt.Sprintf(format, args...))
	}
}

// Warn writes a warning to standard error, even with --quiet.
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

// Result is the result of a command: a struct with JSON tags, and text for people.
type Result interface {
	Text() string
}

// prose is a Result whose long lines are wrapped on a terminal. Other results may be
// copied into a file or a crontab, so their lines are not wrapped.
type prose interface {
	Result
	IsProse()
}

// Result writes r to standard output, as JSON with --json, else as text without control
// characters. With --log-format json, it also logs r.
func (c *Console) Result(r Result) error {
	c.result = r
	var err error
	if c.log != nil && !c.quiet {
		if text, err := RedactJSON(r); err == nil {
			c.record(slog.LevelInfo, "result", slog.Any("result", text))
		}
	}
	if c.json {
		var text json.RawMessage
		if text, err = RedactJSON(r); err == nil {
			enc := json.NewEncoder(escapeWriter{c.opt.Stdout})
			enc.SetIndent("", "  ")
			enc.SetEscapeHTML(false)
			err = enc.Encode(text)
		}
	} else if text := r.Text(); text != "" {
		text = printable(strings.TrimSuffix(text, "\n"))
		if _, wraps := r.(prose); wraps && terminalColumns(c.opt.Stdout) > 0 {
			text = foldResult(text, terminalColumns(c.opt.Stdout))
		}
		_, err = io.WriteString(c.opt.Stdout, text+"\n")
	}
	if errors.Is(err, syscall.EPIPE) {
		return nil // the reader stopped reading: "hectl list | head -1"
	}
	if err != nil {
		return fmt.Errorf("write result: %w", err)
	}
	return nil
}

// IsTerminal reports whether standard error is a terminal.
func (c *Console) IsTerminal() bool { return c.terminal }

// LastResult returns the last argument of Result, nil if there was no call.
func (c *Console) LastResult() Result { return c.result }

type style string

// ANSI codes of the styles.
const (
	plain  style = ""
	dim    style = "\x1b[2m"
	red    style = "\x1b[31m"
	yellow style = "\x1b[33m"
	reset        = "\x1b[0m"
)

// line writes a message as text, without control characters. It redraws a bar on the
// screen below the message.
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
	// If standard error fails, there is nowhere to report that.
	_, _ = io.WriteString(c.opt.Stderr, text+"\n")
	if c.bar != nil {
		c.bar.draw()
	}
}

// Clean replaces all control characters in s, including newlines and tabs. Use it for a
// single value in a line or a table, such as the key of an object.
func Clean(s string) string {
	return strings.NewReplacer("\n", "\uFFFD", "\t", "\uFFFD").Replace(printable(s))
}

// printable replaces control characters other than newline and tab, and escapes
// invisible characters. Keys of objects, names in a dump and messages of servers may
// contain them to deceive the reader or the terminal.
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
