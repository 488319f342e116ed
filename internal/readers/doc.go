// Package readers has readers that keep the cause of a failure. A decompressor or a
// parser replaces the error of the reader below it with its own.
package readers
