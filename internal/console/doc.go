// Package console is hectl's manners towards the person or script that runs it.
//
// Standard output carries the result and nothing else, so that it can be piped;
// everything said on the way goes to standard error. With --json the result is
// one JSON document, rendered from the same struct as the text. Bars, spinners
// and colours appear only where standard error is a terminal; elsewhere a plain
// line now and then says that work goes on, and no control character is ever
// written. A narrow terminal gets as much of a bar's line as fits: a line that
// wraps cannot be redrawn. NO_COLOR is respected. With --quiet only warnings and errors are
// said; with --verbose also how decisions were made.
//
// An error is one line that begins with "hectl: "; its advice follows on lines
// of their own that begin with "hint: ".
//
// Where programs read along (--log-format json) the same talk is one JSON object
// a line, with the run's id: an error has its hints and exit code in it, and the
// result is logged as well, for there may be nobody at standard output.
package console
