package pgtools

import (
	"context"
	"errors"
	"io"
	"os"
	"strconv"
	"sync"
)

// RestoreOptions says what to restore and how.
type RestoreOptions struct {
	// Input is the archive, for pg_restore's standard input. It is read until
	// its end, or until pg_restore exits; if it is an io.Closer it is closed
	// then, so that a Read under way ends.
	Input io.Reader
	// File is the path of the archive, instead of Input.
	File string
	// Sections are pre-data, data and post-data; none means all three.
	Sections []string
	// Jobs is the number of parallel jobs; more than 1 needs File.
	Jobs int
	// ListFile is the path of a list of entries, pg_restore's --use-list.
	ListFile string
	// Entry, if not nil, names the archive entry of a statement as pg_restore does
	// ("3383; 0 0 COMMENT EXTENSION citext"), or returns "". The statement may be cut
	// short. Parallel jobs need it: what they write gets mixed up.
	Entry func(statement string) string
	// Phrases may be told of errors that functions of the database's own raise.
	Phrases Phrases
	// Settings are parameters of the server for pg_restore's sessions.
	Settings map[string]string
	// Log, if not nil, gets every line that pg_restore --verbose writes to its
	// stderr: about one for each thing that it begins with.
	Log func(line string)
}

// Restore runs pg_restore into the database of c, which exists and is otherwise
// empty. It leaves out what belongs to the dumped server and not to the data:
// owners, privileges, tablespaces and subscriptions.
//
// pg_restore by itself goes on after an error. Here the first error stops it,
// unless it is one of the few in the table of harmless ones, which are returned
// as ignored. A failure of Input is reported as such, and not as the truncated
// archive that pg_restore sees. The error is a *RestoreError when pg_restore
// named an archive entry or a statement, else an *ExitError.
func Restore(ctx context.Context, tool Tool, c Conn, opt RestoreOptions) (ignored []Ignored, err error) {
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
	if c, err = c.withSettings(opt.Settings).fresh(ctx); err != nil {
		return nil, err
	}
	args = append(args, c.withKeepalives().Args()...)
	if opt.Input == nil {
		args = append(args, "--", opt.File)
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
	child, err := startChild(ctx, tool, args, childEnviron(c), nil, stdin, complaints)
	if stdin != nil {
		_ = stdin.Close() // the child has its own
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
	cause := context.Cause(ctx) // before Input may fail because it is closed
	if closer, ok := opt.Input.(io.Closer); ok {
		_ = closer.Close()
	}
	feeding.Wait()
	if feed != nil {
		_ = feed.Close()
	}
	return complaints.verdict(cause, err)
}

// errFatal is the reason for stopping pg_restore after an error.
var errFatal = errors.New("an error that is not harmless")

// An inputError marks an error of RestoreOptions.Input.
type inputError struct{ err error }

func (e *inputError) Error() string { return "read archive: " + e.err.Error() }
func (e *inputError) Unwrap() error { return e.err }

// copyInput feeds a child, and returns the error of the reader. That the child
// does not want more is none: it says itself why.
func copyInput(feed *os.File, input io.Reader) error {
	source := &errReader{r: input}
	_, _ = io.Copy(feed, source)
	err := source.failure()
	if err == nil {
		_ = feed.Close()
	}
	// Else feed stays open until the child has been stopped, which must not
	// take the end of what there was for the end of the archive.
	return err
}
