package fault

import (
	"errors"
	"fmt"
	"iter"
	"strings"
)

// Code is an exit code of hectl. Scripts rely on the numbers, so they never change.
type Code int

// Exit codes.
const (
	Done        Code = 0   // success
	Failed      Code = 1   // a failure without its own code
	Usage       Code = 2   // wrong flags, arguments or settings; nothing was changed
	Warnings    Code = 3   // success, but something needs attention
	NotFound    Code = 10  // no such dump or bucket
	Locked      Code = 11  // another run holds the lock
	Denied      Code = 12  // missing, expired or insufficient credentials
	Integrity   Code = 13  // a damaged dump
	Stale       Code = 14  // the newest dump is too old
	Refused     Code = 15  // the target must not be replaced
	Interrupted Code = 130 // stopped by SIGINT or SIGTERM
)

// Error is an error with an exit code and, optionally, a hint.
type Error struct {
	Code Code
	Err  error
	Hint string // a sentence or a command to run; "" for none
}

// Error returns the text of the wrapped error, without the hint.
func (e *Error) Error() string { return e.Err.Error() }

// Unwrap returns the wrapped error.
func (e *Error) Unwrap() error { return e.Err }

// New returns an error with a code, a hint ("" for none) and a text formatted by
// fmt.Errorf, including %w.
func New(code Code, hint, format string, args ...any) error {
	return &Error{Code: code, Err: fmt.Errorf(format, args...), Hint: hint}
}

// Wrap adds a code and a hint to err. It returns nil if err is nil.
func Wrap(code Code, hint string, err error) error {
	if err == nil {
		return nil
	}
	return &Error{Code: code, Err: err, Hint: hint}
}

// CodeOf returns the exit code for err: Done for nil, the code of the outermost Error
// in its tree, or Failed if there is none.
func CodeOf(err error) Code {
	if err == nil {
		return Done
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return Failed
}

// Hints returns the hints in the tree of err, outermost first, without duplicates.
func Hints(err error) []string {
	var hints []string
	seen := map[string]bool{}
	for err := range All(err) {
		if e, ok := err.(*Error); ok && e.Hint != "" && !seen[e.Hint] { //nolint:errorlint // one of the tree
			seen[e.Hint] = true
			hints = append(hints, e.Hint)
		}
	}
	return hints
}

// All returns the errors in the tree of err, outermost first.
func All(err error) iter.Seq[error] {
	return func(yield func(error) bool) { walk(err, yield) }
}

// walk reports whether yield wants more errors.
func walk(err error, yield func(error) bool) bool {
	if err == nil {
		return true
	}
	if !yield(err) {
		return false
	}
	switch x := err.(type) { //nolint:errorlint // walks the tree
	case interface{ Unwrap() error }:
		return walk(x.Unwrap(), yield)
	case interface{ Unwrap() []error }:
		for _, e := range x.Unwrap() {
			if !walk(e, yield) {
				return false
			}
		}
	}
	return true
}

// Command returns the command in a hint of the form `run "COMMAND"`, "" for any other
// hint.
func Command(hint string) string {
	command, ok := strings.CutPrefix(hint, `run "`)
	command, closed := strings.CutSuffix(command, `"`)
	if !ok || !closed || strings.Contains(command, `"`) {
		return ""
	}
	return command
}
