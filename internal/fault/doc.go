// Package fault gives an error the two things that a command line owes its
// user beside the words: an exit code for scripts, and a hint for people.
//
// The error text says what failed, on which object, and why, in lower case and
// on one line; the hint is the advice, kept apart so that it is printed on a
// line of its own and never ends up in the middle of a wrapped message.
//
// Every package may return a fault; only main turns one into an exit.
package fault
