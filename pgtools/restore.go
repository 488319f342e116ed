package pgtools

import (
	"context"
	"errors"
	"io"
	"os"
	"strconv"
	"sync"
)

// RestoreOptions are the options of Restore.
type RestoreOptions struct {
	// Input is the archive for pg_restore's standard input. Restore reads it to the end or
	// until pg_restore exits. If it is an io.Closer, Restore then closes it, which ends a
	// blocked Read.
	Input io.Reader
	// File is the path of the archive, instead of Input.
	File string
	// Sections lists pre-data, data or post-data; none means all three.
	Sections []string
	// Jobs is the number of parallel jobs. More than 1 requires File.
	Jobs int
	// ListFile is the path of a list of entries, for pg_restore's --use-list.
	ListFile string
	// Entry, if not nil, returns the archive entry of a statement in pg_restore's form
	// ("3383; 0 0 COMMENT EXTENSION citext"), or "". The statement may be incomplete.
	// Parallel jobs need Entry because their output is interleaved.
	Entry func(statement string) string
	// Phrases may be shown in errors that functions of the database raise.
	Phrases Phrases
	// Settings are server parameters for pg_restore's sessions.
	Settings map[string]string
	// Log, if not nil, gets each line of pg_restore --verbose's stderr, about one per entry
	// as the entry starts.
	Log func(line string)
}

// Restore runs pg_restore into the database of c, which must exist and contain no objects
// of the archive. It leaves out owners, privileges, tablespaces and subscriptions, which
// belong to the source's server.
//
// Unlike pg_restore alone, Restore stops at the first error that is not known to be
// harmless, and returns the harmless ones as ignored. If Input fails, Restore returns that
// error, not pg_restore's complaint about a truncated archive. Otherwise the error is a
// *RestoreError if pg_restore named an archive entry or a statement, and an *ExitError if
// not.
func Restore(ctx context.Context, tool Tool, c Conn, opt RestoreOptions) (ignored []Ignored, err error) {
	if c, err = c.withSettings(opt.Settings).fresh(ctx); err != nil {
		return nil, err
	}
	complaints := newComplaints(opt)
	var stdin, feed *os.File
	if opt.Input != nil {
		if stdin, feed, err = os.Pipe(); err != nil {
			return nil, err
		}
	}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	complaints.fatal = func() { stop(errFatal) }
	child, err := startChild(ctx, childOptions{tool: tool, args: opt.args(c), env: childEnviron(c), stdin: stdin, stderr: complaints})
	if stdin != nil {
		_ = stdin.Close() // the child has its own copy
	}
	if err != nil {
		if feed != nil {
			_ = feed.Close()
		}
		return nil, err
	}

	var feeding sync.WaitGroup
	if feed != nil {
		feeding.Go(func() {
			if err := copyInput(feed, opt.Input); err != nil {
				stop(&inputError{err})
			}
		})
	}
	err = child.wait()
	cause := context.Cause(ctx) // saved first, because closing Input may make it fail
	if closer, ok := opt.Input.(io.Closer); ok {
		_ = closer.Close()
	}
	feeding.Wait()
	if feed != nil {
		_ = feed.Close()
	}
	return complaints.verdict(cause, err)
}

// args returns pg_restore's arguments to restore into the database of c.
func (opt RestoreOptions) args(c Conn) []string {
	args := []string{
		"--no-owner", "--no-privileges", "--no-tablespaces", "--no-subscriptions",
		"--no-password",
		"--verbose", // without it, errors do not name the entry
	}
	for _, s := range opt.Sections {
		args = append(args, "--section="+s)
	}
	if opt.Jobs > 1 {
		args = append(args, "--jobs="+strconv.Itoa(opt.Jobs))
	}
	if opt.ListFile != "" {
		args = append(args, "--use-list="+opt.ListFile)
	}
	args = append(args, c.withKeepalives().Args()...)
	if opt.Input == nil {
		args = append(args, "--", opt.File)
	}
	return args
}

// errFatal is the cause when hectl stops pg_restore because of an error.
var errFatal = errors.New("an error that is not harmless")

// An inputError marks an error of RestoreOptions.Input.
type inputError struct{ err error }

func (e *inputError) Error() string { return "read archive: " + e.err.Error() }
func (e *inputError) Unwrap() error { return e.err }

// copyInput feeds a child and returns the reader's error. It ignores write errors: a child
// that stops reading reports the cause itself.
func copyInput(feed *os.File, input io.Reader) error {
	source := &errReader{r: input}
	_, _ = io.Copy(feed, source)
	err := source.failure()
	if err == nil {
		_ = feed.Close()
	}
	// If reading fails, feed stays open until the child has stopped. Otherwise the child
	// would mistake the end of the input for the end of the archive.
	return err
}
