// Package readers contains readers that keep the cause of a failure. A decompressor or a
// parser replaces the error of the underlying reader with its own.
package readers
