package parallel

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/rubyforgood/hectl/internal/readers"
	"github.com/rubyforgood/hectl/internal/text"
	"github.com/rubyforgood/hectl/pgtools"
	"github.com/rubyforgood/hectl/pgtools/archive"
)

// Options are the options of a dump.
type Options struct {
	Source  pgtools.Conn
	Tool    pgtools.Tool
	Dump    pgtools.DumpOptions
	AppName string // application_name of the sessions that read the rows

	// Jobs is the number of sessions that read rows, at least 1.
	Jobs int

	// Level is the level of the compression that Dump names; 0 for the default.
	Level int

	// Detail logs a line about how the rows are read.
	Detail func(format string, args ...any)
}

// A Dump is the output of a dump: an archive without offsets, as pg_dump writes it to a
// pipe. Its Read returns io.EOF only after the whole archive; see the package comment.
type Dump struct {
	opt     Options
	ctx     context.Context //nolint:containedctx // the life of the sessions, ended by stop
	stop    context.CancelCauseFunc
	process *pgtools.Process
	first   *pgtools.Snapshot // the session whose snapshot all share; nil if pg_dump writes the dump alone

	archive io.Reader // set by the first Read
	ended   chan struct{}
	failed  func(err error) // set by WhenFailed; may be nil
	tables  map[int]archive.Rows
}

// Start starts pg_dump with a snapshot that other sessions can share. The caller reads the
// Dump to its end or closes it.
func Start(ctx context.Context, opt Options) (*Dump, error) {
	d := &Dump{opt: opt}
	d.ctx, d.stop = context.WithCancelCause(ctx)
	err := d.share()
	if ctx.Err() != nil {
		d.release()
		return nil, context.Cause(ctx)
	}
	if err != nil {
		opt.Detail("pg_dump reads all rows itself: %v", err)
	}
	if d.process, err = pgtools.Dump(ctx, opt.Tool, opt.Source, d.opt.Dump); err != nil {
		d.release()
		return nil, err
	}
	return d, nil
}

// share opens the first session, if the connection limits leave room for the others and
// pg_dump's.
func (d *Dump) share() error {
	first, err := pgtools.ExportSnapshot(d.ctx, d.opt.Source, d.opt.AppName)
	if err != nil {
		return err
	}
	free, err := first.FreeSessions(d.ctx)
	if err == nil && free < d.opt.Jobs {
		err = fmt.Errorf("the connection limits allow only %d more sessions, but %d are needed", free, d.opt.Jobs)
	}
	if err != nil {
		first.Close(d.ctx)
		return err
	}
	d.first, d.opt.Dump.Snapshot = first, first.ID()
	return nil
}

// release ends the first session unless the archive took it over.
func (d *Dump) release() {
	if d.first != nil {
		d.first.Close(d.ctx)
		d.first = nil
	}
	d.stop(nil)
}

// WhenFailed calls f if pg_dump or a session fails before Close, even if nothing reads the
// Dump at that time. Call it before the first Read.
func (d *Dump) WhenFailed(f func(err error)) {
	d.failed = f
	d.process.WhenFailed(f)
}

// Read implements io.Reader; see Dump.
func (d *Dump) Read(p []byte) (int, error) {
	if d.archive == nil {
		d.archive = d.begin()
	}
	return d.archive.Read(p)
}

// Tables describes the rows of each table, by the id of its entry. It is nil if pg_dump
// wrote them. Call it after the end of the archive.
func (d *Dump) Tables() map[int]archive.Rows { return d.tables }

// Close stops pg_dump and the sessions, and waits for them.
func (d *Dump) Close() error {
	d.stop(os.ErrClosed)
	if d.ended != nil {
		<-d.ended
	}
	d.release()
	return d.process.Close()
}

