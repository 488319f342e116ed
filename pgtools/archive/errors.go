package archive

import (
	"errors"
	"fmt"
	"io"
)

// A FormatError reports the byte at which an archive becomes invalid: it is damaged,
// truncated, or not an archive. For a truncated one it wraps io.ErrUnexpectedEOF.
//
// Errors of the reader, such as a broken connection, are not FormatErrors.
type FormatError struct {
	At  int64 // bytes from the start of the archive
	Err error
}

func (e *FormatError) Error() string { return fmt.Sprintf("byte %d: %v", e.At, e.Err) }

// Unwrap returns the cause.
func (e *FormatError) Unwrap() error { return e.Err }

func malformed(at int64, format string, args ...any) error {
	return &FormatError{At: at, Err: fmt.Errorf(format, args...)}
}

// readFailure returns the error for a failed read of what. An early end of input is a
// FormatError; any other error comes from the reader.
func readFailure(at int64, what string, err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return malformed(at, "%s: %w", what, io.ErrUnexpectedEOF)
	}
	return fmt.Errorf("byte %d: %s: %w", at, what, err)
}
