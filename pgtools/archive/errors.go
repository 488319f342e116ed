package archive

import (
	"errors"
	"fmt"
	"io"
)

// A FormatError says where an archive stops making sense: it is damaged, cut
// off, or no archive. One that is cut off wraps io.ErrUnexpectedEOF.
//
// What an io.Reader reports by itself, such as a broken connection, is not a
// FormatError, unless it is an early end of input.
type FormatError struct {
	At  int64 // bytes from the start of the archive
	Err error
}

func (e *FormatError) Error() string { return fmt.Sprintf("byte %d: %v", e.At, e.Err) }

// Unwrap returns the reason.
func (e *FormatError) Unwrap() error { return e.Err }

func malformed(at int64, format string, args ...any) error {
	return &FormatError{At: at, Err: fmt.Errorf(format, args...)}
}

// readFailure is the error of a read of what, which needed more bytes than the
// reader had. Wherever it comes, the end of input is the archive's fault; any
// other error is the reader's own.
func readFailure(at int64, what string, err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return malformed(at, "%s: %w", what, io.ErrUnexpectedEOF)
	}
	return fmt.Errorf("byte %d: %s: %w", at, what, err)
}