// begin reads the head and returns the archive.
func (d *Dump) begin() io.Reader {
	var raw bytes.Buffer
	head, err := archive.ReadHead(io.TeeReader(d.process, &raw))
	whole := io.MultiReader(&raw, d.process)
	if d.first == nil || err != nil {
		return whole // the archive's reader reports the error
	}
	work, err := d.prepare(head)
	d.first = nil // prepare took it over, or closed it
	if err != nil {
		if d.ctx.Err() == nil {
			d.opt.Detail("pg_dump reads all rows itself: %v", err)
		}
		return readers.Until(d.ctx, whole)
	}
	r, w := io.Pipe()
	d.ended = make(chan struct{})
	go func() {
		defer close(d.ended)
		defer work.close()
		unblock := context.AfterFunc(d.ctx, func() { _ = w.CloseWithError(context.Cause(d.ctx)) })
		defer unblock()
		err := work.write(d.ctx, w, raw.Bytes())
		if err == nil {
			err = d.finish(work.sessions[0])
		}
		if err == nil {
			d.tables = work.pool.Tables()
		} else if d.ctx.Err() == nil && d.failed != nil {
			d.failed(err)
		}
		_ = w.CloseWithError(err)
	}()
	return r
}

// finish checks that pg_dump has waited until now, with its locks, and stops it. With
// little data, pg_dump may already have exited; then it must have succeeded.
func (d *Dump) finish(first *pgtools.Snapshot) error {
	open, err := first.InTransaction(d.ctx, d.opt.Dump.AppName)
	if err == nil && !open {
		_, err = io.Copy(io.Discard, d.process)
	}
	if failed := d.process.Stop(); failed != nil {
		return failed
	}
	return err
}

// prepare opens the other sessions and locks the tables of the archive in all of them. If
// it returns an error, it has closed all sessions.
func (d *Dump) prepare(head *archive.Head) (_ *work, err error) {
	w := &work{head: head, level: d.opt.Level, sessions: []*pgtools.Snapshot{d.first}}
	defer func() {
		if err != nil {
			w.close()
		}
	}()
	blocks, err := blocksOf(head)
	if err != nil {
		return nil, err
	}
	oids, names := tablesOf(blocks)
	encoding := head.Encoding()
	if encoding == "" {
		return nil, errors.New("the archive does not state its encoding")
	}
	if err := lock(d.ctx, d.first, encoding, names); err != nil {
		return nil, err
	}
	extents, err := d.first.Extents(d.ctx, oids) // does not wait for locks: the session has them all
	if err != nil {
		return nil, err
	}
	lockable, err := d.first.Lockable(d.ctx)
	if err != nil {
		return nil, err
	}
	// pg_dump and each session lock each table. Leave half of the server's locks to
	// others.
	jobs := min(d.opt.Jobs, lockable/2/max(len(names), 1)-1)
	if jobs < 1 {
		return nil, fmt.Errorf("with %s, the sessions would take most of the server's %d locks", text.Count(len(names), "table"), lockable)
	}
	ranges := jobs > 1 && d.first.ServerVersion().Major >= rangesFrom
	if w.items, err = itemsOf(head, blocks, extents, ranges); err != nil {
		return nil, err
	}
	for len(w.sessions) < min(jobs, len(w.items)) {
		s, err := pgtools.ImportSnapshot(d.ctx, d.opt.Source, d.opt.AppName, d.first.ID())
		if err != nil {
			return nil, err
		}
		w.sessions = append(w.sessions, s)
		if err := lock(d.ctx, s, encoding, names); err != nil {
			return nil, err
		}
	}
	open, err := d.first.InTransaction(d.ctx, d.opt.Dump.AppName)
	if err == nil && !open {
		err = errors.New("it has already ended")
	}
	if err != nil {
		return nil, err
	}
	d.opt.Detail("%s read the rows of %s", text.Count(len(w.sessions), "session"), text.Count(len(names), "table"))
	return w, nil
}

// lock sets the encoding of a session and locks the tables with these names in it.
func lock(ctx context.Context, s *pgtools.Snapshot, encoding string, names []string) error {
	if err := s.SetEncoding(ctx, encoding); err != nil {
		return err
	}
	return s.Lock(ctx, names)
}
