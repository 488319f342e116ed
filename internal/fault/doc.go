// Package fault adds an exit code for scripts and a hint for people to an error.
//
// The error text names the operation, the object and the cause, in lower case and on
// one line. The hint is advice. It is a separate field, so that it is printed on its
// own line and never lands in the middle of a wrapped message.
//
// Every package can return a fault. Only main exits.
package fault
