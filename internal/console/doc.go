// Package console writes results, messages and progress, for people and for scripts.
//
// Standard output carries only the result, so that it can be piped. Messages go to
// standard error. With --json the result is one JSON document, rendered from the same
// struct as the text. --quiet shows only warnings and errors; --verbose also shows how
// hectl makes its decisions.
//
// Bars, spinners and colors appear only if standard error is a terminal. Elsewhere a
// plain line reports progress from time to time, and no control character is written. A
// narrow terminal gets as much of the progress line as fits, because a line that wraps
// cannot be redrawn. NO_COLOR is respected.
//
// An error is one line that starts with "hectl: ". Each of its hints follows on a line
// that starts with "hint: ".
//
// With --log-format json, each message is one JSON object on one line, with the ID of the
// run. An error contains its hints and exit code. The result is also logged, because
// standard output may be discarded.
package console
