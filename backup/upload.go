package backup

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/rubyforgood/hectl/backup/parallel"
	"github.com/rubyforgood/hectl/backup/source"
	"github.com/rubyforgood/hectl/dump/catalog"
	"github.com/rubyforgood/hectl/internal/console"
	"github.com/rubyforgood/hectl/internal/s3store"
	"github.com/rubyforgood/hectl/pgtools"
)

// dumpRun is one run of pg_dump into the bucket.
type dumpRun struct {
	started      time.Time
	store        *s3store.Store
	source       pgtools.Conn
	session      *source.Source
	tool         pgtools.Tool
	options      pgtools.DumpOptions
	jobs         int         // sessions that read rows; 0 for pg_dump alone
	compress     compression // options has the compression for pg_dump alone
	masked       *maskedDump // gets a copy of the stream; nil for none
	limits       *timeouts
	stallTimeout time.Duration
	out          *console.Console
}

// dumped is a dump in the bucket.
type dumped struct {
	catalog.Written // has no Tables if pg_dump wrote the rows

	compress string
}

// upload streams the output of pg_dump into the bucket. The object gets a different key
// if the given one is taken. If anything fails, there is no object.
func (r dumpRun) upload(ctx context.Context, key string, opt s3store.UploadOptions) (dumped, error) {
	var err error
	if r.options.ExcludeTableData, err = r.session.EncodePatterns(ctx, r.options.ExcludeTableData); err != nil {
		return dumped{}, err
	}
	r.options.Log = func(line string) { r.out.Detail("%s", line) }
	dump, err := r.start(ctx)
	if err != nil {
		return dumped{}, err
	}
	// While all parts of the upload are being sent, nothing reads from pg_dump, so its
	// failure would go unnoticed.
	dump.WhenFailed(r.limits.cancel)
	bar := r.out.Progress("dump "+r.source.Database(), console.Bytes, -1)
	defer bar.Done()
	output := r.limits.watchReads(dump, r.stallTimeout, r.out.Now, bar.Add)
	stream := catalog.NewStream(r.masked.tee(output), "pg_dump")
	r.limits.explainWith(func() string {
		if idle := output.unread(); idle >= time.Second {
			return fmt.Sprintf("; %s; the store has not accepted more data for %s", stream.Position(), idle.Round(time.Second))
		}
		return "; " + stream.Position() + source.DumpWaits(ctx, r.source)
	})
	defer r.limits.explainWith(nil)
	object, err := r.store.Upload(ctx, key, stream, opt)
	if closeErr := dump.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		err = r.explain(ctx, err)
	}
	done := dumped{catalog.Written{Object: object, Stream: stream}, r.compress.alone}
	if d, ok := dump.(*parallel.Dump); ok && d.Tables() != nil {
		done.Tables, done.compress = d.Tables(), r.compress.rows
	}
	return done, err
}

// start starts pg_dump, and the sessions that read rows beside it.
func (r dumpRun) start(ctx context.Context) (output, error) {
	if r.jobs == 0 {
		return pgtools.Dump(ctx, r.tool, r.source, r.options)
	}
	return parallel.Start(ctx, parallel.Options{
		Source: r.source, Tool: r.tool, Dump: r.options, AppName: source.SessionName(), Jobs: r.jobs,
		Level:  (&catalog.Manifest{Compression: r.compress.rows}).CompressionLevel(),
		Detail: r.out.Detail,
	})
}

// output is an archive that is being written.
type output interface {
	io.ReadCloser

	// WhenFailed calls f if pg_dump fails, even if nothing reads the output.
	WhenFailed(f func(err error))
}

// explain returns why the run failed, and ends pg_dump's session.
func (r dumpRun) explain(ctx context.Context, err error) error {
	if limit := timedOut(ctx); limit != nil {
		err = limit
	} else {
		err = r.session.ExplainFailure(ctx, err)
	}
	if endErr := r.session.EndDump(ctx); endErr != nil {
		r.out.Warn("pg_dump's session may still be on the source: %v", endErr)
	}
	return err
}
