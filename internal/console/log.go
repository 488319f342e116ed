package console

import (
	"context"
	"log/slog"

	"github.com/rubyforgood/hectl/internal/fault"
)

// SetLogFormat sets the format of messages: "text" (the default, also "") or "json",
// with one object on each line and without bars.
func (c *Console) SetLogFormat(format string) error {
	switch format {
	case "", "text":
		c.log = nil
	case "json":
		c.log = slog.NewJSONHandler(escapeWriter{c.opt.Stderr}, &slog.HandlerOptions{Level: slog.LevelDebug})
	default:
		return fault.New(fault.Usage, "for example: --log-format json", "log format %s is neither text nor json", fault.Quote(format))
	}
	return nil
}

// talk writes a message, as a line of text or as a record with attrs.
func (c *Console) talk(level slog.Level, text string, attrs ...slog.Attr) {
	text = fault.Redact(text)
	switch {
	case c.log != nil:
		c.record(level, text, attrs...)
	case level >= slog.LevelError:
		c.line(red, "hectl: "+text)
	case level >= slog.LevelWarn:
		c.line(yellow, "warning: "+text)
	case level < slog.LevelInfo:
		c.line(dim, text)
	default:
		c.line(plain, text)
	}
}

// record writes a record with attrs and the attributes of every record of a run.
func (c *Console) record(level slog.Level, text string, attrs ...slog.Attr) {
	r := slog.NewRecord(c.Now().UTC(), level, printable(text), 0)
	if c.opt.RunID != "" {
		r.AddAttrs(slog.String("run_id", c.opt.RunID))
	}
	if c.command != "" {
		r.AddAttrs(slog.String("command", c.command))
	}
	r.AddAttrs(attrs...)
	// If standard error fails, there is nowhere to report that.
	_ = c.log.Handle(context.Background(), r)
}
